"""A saved file is what runs, within seconds, under a read-only root."""

import re
import time
from collections.abc import Callable, Iterator

import docker
import pytest
import requests

from tests.engine.conftest import PORT_OFFSET, Checkout, containers
from tests.engine.flagship import changed, conversation

pytestmark = [pytest.mark.engine, pytest.mark.long]

SAVED_SECONDS = 3
SLOW_MACHINE = 3
"""Times as long a machine may take that does other things as well."""

HELD_SECONDS = 60
"""For what a health check runs every five seconds to have been asked several times, on a busy machine too."""

SERVED = f"http://127.0.0.1:{8000 + PORT_OFFSET}/ready"


@pytest.fixture
def reloading(checkout: Checkout) -> Iterator[Checkout]:
    """The stack with its source mounted; as it was before at the end."""
    with changed(checkout, "app: {hotReload: true}"):
        done = checkout.make("up")
        assert done.code == 0, done.text
        yield checkout
    back = checkout.make("up")
    assert back.code == 0, back.text


def test_a_saved_file_changes_the_answer(reloading: Checkout, engine: docker.DockerClient) -> None:
    """Of the worker, which words it; nothing is built or replaced, and the next preview has nothing to build."""
    before = {name: found["Id"] for name, found in containers(engine).items()}
    talk = conversation(reloading)
    source = reloading.path / "apps" / "assistant" / "src" / "assistant" / "messages.py"
    text = source.read_text()
    try:
        source.write_text(text.replace('f"Mensagem {ordinal}', 'f"Recado {ordinal}'))
        assert source.read_text() != text
        saved = time.monotonic()
        number = 0
        while True:
            number += 1
            contact = f"551197100{number:04d}"
            talk.send(contact, "e agora?", message_id=f"RELOAD-{number}-{saved}")
            assert talk.wait_for_answers([contact], 30) == {contact: 1}
            if talk.answers(contact) == ["Recado 1 recebida: e agora?"]:
                break
        took = time.monotonic() - saved
        assert took < SAVED_SECONDS * SLOW_MACHINE, f"{took:.1f} s"
        assert {name: found["Id"] for name, found in containers(engine).items()} == before
    finally:
        source.write_text(text)


def wait_for(what: Callable[[], object], seconds: float, why: str) -> None:
    """Waits until something is so."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, why
        time.sleep(0.1)


def served() -> bool:
    """Returns whether the application answers through the ingress."""
    try:
        return requests.get(SERVED, timeout=2).ok
    except requests.RequestException:
        return False


def test_a_saved_mistake_waits_for_its_repair(reloading: Checkout, engine: docker.DockerClient) -> None:
    """In app and worker: said by log and status, no container starts anew for it, and the next save is what runs."""

    def runs() -> dict[str, tuple[str, str, int]]:
        return {
            name: (row["Id"], row["State"]["StartedAt"], row["RestartCount"])
            for name, row in containers(engine).items()
        }

    def told(service: str) -> int:
        checks = containers(engine)[service]["State"]["Health"]["Log"]
        return sum(reason in check["Output"] for check in checks)

    before, talk = runs(), conversation(reloading)
    source = reloading.path / "apps" / "assistant" / "src" / "assistant" / "messages.py"
    text = source.read_text()
    reason = f"not serving: SyntaxError in src/assistant/messages.py:{text.count(chr(10)) + 1}"
    try:
        source.write_text(f"{text}def broken(:\n")
        for service in ("app/1", "worker/1"):
            wait_for(lambda name=service: told(name) >= 4, HELD_SECONDS, f"{service} does not say it")  # type: ignore[misc]
        assert runs() == before
        shown = reloading.run(["make", "status", f"STACK={reloading.stack}"])
        assert shown.code != 0
        for service in ("app", "worker"):
            assert re.search(rf"{service} +{re.escape(reason)} +healthy", shown.text), shown.text
            logged = reloading.run(["make", "logs", f"STACK={reloading.stack}", f"SERVICE={service}", "TAIL=20"])
            assert f'"reason": "{reason.removeprefix("not serving: ")}"' in logged.text
    finally:
        source.write_text(text)
    wait_for(served, SAVED_SECONDS * SLOW_MACHINE, "not served after the repair")
    contact = "5511971001999"
    talk.send(contact, "voltou?", message_id=f"REPAIRED-{time.monotonic()}")
    assert talk.wait_for_answers([contact], 30) == {contact: 1}
    assert runs() == before
