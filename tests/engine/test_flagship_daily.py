"""What a developer does every day: look, read, restart, rebuild, change a file."""

import re
import time

import docker
import pytest

from tests.engine.conftest import STACK, Checkout, containers
from tests.engine.flagship import SERVICES, reply

pytestmark = [pytest.mark.engine, pytest.mark.long]

REBUILD_SECONDS = 30
SLOW_MACHINE = 3
"""Times as long a machine may take that does other things as well."""


@pytest.fixture(scope="module")
def up(checkout: Checkout) -> Checkout:
    """A stack that is up."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    return checkout


def started(engine: docker.DockerClient) -> dict[str, tuple[str, str]]:
    """Returns id and time of start of every container that runs."""
    return {
        name: (str(found["Id"]), str(found["State"]["StartedAt"]))
        for name, found in containers(engine).items()
        if found["State"]["Running"]
    }


def speakers(text: str) -> set[str]:
    """Returns whose lines are shown."""
    return set(re.findall(r"^([a-z-]+)/\d+ +\|", text, re.MULTILINE))


def test_status_shows_every_service(up: Checkout) -> None:
    """One line each, all of them ready and healthy."""
    shown = up.make("status")
    assert shown.code == 0, shown.text
    for service in SERVICES:
        assert re.search(rf" {service.partition('/')[0]} +ready +healthy ", shown.text), shown.text


def test_logs_of_all_and_of_one(up: Checkout) -> None:
    """Each line says whose it is."""
    everything = up.make("logs")
    assert everything.code == 0, everything.text
    assert {"app", "db", "evolution-api", "rabbitmq"} <= speakers(everything.text)
    one = up.run(["make", "logs", f"STACK={STACK}", "SERVICE=evolution-api"])
    assert one.code == 0, one.text
    assert speakers(one.text) == {"evolution-api"}


def test_restart_of_one_service_leaves_the_others_alone(up: Checkout, engine: docker.DockerClient) -> None:
    """Same container, new process; nothing to do for the next preview."""
    before = started(engine)
    done = up.run(["make", "restart", f"STACK={STACK}", "SERVICE=worker"])
    assert done.code == 0, done.text
    after = started(engine)
    assert {name for name in before if after[name] != before[name]} == {"worker/1"}
    assert after["worker/1"][0] == before["worker/1"][0]
    up.expect_no_changes()


def test_rebuild_applies_a_change_to_the_application_only(up: Checkout, engine: docker.DockerClient) -> None:
    """Built, replaced without a gap, and answering with the new text."""
    source = up.path / "apps" / "assistant" / "src" / "assistant" / "messages.py"
    text = source.read_text()
    before = started(engine)
    try:
        source.write_text(text.replace("recebida", "recebida com carinho"))
        assert source.read_text() != text
        began = time.monotonic()
        done = up.run(["make", "rebuild", f"STACK={STACK}", "SERVICE=app"])
        took = time.monotonic() - began
        assert done.code == 0, done.text
        assert took < REBUILD_SECONDS * SLOW_MACHINE, f"{took:.0f} s"
        after = started(engine)
        assert {name for name in before if after[name] != before[name]} == {"app/1", "worker/1"}
        talked = up.run(["make", "smoke", f"STACK={STACK}"])
        assert reply(talked.text)
        assert "recebida com carinho" in talked.text
    finally:
        source.write_text(text)
    back = up.make("up")
    assert back.code == 0, back.text
