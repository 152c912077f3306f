"""Waits until a service can do its work, and says why when it can't.

The logic behind the `Gate` resource: repair what was observed, probe until the first success, fail at once when the
container has no chance any more.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from components.base.observe import unhealthy

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 1.0
LOG_LINES = 12


class ServiceFailedError(Exception):
    """A service did not become ready, or a job did not end well."""


# The engine prints an exception with the name of its module in front, which says nothing to the person reading it.
ServiceFailedError.__module__ = "builtins"
ServiceFailedError.__qualname__ = "ServiceFailed"


@dataclass(frozen=True, kw_only=True)
class GateRequest:
    """What a gate is asked.

    Attributes:
        budget_seconds: Longest wait.
        command: Readiness probe, run in the container; empty for a job.
        container: Container id.
        grace_seconds: Time the container has to stop when it must be restarted.
        pids: Limit of processes and threads set once the service is ready.
        service: Name for messages.
    """

    budget_seconds: int
    command: Sequence[str]
    container: str
    grace_seconds: int
    pids: int
    service: str


class Halt:
    """Set by the first gate that fails, so that the others stop waiting for something that will not come."""

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
            ServiceFailedError: Another gate failed.
        """
        if self._event.wait(seconds) and self._reason != service:
            raise ServiceFailedError(f"{service}: stopped waiting, because {self._reason} failed")


def wait_ready(client: DockerClient, request: GateRequest, halt: Halt) -> None:
    """Repairs what one look finds wrong and waits until the probe succeeds.

    Args:
        client: The engine.
        request: What to wait for.
        halt: Set here when this service fails.

    Raises:
        ServiceFailedError: With exit code and last log lines.
    """
    started = time.monotonic()
    try:
        container = _get(client, request)
        _repair(container, request)
        restarts = container.attrs["RestartCount"]
        pause = FIRST_PAUSE_SECONDS
        while not _probe(client, container, request):
            _raise_if_hopeless(container, request, restarts, started)
            halt.pause(pause, request.service)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
        _limit_pids(client, container, request.pids)
    except ServiceFailedError:
        halt.set(request.service)
        raise


def run_job(client: DockerClient, request: GateRequest, halt: Halt) -> None:
    """Starts a job and waits for its end.

    Raises:
        ServiceFailedError: It ended with another code than 0, or not in time.
    """
    started = time.monotonic()
    try:
        container = _get(client, request)
        container.start()
        _limit_pids(client, container, request.pids)
        pause = FIRST_PAUSE_SECONDS
        container.reload()
        while container.attrs["State"]["Running"]:
            _raise_if_late(container, request, started)
            halt.pause(pause, request.service)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
            container.reload()
        if container.attrs["State"]["ExitCode"] != 0:
            raise _failure(container, request, _ended(container.attrs["State"]), started)
    except ServiceFailedError:
        halt.set(request.service)
        raise


def _get(client: DockerClient, request: GateRequest) -> Container:
    try:
        return client.containers.get(request.container)
    except NotFound as error:
        raise ServiceFailedError(f"{request.service}: its container is gone; run 'pulumi up' again") from error


def _repair(container: Container, request: GateRequest) -> None:
    state = container.attrs["State"]
    if state["Paused"]:
        container.unpause()
    elif state["Restarting"]:
        container.stop(timeout=request.grace_seconds)
        container.start()
    elif not state["Running"]:
        container.start()
    elif unhealthy(state):
        container.restart(timeout=request.grace_seconds)
    container.reload()


def _probe(client: DockerClient, container: Container, request: GateRequest) -> bool:
    """Returns whether the probe succeeds; a container that can't run it now is simply not ready."""
    try:
        command = client.api.exec_create(container.id, list(request.command))
        client.api.exec_start(command["Id"])
        code: int | None = client.api.exec_inspect(command["Id"])["ExitCode"]
    except APIError as error:
        if error.status_code in {404, 409, 500}:  # not running (any more): the caller looks why
            return False
        raise
    return code == 0


def _raise_if_hopeless(container: Container, request: GateRequest, restarts: int, started: float) -> None:
    try:
        container.reload()
    except NotFound as error:
        raise ServiceFailedError(f"{request.service}: its container was removed while it was starting") from error
    state = container.attrs["State"]
    if not state["Running"] or state["Restarting"] or container.attrs["RestartCount"] > restarts:
        raise _failure(container, request, _ended(state), started)
    _raise_if_late(container, request, started)


def _raise_if_late(container: Container, request: GateRequest, started: float) -> None:
    if time.monotonic() - started > request.budget_seconds:
        raise _failure(container, request, f"not ready within {request.budget_seconds} s", started)


def _ended(state: Mapping[str, Any]) -> str:
    if state["Running"] and not state["Restarting"]:
        return "restarted by itself"  # the exit code of the earlier run is not kept
    return f"exited (exit {state['ExitCode']}{', OOM' if state['OOMKilled'] else ''})"


def _failure(container: Container, request: GateRequest, what: str, started: float) -> ServiceFailedError:
    lines = container.logs(tail=LOG_LINES).decode(errors="replace").strip() or "(it printed nothing)"
    after = time.monotonic() - started
    return ServiceFailedError(
        f"{request.service}: {what} after {after:.1f} s. What depends on it was not started. "
        f"Look at 'docker logs {container.name}', then run 'pulumi up' again. Its last lines:\n{lines}"
    )


def _limit_pids(client: DockerClient, container: Container, pids: int) -> None:
    """Sets the one limit that neither the provider nor the client library's update call can set."""
    if container.attrs["HostConfig"].get("PidsLimit") == pids:
        return
    api: Any = client.api  # its public update call lacks PidsLimit, and the type stubs lack the private ones
    url = api._url("/containers/{0}/update", container.id)  # noqa: SLF001
    api._raise_for_status(api._post_json(url, data={"PidsLimit": pids}))  # noqa: SLF001
