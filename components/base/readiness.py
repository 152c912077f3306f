"""Waits until a service can do its work, and says why when it can't.

The logic behind the `Gate` resource: repair what was changed by hand, probe until the first success, fail at once when
the container has no chance any more, then do what must follow: limits, reload, taking its place behind the proxy.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from components.base import declared, memory, repair, rollout
from components.base.failure import Halt, ServiceFailedError, ended, failure
from components.base.repair import Joined
from components.base.verdict import unhealthy

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 1.0
PROBE_SECONDS = 5.0
"""Longest time one probe may take; one that hangs has failed."""

RELOAD_SECONDS = 60.0
LOOK_SECONDS = 0.02
"""First pause between two looks at a running command."""


@dataclass(frozen=True, kw_only=True)
class GateRequest:
    """What a gate is asked.

    Attributes:
        budget_seconds: Longest wait.
        command: Readiness probe, run in the container; empty for a job.
        container: Container id.
        grace_seconds: Time the container has to stop when it must be restarted.
        memory_mib: Memory limit.
        networks: Its networks; a start-first replica joins the last of them when it is ready.
        pids: Limit of processes and threads.
        predecessor: Id of the container whose place it takes behind the proxy; empty when there is none.
        proxy: Proxy in front of it.
        reload: Command that makes it take its files; empty when there is nothing to take.
        reload_hint: What a person can do when that command fails.
        restart_at_once: Whether a container in trouble that does not answer is restarted at once, as only stateless
            services may be; others have a whole budget to answer before that.
        service: Name for messages.
        troubled: Whether something was wrong with it when this run began.
    """

    budget_seconds: int
    command: Sequence[str]
    container: str
    grace_seconds: int
    memory_mib: int
    networks: Sequence[Joined]
    pids: int
    service: str
    predecessor: str = ""
    proxy: rollout.Proxy | None = None
    reload: Sequence[str] = ()
    reload_hint: str = ""
    restart_at_once: bool = False
    troubled: bool = False


def wait_ready(client: DockerClient, request: GateRequest, halt: Halt) -> None:
    """Repairs what one look finds wrong and waits until the service does its work.

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
        repair.limits(client, container, memory_mib=request.memory_mib, pids=request.pids)
        serving = request.proxy.network if request.proxy else ""
        already = serving in (container.attrs["NetworkSettings"]["Networks"] or {})
        repair.networks(client, container, [row for row in request.networks if already or row.name != serving])
        fresh = repair.run(container, request.grace_seconds)
        container.reload()
        sick = unhealthy(container.attrs["State"])
        if request.troubled and not fresh and not succeeds(client, container, request.command, PROBE_SECONDS):
            sick = True  # a process that lived through the fault may be beyond help, like a proxy without memory
        if sick and request.restart_at_once:
            container.restart(timeout=request.grace_seconds)
            container.reload()
            sick = False
        _probe_until_ready(client, container, request, halt, started=started, may_restart=sick)
        if request.reload:
            _reload(client, container, request, started)
        if request.troubled:
            _require_declared(client, container, request, started)
        if request.proxy:
            _take_place(client, container, request, request.proxy)
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
        repair.limits(client, container, memory_mib=request.memory_mib, pids=request.pids)
        pause = FIRST_PAUSE_SECONDS
        container.reload()
        while container.attrs["State"]["Running"]:
            _raise_if_late(container, request, started)
            halt.pause(pause, request.service)
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
            container.reload()
        if container.attrs["State"]["ExitCode"] != 0:
            raise failure(container, request.service, ended(container.attrs["State"]), started)
        if request.troubled:
            _require_declared(client, container, request, started)
    except ServiceFailedError:
        halt.set(request.service)
        raise


def _get(client: DockerClient, request: GateRequest) -> Container:
    try:
        return client.containers.get(request.container)
    except NotFound as error:
        raise ServiceFailedError(f"{request.service}: its container is gone; run 'pulumi up' again") from error


