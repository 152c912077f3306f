"""A changed setting takes effect on a stack with data, or is refused with the reason: one of each kind."""

import json
import re
import time
from typing import Any

import docker
import pytest
import requests

from tests.engine.checkout import PORT_OFFSET, Checkout
from tests.engine.conftest import containers
from tests.engine.flagship import EVOLUTION, changed, conversation, reply

pytestmark = [pytest.mark.engine, pytest.mark.long]

ENV = """APP_PORT=8007
AUTHENTICATION_API_KEY=global-key-of-my-own
POSTGRES_PASSWORD=password-of-my-own
POSTGRES_USER=shop
RABBITMQ_DEFAULT_PASS=console-of-my-own
REDIS_PASSWORD=redis-of-my-own
"""


@pytest.fixture(scope="module")
def earlier(checkout: Checkout) -> int:
    """How many messages the application has received before anything is changed."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    return reply(done.text)


def test_port_user_passwords_and_the_global_key(earlier: int, checkout: Checkout, engine: docker.DockerClient) -> None:
    """From `.env`, all in one `up`; the application remembers, and the old logins are over."""
    (checkout.path / ".env").write_text(ENV)
    done = checkout.make("up")
    assert done.code == 0, done.text
    assert reply(done.text) == earlier + 1
    checkout.expect_no_changes()
    assert requests.get(f"http://127.0.0.1:{8007 + PORT_OFFSET}/health", timeout=10).status_code == 200
    db: Any = engine.containers.get(containers(engine)["db"]["Id"])
    roles = db.exec_run(["psql", "-U", "postgres", "-Atc", "SELECT rolname FROM pg_roles WHERE rolcanlogin"])
    assert set(roles.output.decode().split()) == {"postgres", "shop"}
    evolution = f"http://127.0.0.1:{8080 + PORT_OFFSET}/instance/fetchInstances"
    for key, status in (("global-key-of-my-own", 200), ("another-key", 401)):
        assert requests.get(evolution, headers={"apikey": key}, timeout=10).status_code == status
    whoami = f"http://127.0.0.1:{15672 + PORT_OFFSET}/api/whoami"
    assert requests.get(whoami, auth=("admin", "console-of-my-own"), timeout=10).status_code == 200


def test_the_key_of_an_instance_takes_effect_on_one_that_exists(earlier: int, checkout: Checkout) -> None:
    """The application goes on with it, and the one before is refused."""
    assert earlier
    before = conversation(checkout).token
    (checkout.path / ".env").write_text(f"{ENV}EVOLUTION_API_KEY=tokenOfMyOwn0123456789abcdefghij\n")
    done = checkout.make("up")
    assert done.code == 0, done.text
    checkout.expect_no_changes()
    for key, status in (("tokenOfMyOwn0123456789abcdefghij", 200), (before, 401)):
        state = requests.get(f"{EVOLUTION}/instance/connectionState/assistant", headers={"apikey": key}, timeout=10)
        assert state.status_code == status
    talk = conversation(checkout)
    talk.send("5511973000002", "outra chave", message_id=f"KEY-{time.monotonic()}")
    assert talk.wait_for_answers(["5511973000002"], 60) == {"5511973000002": 1}


def test_another_name_of_the_database_is_refused_with_the_reason(
    earlier: int, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """Whoever serves goes on serving."""
    assert earlier
    before = {name: found["Id"] for name, found in containers(engine).items() if "job" not in name}
    (checkout.path / ".env").write_text(f"{ENV}POSTGRES_DB=shop\n")
    refused = checkout.pulumi("up --yes --skip-preview")
    assert refused.code != 0, refused.text
    assert "ALTER DATABASE" in refused.text, refused.text
    for service in ("app/1", "db", "evolution-api", "worker/1"):
        assert containers(engine)[service]["Id"] == before[service], service
    (checkout.path / ".env").write_text(ENV)
    back = checkout.pulumi("up --yes --skip-preview")
    assert back.code == 0, back.text


def test_without_them_the_generated_ones_are_back(earlier: int, checkout: Checkout) -> None:
    """A user's own secret replaces a generated one; it does not delete it."""
    (checkout.path / ".env").unlink()
    back = checkout.make("up")
    assert back.code == 0, back.text
    assert reply(back.text) == earlier + 2
    shown = json.loads(checkout.pulumi("stack output credentials --show-secrets --json").text)["evolution"]
    assert re.fullmatch("[A-Za-z0-9]{32}", shown["db"]["password"])
    assert shown["db"]["user"] == "assistant"


def test_how_an_instance_behaves_is_set_on_one_that_exists(earlier: int, checkout: Checkout) -> None:
    """As Evolution itself says afterwards; what is not declared any more stays."""
    assert earlier
    with changed(checkout, "evolutionApi: {behaviour: {groupsIgnore: true, rejectCall: true}}"):
        done = checkout.make("up")
        assert done.code == 0, done.text
    shown = requests.get(
        f"{EVOLUTION}/settings/find/assistant", headers={"apikey": conversation(checkout).token}, timeout=10
    )
    assert shown.status_code == 200, shown.text
    found = shown.json()
    assert (found["groupsIgnore"], found["rejectCall"], found["alwaysOnline"]) == (True, True, False)
    back = checkout.make("up")
    assert back.code == 0, back.text


def test_an_instance_that_is_declared_again_has_its_token(earlier: int, checkout: Checkout) -> None:
    """It stays on the server meanwhile, where nobody can give it another one."""
    assert earlier
    shop = 'evolutionApi: {otherInstances: [{name: shop, number: "5511988887777"}]}'
    for _ in range(2):
        with changed(checkout, shop):
            done = checkout.make("up")
            assert done.code == 0, done.text
            checkout.expect_no_changes()
        back = checkout.make("up")
        assert back.code == 0, back.text
        checkout.expect_no_changes()


def test_the_proxy_takes_further_lines_without_a_new_container(
    earlier: int, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """One that it cannot read is refused, and the earlier ones go on."""
    assert earlier
    before = containers(engine)["ingress"]["Id"]
    health = f"http://127.0.0.1:{8000 + PORT_OFFSET}/health"
    assert "Content-Encoding" not in requests.get(health, timeout=10).headers
    with changed(checkout, "ingress: {settings: {compression algo: gzip, timeout server: 2m}}"):
        done = checkout.make("up")
        assert done.code == 0, done.text
        checkout.expect_no_changes()
    assert requests.get(health, timeout=10).headers["Content-Encoding"] == "gzip"
    with changed(checkout, "ingress: {settings: {timeout server: soon}}"):
        refused = checkout.pulumi("up --yes --skip-preview")
        assert refused.code != 0
        assert re.search(r"haproxy\.cfg:\d+\] : .*'timeout server'", refused.text), refused.text
    assert requests.get(health, timeout=10).headers["Content-Encoding"] == "gzip"
    back = checkout.make("up")
    assert back.code == 0, back.text
    assert containers(engine)["ingress"]["Id"] == before
