"""What one look at a container says of it: `ready`, `done`, or what is wrong and since when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from components.base import naming
from components.base.memory import OOM, how

READY = "ready"
"""A service does its work, as far as one look can tell."""

DONE = "done"
"""A job has ended with exit code 0."""

GOOD = frozenset({READY, DONE})
"""Verdicts that ask for nothing."""

LOOP_SECONDS = 10
"""A container that runs this long is out of a restart loop: the engine starts its back-off anew then."""

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the stack's state says of a container; anything else on the engine is drift.

    Attributes:
        memory_mib: Memory limit.
        networks: Full names of its networks.
        pids: Limit of processes, once its gate has set it.
    """

    memory_mib: int
    networks: frozenset[str]
    pids: int | None = None


def verdict(inspected: Mapping[str, Any], expected: Expected | None, now: datetime) -> str:
    """Returns what is wrong with a container, else `ready` or `done`.

    A bad verdict ends with the time it began, or was seen where the engine keeps none: the same fault later is a new
    value.

    Args:
        inspected: The engine's `inspect` of the container.
        expected: What the stack's state says of it; None when only its process is of interest.
        now: The time of the look.
    """
    state = inspected["State"]
    if inspected["Config"]["Labels"].get(naming.ROLE_LABEL) == "job":
        return _job(state)
    changed = _changes(inspected, expected) if expected else []
    process = _process(inspected, now)
    if process != READY:
        return "; ".join([*changed, process])
    return f"{'; '.join(changed)} (seen {now:%Y-%m-%dT%H:%M:%S}Z)" if changed else READY


def unhealthy(state: Mapping[str, Any]) -> bool:
    """Returns whether health checks have failed.

    A paused container is called unhealthy too, and still is after it goes on until its next check, with no failed one.

    Args:
        state: `State` of the engine's `inspect`.
    """
    health = state.get("Health") or {}
    return health.get("Status") == "unhealthy" and health.get("FailingStreak", 0) > 0


def looping(inspected: Mapping[str, Any], now: datetime) -> bool:
    """Returns whether a running container was restarted by the engine so recently that it may fail again.

    Args:
        inspected: The engine's `inspect` of the container.
        now: The time of the look.
    """
    return bool(inspected.get("RestartCount")) and _seconds_since(inspected["State"]["StartedAt"], now) < LOOP_SECONDS


def _process(inspected: Mapping[str, Any], now: datetime) -> str:
    state = inspected["State"]
    if state["Paused"]:
        return f"paused since {state['StartedAt'][:19]}Z or later"
    if state["Restarting"]:
        return f"restarting ({how(state)}) since {state['FinishedAt'][:19]}Z"
    if not state["Running"]:
        return f"{state['Status']} ({how(state)}) since {state['FinishedAt'][:19]}Z"
    if looping(inspected, now):
        killed = f", {OOM}" if state["OOMKilled"] else ""  # of the earlier run; the engine keeps it until the next end
        return f"restarting ({inspected['RestartCount']} times{killed}) since {state['FinishedAt'][:19]}Z"
    if unhealthy(state):
        return f"unhealthy since {_unhealthy_since(state['Health'])}"
    return READY


def _changes(inspected: Mapping[str, Any], expected: Expected) -> list[str]:
    host = inspected["HostConfig"]
    joined = set(inspected["NetworkSettings"]["Networks"] or {})
    found = [f"left network {name}" for name in sorted(expected.networks - joined)]
    found += [f"joined network {name}" for name in sorted(joined - expected.networks)]
    memory = host["Memory"] // MIB
    if memory != expected.memory_mib:
        found.append(f"memory limit {memory} MiB instead of {expected.memory_mib}")
    if expected.pids is not None and (host.get("PidsLimit") or 0) != expected.pids:
        found.append(f"pids limit {host.get('PidsLimit') or 'none'} instead of {expected.pids}")
    return found


def _job(state: Mapping[str, Any]) -> str:
    if state["Status"] == "exited" and state["ExitCode"] == 0:
        return DONE
    return f"{state['Status']} ({how(state)}) since {state['FinishedAt'][:19]}Z"


def _seconds_since(moment: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC)).total_seconds()


def _unhealthy_since(health: Mapping[str, Any]) -> str:
    """Returns the start of the run of failed checks that ends the health log (Docker keeps the last five)."""
    since = ""
    for check in reversed(health.get("Log") or []):
        if check["ExitCode"] == 0:
            break
        since = str(check["Start"])[:19] + "Z"
    return since or "the last check"