def _probe_until_ready(
    client: DockerClient, container: Container, request: GateRequest, halt: Halt, *, started: float, may_restart: bool
) -> None:
    """Probes until the first success.

    A container that was unhealthy before is restarted once, when it has not answered for a whole budget: a store that
    only needs time must not lose it to a restart.
    """
    restarts = container.attrs["RestartCount"]
    pause = FIRST_PAUSE_SECONDS
    while not succeeds(client, container, request.command, PROBE_SECONDS):
        _raise_if_gone(container, request, restarts, started)
        if may_restart and time.monotonic() - started > request.budget_seconds:
            container.restart(timeout=request.grace_seconds)
            started, may_restart, restarts = time.monotonic(), False, 0
        else:
            _raise_if_late(container, request, started)
        halt.pause(pause, request.service)
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)


def succeeds(client: DockerClient, container: Container, command: Sequence[str], seconds: float) -> bool:
    """Returns whether a command succeeds in a container in time; one that can't run it now is simply not ready."""
    return ended_with(client, container, command, seconds) == 0


def ended_with(client: DockerClient, container: Container, command: Sequence[str], seconds: float) -> int | None:
    """Returns the exit code of a command in a container; None when it did not end in time, or could not be run."""
    deadline, pause = time.monotonic() + seconds, LOOK_SECONDS
    try:
        created = client.api.exec_create(container.id, list(command))
        client.api.exec_start(created["Id"], detach=True)
        while (code := client.api.exec_inspect(created["Id"])["ExitCode"]) is None:
            if time.monotonic() > deadline:
                return None
            time.sleep(pause)
            pause = min(pause * 1.5, FIRST_PAUSE_SECONDS)
    except APIError as error:
        if error.status_code in memory.NOT_RUNNING:  # not running (any more): the caller looks why
            return None
        raise
    return int(code)


def _reload(client: DockerClient, container: Container, request: GateRequest, started: float) -> None:
    """Runs the reload command; what it prints may hold parts of the files and is not shown.

    The hint is about a command that refused, so it is left out where the command was killed.
    """
    code = ended_with(client, container, request.reload, RELOAD_SECONDS)
    if code == 0:
        return
    end = f"did not end within {RELOAD_SECONDS:.0f} s" if code is None else f"failed with exit {code}"
    hint = "" if code == memory.KILLED_CODE else request.reload_hint
    container.reload()
    what = f"did not take its changed files: {request.reload[0]} {end}"
    raise failure(container, request.service, what, started, code=code, hint=hint)


def _require_declared(client: DockerClient, container: Container, request: GateRequest, started: float) -> None:
    """Looks whether a repair has made true what is declared; a server that cannot be asked is no failure of it."""
    server = declared.server_of(client, container)
    different = declared.ask(client, container, server).different if server else ()
    if different:
        what = f"is still not as declared: {'; '.join(different)},"
        raise failure(container, request.service, what, started)


def _take_place(client: DockerClient, container: Container, request: GateRequest, proxy: rollout.Proxy) -> None:
    repair.networks(client, container, request.networks)
    container.reload()
    rollout.joined(client, proxy, container, request.service)
    if request.predecessor:
        rollout.leave(client, proxy, request.predecessor)


def _raise_if_gone(container: Container, request: GateRequest, restarts: int, started: float) -> None:
    try:
        container.reload()
    except NotFound as error:
        raise ServiceFailedError(f"{request.service}: its container was removed while it was starting") from error
    state = container.attrs["State"]
    if not state["Running"] or state["Restarting"] or container.attrs["RestartCount"] > restarts:
        raise failure(container, request.service, ended(state), started)


def _raise_if_late(container: Container, request: GateRequest, started: float) -> None:
    if time.monotonic() - started > request.budget_seconds:
        raise failure(container, request.service, f"not ready within {request.budget_seconds} s", started)
