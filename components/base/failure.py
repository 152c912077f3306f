"""Failures of services as a person reads them, and how the first one ends the waiting of all the others."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from docker.models.containers import Container

from components.base import advice, memory

LOG_LINES = 12


class EngineUnreachableError(Exception):
    """No Docker engine answers at the configured address."""


class ServiceFailedError(Exception):
    """A service did not become ready, a job did not end well, or a connection does not work."""


# The engine prints an exception with the name of its module in front, which says nothing to the person reading it.
EngineUnreachableError.__module__ = ServiceFailedError.__module__ = "builtins"
EngineUnreachableError.__qualname__ = "EngineUnreachable"
ServiceFailedError.__qualname__ = "ServiceFailed"


class Halt:
    """Set by the first service that fails, so that the others stop waiting for something that will not come."""

    def __init__(self) -> None:
        """Starts unset."""
        self._event = threading.Event()
        self._reason = ""

    def set(self, service: str) -> None:
        """Names the service that failed; later ones change nothing."""
        if not self._event.is_set():
            self._reason = service
            self._event.set()

    def pause(self, seconds: float, service: str) -> None:
        """Waits, or raises at once when another service has failed.

        Raises:
            ServiceFailedError: Another service failed.
        """
        if self._event.wait(seconds) and self._reason != service:
            raise ServiceFailedError(f"{service}: stopped waiting, because {self._reason} failed")


def failure(
    container: Container, service: str, what: str, started: float, *, code: int | None = None, hint: str = ""
) -> ServiceFailedError:
    """Returns the error that says what happened to a container, with its last log lines.

    What was killed for want of memory is said whatever else failed: it is the cause more often than not.

    Args:
        container: The container.
        service: Its service's name.
        what: What happened, such as `exited (exit 3)`.
        started: `time.monotonic()` at the start of the wait.
        code: Exit code of the command that failed in it, where there was one.
        hint: What a person can do about it.
    """
    lines = container.logs(tail=LOG_LINES).decode(errors="replace").strip() or "(it printed nothing)"
    after = time.monotonic() - started
    why = " ".join(part for part in (hint, memory.explanation(container, code=code)) if part)
    text = (
        f"{service}: {what} after {after:.1f} s. {why}{why and ' '}What depends on it was not started. "
        f"Look at 'docker logs {container.name}', then run 'pulumi up' again. Its last lines:\n{lines}"
    )
    return ServiceFailedError(advice.for_stack(text, advice.stack_of(container.labels)))


def ended(state: Mapping[str, Any]) -> str:
    """Returns how a container came to its end.

    Args:
        state: `State` of the engine's `inspect`.
    """
    if state["Running"] and not state["Restarting"]:
        # The exit code of the earlier run is not kept, but how it ended is.
        return f"restarted by itself{f' ({memory.OOM})' if state['OOMKilled'] else ''}"
    return f"exited ({memory.how(state)})"
