"""The flagship on the second set of local images, whose versions are nearer to the official ones.

`SOURCE=<folder>` in the environment lays the official entrypoints over ours, as it does for `make official`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from tests.engine.conftest import Checkout, containers, names
from tests.engine.flagship import changed, reply
from tests.engine.test_flagship_stops import keep_key, redis_keys

pytestmark = [pytest.mark.engine, pytest.mark.long]

OVERRIDES = r"^  zapstack:imageOverrides:\n(?:    \S+: \S+\n)+"
VERSIONS = {
    "db": (["postgres", "--version"], r"PostgreSQL\) 17\."),
    "evolution-postgres": (["postgres", "--version"], r"PostgreSQL\) 17\."),
    "ingress": (["haproxy", "-v"], r"version 3\.0\."),
    "rabbitmq": (["rabbitmqctl", "version"], r"^4\.0\."),
    "app/1": (["python3", "--version"], r"Python 3\.13\."),
}
"""Service to what its server says of itself; nobody else's word counts."""

ROTATED = ("db", "evolutionPostgres", "minio", "rabbitmq", "redis")


@pytest.fixture(scope="module")
def on_the_set(checkout: Checkout, engine: docker.DockerClient) -> Iterator[int]:
    """A stack without data of the first set, up on the second; how many messages the application has received."""
    checkout.make("destroy")
    assert names(engine)["volumes"] == []
    built = checkout.make("official")
    assert built.code == 0, built.text
    lines = re.search(OVERRIDES, built.text, re.MULTILINE)
    assert lines, built.text
    with changed(checkout, "", above=lines.group()):
        done = checkout.make("up")
        assert done.code == 0, done.text
        yield reply(done.text)
        gone = checkout.make("destroy")
        assert gone.code == 0, gone.text
    assert not any(names(engine).values())


def passwords(checkout: Checkout) -> dict[str, str]:
    """Returns every generated password, by place."""
    shown = json.loads(checkout.pulumi("stack output credentials --show-secrets --json").text)["evolution"]
    return {
        f"{service} {name}": value
        for service, pairs in shown.items()
        for name, value in pairs.items()
        if re.fullmatch("[A-Za-z0-9]{32}", value)
    }


def logged_in(engine: docker.DockerClient) -> set[str]:
    """Returns the password hashes of whoever is connected to RabbitMQ: the passwords themselves are shown to nobody."""
    broker: Any = engine.containers.get(containers(engine)["rabbitmq"]["Id"])

    def told(*command: str) -> str:
        answer = broker.exec_run(["rabbitmqctl", "--quiet", *command])
        assert answer.exit_code == 0, answer.output
        return str(answer.output.decode())

    users = set(told("list_connections", "--no-table-headers", "user").split())
    definitions = json.loads(told("export_definitions", "-"))
    return {user["password_hash"] for user in definitions["users"] if user["name"] in users}


def test_every_server_is_of_the_nearer_version(
    on_the_set: int, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """By its own word; the conversation has passed, and nothing is left to change."""
    assert on_the_set
    for service, (command, said) in VERSIONS.items():
        running: Any = engine.containers.get(containers(engine)[service]["Id"])
        answer = running.exec_run(command)
        assert re.search(said, answer.output.decode()), (service, answer.output)
    checkout.expect_no_changes()


def test_every_store_rotates_and_data_outlast_down_and_up(
    on_the_set: int, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """Five new passwords in one `up`; the application remembers every message, Redis its keys."""
    kept, before, earlier = keep_key(checkout, engine), passwords(checkout), logged_in(engine)
    assert earlier
    with changed(checkout, ", ".join(f"{store}: {{rotation: 1}}" for store in ROTATED)):
        done = checkout.make("up")
        assert done.code == 0, done.text
        assert reply(done.text) == on_the_set + 1
        after = passwords(checkout)
        moved = {place.split()[0] for place, password in after.items() if password != before[place]}
        assert moved == {"db", "evolution-postgres", "minio", "redis"}
        assert (later := logged_in(engine))
        assert later.isdisjoint(earlier)
        checkout.expect_no_changes()
        down = checkout.make("down")
        assert down.code == 0, down.text
        assert names(engine)["containers"] == []
        again = checkout.make("up")
        assert again.code == 0, again.text
        assert reply(again.text) == on_the_set + 2
        assert redis_keys(checkout, engine) >= kept
        checkout.expect_no_changes()
