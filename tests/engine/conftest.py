"""One stack on the real engine for all engine tests, run from a copy of the checkout."""

import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.engine.checkout import (
    PORT_OFFSET,
    STACK,
    STACK_ID,
    Checkout,
    Finished,
    containers,
    copy_checkout,
    exported,
    names,
    remove_stack,
    sweep,
    volumes,
)
from tests.engine.flagship import Conversation, conversation

__all__ = [
    "PORT_OFFSET",
    "STACK",
    "STACK_ID",
    "Checkout",
    "Finished",
    "containers",
    "copy_checkout",
    "exported",
    "names",
    "remove_stack",
    "volumes",
]

LOCK = Path(tempfile.gettempdir()) / "zapstack-e2e.lock"


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    """The engine; its absence is a failure, never a skip. One suite at a time, and nothing is left of a killed one."""
    client = docker.from_env()
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pytest.exit(f"another engine suite is running on this machine (it holds {LOCK})", returncode=1)
        sweep(client)
        yield client


@pytest.fixture(scope="session")
def volumes_before(engine: docker.DockerClient) -> set[str]:
    """What was on the engine before the first test."""
    return volumes(engine)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient) -> Iterator[Checkout]:
    """The copy all engine tests work in; whatever they leave of the stack is removed at the end."""
    folder = tmp_path_factory.mktemp("engine")
    found = copy_checkout(folder / "checkout", folder / "state")
    yield found
    found.run(["make", "destroy", f"STACK={STACK}"])
    remove_stack(engine)


@pytest.fixture(scope="module")
def talk(checkout: Checkout) -> Conversation:
    """The conversation with the application's own instance, on a stack that is up."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    return conversation(checkout)
