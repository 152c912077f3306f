"""What the containers of a stack spend in CPU time, those that leave meanwhile included."""

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, cast

import docker
import docker.errors

from tests.engine.checkout import STACK_ID

NANO = 1_000_000_000
LOOK_SECONDS = 5.0
"""A container that leaves takes what it spent after the last look with it."""


class CpuMeter:
    """Counts for the duration of a `with` block."""

    def __init__(self, engine: docker.DockerClient, stack_id: str = STACK_ID) -> None:
        """Keeps whose containers."""
        self._engine = engine
        self._stack_id = stack_id
        self._first: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._services: dict[str, str] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        """Begins."""
        self._look(new=False)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends."""
        self._over.set()
        self._thread.join()
        self._look(new=True)

    def seconds(self) -> Mapping[str, float]:
        """Returns service to CPU time, of all its containers."""
        found: dict[str, float] = {}
        for key, last in self._last.items():
            service = self._services[key]
            found[service] = found.get(service, 0.0) + last - self._first.get(key, 0.0)
        return found

    def _work(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self._look(new=True)

    def _look(self, *, new: bool) -> None:
        wanted: dict[str, Any] = {"label": f"zapstack.stack={self._stack_id}"}
        for container in self._engine.containers.list(filters=wanted, ignore_removed=True):
            try:
                stats = cast("dict[str, Any]", container.stats(stream=False, one_shot=True))
            except docker.errors.APIError:  # it has left since it was listed
                continue
            key, spent = str(container.id), stats["cpu_stats"]["cpu_usage"]["total_usage"] / NANO
            self._services[key] = container.labels["zapstack.service"]
            self._last[key] = max(spent, self._last.get(key, 0.0))
            if not new:
                self._first[key] = spent
