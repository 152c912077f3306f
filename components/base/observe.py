"""What state is everything of this stack in? One look at the engine at the start of a run.

The answer becomes an input of the `Prepare` and `Gate` resources, so that a plain `pulumi preview` names what is wrong
and a plain `pulumi up` repairs it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from components.base import naming

READY = "ready"
"""A service does its work, as far as one look can tell."""

DONE = "done"
"""A job has ended with exit code 0."""

MISSING = "missing"
"""There is no such container."""

PRESENT = "present"
"""There is one, in whatever state."""

GOOD = frozenset({READY, DONE})
"""Verdicts that ask for nothing."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The state of an engine as far as one stack is concerned.

    Attributes:
        containers: Full container name to verdict: `ready`, `done`, or what is wrong and since when.
        containers_by_id: Every container of the stack, full name to id, throw-away ones included.
        networks: Networks of the stack, name to id.
    """

    containers: Mapping[str, str] = field(default_factory=dict)
    containers_by_id: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, str] = field(default_factory=dict)

    def of(self, container: str) -> str:
        """Returns what is wrong with a container by its full name, else `ready`.

        A missing container and a job that is done ask nothing of a gate: the first is made anew because of
        `presence`, the second is as it should be.
        """
        found = self.containers.get(container, READY)
        return READY if found in GOOD else found

    def presence(self, container: str) -> str:
        """Returns whether a container is there at all, by its full name."""
        return PRESENT if container in self.containers else MISSING


def observe(client: DockerClient, stack_id: str) -> Observation:
    """Looks at every container of a stack once.

    Args:
        client: The engine.
        stack_id: `Scope.stack_id` of the stack.
    """
    wanted = {"label": f"{naming.STACK_LABEL}={stack_id}"}
    ids = [row["Id"] for row in client.api.containers(all=True, filters=wanted)]
    with ThreadPoolExecutor(max_workers=16) as pool:
        inspected = [found for found in pool.map(lambda id_: _inspect(client, id_), ids) if found]
    serving = [row for row in inspected if row["Config"]["Labels"].get(naming.ROLE_LABEL) in naming.LASTING_ROLES]
    return Observation(
        containers={row["Name"].lstrip("/"): verdict(row) for row in serving},
        containers_by_id={row["Name"].lstrip("/"): row["Id"] for row in inspected},
        networks={row["Name"]: row["Id"] for row in client.api.networks(filters=wanted)},
    )


def _inspect(client: DockerClient, container_id: str) -> dict[str, Any] | None:
    try:
        inspected: dict[str, Any] = client.api.inspect_container(container_id)
    except NotFound:  # it went away between the list and this look
        return None
    return inspected


def verdict(inspected: Mapping[str, Any]) -> str:
    """Returns what one look says of a container.

    A bad verdict ends with the time it began, so that the same fault later is a new value.

    Args:
        inspected: The engine's `inspect` of the container.
    """
    state = inspected["State"]
    if inspected["Config"]["Labels"].get(naming.ROLE_LABEL) == "job":
        return _job_verdict(state)
    if state["Paused"]:
        return f"paused since {state['StartedAt'][:19]}Z or later"
    if state["Restarting"]:
        return f"restarting ({_exit(state)}) since {state['FinishedAt'][:19]}Z"
    if not state["Running"]:
        return f"{state['Status']} ({_exit(state)}) since {state['FinishedAt'][:19]}Z"
    if unhealthy(state):
        return f"unhealthy since {_unhealthy_since(state['Health'])}"
    return READY


def unhealthy(state: Mapping[str, Any]) -> bool:
    """Returns whether health checks have failed.

    A paused container is called unhealthy too, and still is after it goes on until its next check, with no failed one.

    Args:
        state: `State` of the engine's `inspect`.
    """
    health = state.get("Health") or {}
    return health.get("Status") == "unhealthy" and health.get("FailingStreak", 0) > 0


def _job_verdict(state: Mapping[str, Any]) -> str:
    if state["Status"] == "exited" and state["ExitCode"] == 0:
        return DONE
    return f"{state['Status']} ({_exit(state)}) since {state['FinishedAt'][:19]}Z"


def _exit(state: Mapping[str, Any]) -> str:
    return f"exit {state['ExitCode']}" + (", OOM" if state["OOMKilled"] else "")


def _unhealthy_since(health: Mapping[str, Any]) -> str:
    """Returns the start of the run of failed checks that ends the health log (Docker keeps the last five)."""
    since = ""
    for check in reversed(health.get("Log") or []):
        if check["ExitCode"] == 0:
            break
        since = str(check["Start"])[:19] + "Z"
    return since or "the last check"
