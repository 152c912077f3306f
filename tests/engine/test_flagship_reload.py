"""A saved file is what runs, within seconds, under a read-only root."""

import time
from collections.abc import Iterator

import docker
import pytest

from tests.engine.conftest import Checkout, containers
from tests.engine.flagship import changed, conversation

pytestmark = [pytest.mark.engine, pytest.mark.long]

SAVED_SECONDS = 3
SLOW_MACHINE = 3
"""Times as long a machine may take that does other things as well."""


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
