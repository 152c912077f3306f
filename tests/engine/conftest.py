"""One stack on the real engine for all engine tests, run from a copy of the checkout."""

from collections.abc import Iterator

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
    volumes,
)

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


@pytest.fixture(scope="session")
def engine() -> docker.DockerClient:
    """The engine; its absence is a failure, never a skip."""
    return docker.from_env()


@pytest.fixture(scope="session")
def volumes_before(engine: docker.DockerClient) -> set[str]:
    """What was on the engine before the first test."""
    return volumes(engine)


@pytest.fixture(scope="session")
def checkout(
    tmp_path_factory: pytest.TempPathFactory, engine: docker.DockerClient, volumes_before: set[str]
) -> Iterator[Checkout]:
    """The copy all engine tests work in; whatever they leave of the stack is removed at the end."""
    assert not {name for name in volumes_before if name.startswith(f"zapstack-{STACK}-")}, "left by an earlier run"
    folder = tmp_path_factory.mktemp("engine")
    found = copy_checkout(folder / "checkout", folder / "state")
    yield found
    found.run(["make", "destroy", f"STACK={STACK}"])
    remove_stack(engine)
