"""What the program has declared on its servers and somebody changed by hand: named by a preview, mended by an `up`."""

import time
from typing import Any

import docker
import pytest
import requests

from tests.engine.conftest import STACK, Checkout, containers
from tests.engine.flagship import EVOLUTION, Conversation, reply

pytestmark = pytest.mark.engine

OTHERS_KEY = "a-key-of-somebody-else"
ELSEWHERE = {"enabled": True, "events": ["CALL"], "headers": {"authorization": "Bearer x"}, "url": "http://else.where/"}
AS_ROOT = 'MC_HOST_s="http://$(cat $0/root_user):$(cat $0/root_password)@127.0.0.1:9000"'
DIFFERENCES = (
    "instance assistant differs (token, webhook.events, webhook.headers.authorization, webhook.url)",
    "instance smoke is missing",
    "role data_owner differs (logins); role assistant differs (superuser, password)",
    "permissions of evolution in evolution differs (configure, read, write)",
    "user app_b differs (password_hash)",
    "bucket evolution differs (permission)",
    "policy zapstack-evolution differs (policyInfo.Policy.Statement)",
    "user evolution_b differs (userStatus)",
)


def run(engine: docker.DockerClient, service: str, *command: str) -> str:
    """Runs a command in a service's container, as a person with the engine may."""
    container: Any = engine.containers.get(containers(engine)[service]["Id"])
    done = container.exec_run(list(command))
    assert done.exit_code == 0, done.output
    return str(done.output.decode())


def sql(engine: docker.DockerClient, server: str, database: str, statement: str) -> str:
    """Runs a statement on a Postgres server as its superuser."""
    return run(engine, server, "psql", "-AtqU", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", statement)


def global_key(engine: docker.DockerClient) -> dict[str, str]:
    """Returns the header that opens everything."""
    return {"apikey": run(engine, "evolution-api", "cat", "/run/secrets/evolution-api/api_key").strip()}


def previewed(checkout: Checkout) -> str:
    """Returns what a reviewer sees."""
    shown = checkout.pulumi("preview --diff")
    assert shown.code == 0, shown.text
    return shown.text


@pytest.fixture(scope="module")
def neighbour(talk: Conversation, engine: docker.DockerClient) -> dict[str, str]:
    """Somebody's own things on the same servers: an instance, a user of the broker, a role."""
    assert talk
    key = global_key(engine)
    made = {"instanceName": "theirs", "integration": "EVOLUTION", "number": "5511977776666", "token": OTHERS_KEY}
    requests.post(f"{EVOLUTION}/instance/create", headers=key, json=made, timeout=30).raise_for_status()
    run(engine, "rabbitmq", "rabbitmqctl", "-q", "add_user", "theirs", OTHERS_KEY)
    sql(engine, "db", "postgres", "CREATE ROLE theirs LOGIN")
    return key


def test_everything_changed_by_hand_is_named_at_once_and_mended_by_one_up(
    neighbour: dict[str, str], talk: Conversation, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """Neither somebody's own things nor messages are touched, and no container is replaced."""
    before = {name: inspected["Id"] for name, inspected in containers(engine).items()}
    requests.delete(f"{EVOLUTION}/instance/delete/smoke", headers=neighbour, timeout=30).raise_for_status()
    hook = {"webhook": ELSEWHERE}
    requests.post(f"{EVOLUTION}/webhook/set/assistant", headers=neighbour, json=hook, timeout=30).raise_for_status()
    table = 'evolution_api."Instance"'
    sql(engine, "evolution-postgres", "evolution", f"UPDATE {table} SET token = 'x' WHERE name = 'assistant'")  # noqa: S608 ours
    sql(engine, "db", "postgres", "ALTER ROLE assistant SUPERUSER PASSWORD 'x'")
    run(engine, "rabbitmq", "rabbitmqctl", "-q", "change_password", "app_b", "x")
    run(engine, "rabbitmq", "rabbitmqctl", "-q", "set_permissions", "-p", "evolution", "evolution", "", "", "")
    everything = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}'
    )
    by_hand = (
        f"export {AS_ROOT}; mc anonymous set public s/evolution; mc admin user disable s evolution_b; "
        f"echo '{everything}' >/tmp/policy; mc admin policy create s zapstack-evolution /tmp/policy; rm /tmp/policy"
    )
    run(engine, "minio", "sh", "-ec", by_hand, "/run/secrets/minio")

    shown = previewed(checkout)
    assert [words for words in DIFFERENCES if words not in shown] == []

    status = checkout.make("status")
    assert status.code != 0
    assert "instance smoke is missing. Run 'make up STACK=e2e'" in status.text, status.text
    done = checkout.make("up")
    assert done.code == 0, done.text
    assert reply(done.text)
    checkout.expect_no_changes()
    assert {name: inspected["Id"] for name, inspected in containers(engine).items()} == before
    names = [
        row["name"]
        for row in requests.get(f"{EVOLUTION}/instance/fetchInstances", headers=neighbour, timeout=30).json()
    ]
    assert sorted(names) == ["assistant", "smoke", "theirs"]
    assert "theirs" in run(engine, "rabbitmq", "rabbitmqctl", "-q", "list_users")
    assert sql(engine, "db", "postgres", "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'theirs'").strip() == "t"
    talk.send("5511973000001", "voltou?", message_id=f"DECLARED-{time.monotonic()}")
    assert talk.wait_for_answers(["5511973000001"], 60) == {"5511973000001": 1}


