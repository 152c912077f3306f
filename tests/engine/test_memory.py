"""What is told when the kernel kills for want of memory, wherever in a container it strikes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import docker
import pytest
from rich.console import Console

from components.base import lock, memory
from components.base.failure import Halt, ServiceFailedError
from components.base.readiness import GateRequest, run_job, wait_ready
from components.base.repair import Joined
from infra.config import image_source
from operations import images
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

LIMIT_MIB = 64
EATS = ("python3", "-I", "-S", "-c", "x = b'x' * 300_000_000")
IDLES = ("python3", "-I", "-S", "-c", "import time; time.sleep(999)")
RAISE = rf"memory limit is {LIMIT_MIB} MiB: raise its memoryMib"


class Make(Protocol):
    """Makes a container."""

    def __call__(self, *command: str) -> Any:  # noqa: ANN401 partly untyped in the stubs
        """Of a command, limited and not started."""


@pytest.fixture
def make(engine: docker.DockerClient) -> Iterator[Make]:
    """Makes containers that are removed at the end."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["python"], Console())
    with ExitStack() as stack:

        def one(*command: str) -> Any:  # noqa: ANN401
            container: Any = engine.containers.create(
                lock.reference("python", source),
                list(command),
                init=True,
                labels=TEST_LABELS,
                mem_limit=f"{LIMIT_MIB}m",
                memswap_limit=f"{LIMIT_MIB}m",
                network_mode="none",
            )
            stack.callback(container.remove, force=True, v=True)
            return container

        yield one


def told(engine: docker.DockerClient, container: Any, *, job: bool = False, **asked: Any) -> str:  # noqa: ANN401
    """Returns what a gate says of its failure."""
    usual: dict[str, Any] = {"budget_seconds": 60, "command": ("true",), "service": "shop", **asked}
    request = GateRequest(
        container=container.id, grace_seconds=1, memory_mib=LIMIT_MIB, networks=(Joined(name="none"),), pids=64, **usual
    )
    with pytest.raises(ServiceFailedError) as failed:
        (run_job if job else wait_ready)(engine, request, Halt())
    return str(failed.value)


def _started(container: Any) -> Any:  # noqa: ANN401
    container.start()
    return container


def test_a_killed_reload(engine: docker.DockerClient, make: Make) -> None:
    """Process 1 lives and the engine's flag says nothing; the hint about something else is not given."""
    container = _started(make(*IDLES))
    said = told(engine, container, reload=EATS, reload_hint="Set the earlier e-mail.")
    assert re.search(rf"python3 failed with exit 137 after .*1 of its processes .*OOM.*{RAISE}", said), said
    assert "e-mail" not in said
    container.reload()
    assert container.attrs["State"]["Running"]
    assert memory.killed(container) == 1


def test_a_killed_worker(engine: docker.DockerClient, make: Make) -> None:
    """Somebody starts it again and again, so the service is never ready."""
    script = "import subprocess, sys, time\nwhile True: subprocess.run(sys.argv[1:]); time.sleep(0.2)"
    container = _started(make("python3", "-c", script, *EATS))
    said = told(engine, container, budget_seconds=10, command=("false",))
    assert re.search(rf"not ready within 10 s after .*[1-9]\d* of its processes .*OOM.*{RAISE}", said), said


def test_a_killed_process_1(engine: docker.DockerClient, make: Make) -> None:
    """The engine says so itself."""
    said = told(engine, _started(make("sh", "-c", 'sleep 1; exec "$@"', "eats", *EATS)), command=("false",))
    assert re.search(rf"exited \(exit 137, OOM\) after .*{RAISE}", said), said


def test_a_killed_job(engine: docker.DockerClient, make: Make) -> None:
    """The same, and where its own shell turns the code into another one."""
    assert re.search(rf"exited \(exit 137, OOM\) after .*{RAISE}", told(engine, make(*EATS), job=True))
    wrapped = told(engine, make("sh", "-c", '"$@" || exit 1', "eats", *EATS), job=True)
    assert re.search(rf"exited \(exit 1, OOM\) after .*{RAISE}", wrapped), wrapped


def test_a_kill_from_outside_is_not_called_one(engine: docker.DockerClient, make: Make) -> None:
    """Exit 137 alone says nothing of memory."""
    said = told(engine, make("sh", "-c", "kill -9 $$"), job=True)
    assert re.search(r"exited \(exit 137\) after .*without OOM: it was killed from outside", said), said
    assert "memoryMib" not in said
