"""When a container died: listened for, because the engine's memory of events is short and full of health checks."""

import threading
from types import TracebackType
from typing import Any, Self

from docker import DockerClient

NANO = 1_000_000_000
PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"


class DeathWatch:
    """Notes the first death of a service's container with a certain exit code, for as long as the block lasts.

    Attributes:
        at: When, in seconds of the engine's clock; None until then.
    """

    def __init__(self, engine: DockerClient, project: str, service: str, exit_code: int) -> None:
        """Remembers whose death.

        Args:
            engine: The engine.
            project: Value of compose's project label.
            service: Value of compose's service label.
            exit_code: Which end; an old container that is stopped has another.
        """
        self.at: float | None = None
        self._engine = engine
        self._filters = {
            "event": "die",
            "label": [f"{PROJECT_LABEL}={project}", f"{SERVICE_LABEL}={service}"],
            "type": "container",
        }
        self._exit_code = str(exit_code)
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        """Starts to listen."""
        self._events: Any = self._engine.events(decode=True, filters=self._filters)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops listening."""
        self._events.close()
        self._thread.join()

    def _listen(self) -> None:
        for event in self._events:
            if self.at is None and event["Actor"]["Attributes"].get("exitCode") == self._exit_code:
                self.at = event["timeNano"] / NANO