def test_what_the_smoke_conversation_advises_helps(neighbour: dict[str, str], checkout: Checkout) -> None:
    """Without its instance it fails and names `make up`, which makes it."""
    requests.delete(f"{EVOLUTION}/instance/delete/smoke", headers=neighbour, timeout=30).raise_for_status()
    failed = checkout.make("smoke")
    assert failed.code != 0
    assert f"made by 'make up STACK={checkout.stack}'" in failed.text
    done = checkout.make("up")
    assert done.code == 0, done.text


def test_an_instance_that_was_logged_out_is_told_with_what_opens_it(
    neighbour: dict[str, str], checkout: Checkout
) -> None:
    """It goes on, so this is no drift; a restart of the server is for a person to decide."""
    requests.delete(f"{EVOLUTION}/instance/logout/smoke", headers=neighbour, timeout=30).raise_for_status()
    shown = checkout.pulumi("preview --diff --expect-no-changes")
    assert shown.code == 0, shown.text
    assert "evolution-api: instance smoke: it was logged out." in shown.text
    assert "'make restart STACK=e2e SERVICE=evolution-api' opens it again" in shown.text
    done = checkout.run(["make", "restart", f"STACK={STACK}", "SERVICE=evolution-api"])
    assert done.code == 0, done.text
    assert "it was logged out" not in previewed(checkout)


def test_healthy_and_not_ready_is_drift(talk: Conversation, checkout: Checkout, engine: docker.DockerClient) -> None:
    """For the preview as for `status`; what is repaired meanwhile is no change any more."""
    assert talk
    sql(engine, "evolution-postgres", "evolution", 'ALTER TABLE evolution_api."Instance" RENAME TO aside')
    try:
        shown = previewed(checkout)
        assert "healthy, but its readiness probe fails" in shown
        assert "instance assistant" not in shown  # nobody asks a server that does not answer
    finally:
        sql(engine, "evolution-postgres", "evolution", 'ALTER TABLE evolution_api.aside RENAME TO "Instance"')
    checkout.expect_no_changes()


def test_a_server_that_cannot_be_asked_is_no_drift(
    talk: Conversation, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """It is said, with the reason."""
    assert talk
    sql(engine, "evolution-postgres", "evolution", 'ALTER TABLE evolution_api."Webhook" RENAME TO aside')
    try:
        shown = checkout.pulumi("preview --diff --expect-no-changes")
        assert shown.code == 0, shown.text
        assert "evolution-api could not be asked whether it is as declared: HTTP 500 of webhook/find/" in shown.text
    finally:
        sql(engine, "evolution-postgres", "evolution", 'ALTER TABLE evolution_api.aside RENAME TO "Webhook"')
    assert "could not be asked" not in previewed(checkout)
