"""Services that are on their way: waited for, and named meanwhile.

After a crash of the engine, or of the machine, containers come back one by one. What is asked in this moment would be
answered with failures that are none.
"""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import typer

from components.base import naming, not_serving
from components.base.docker_api import client
from components.base.readiness import PROBE_SECONDS, succeeds
from components.base.verdict import GOOD, READY, verdict
from operations.found import Found, lasting
from operations.stack_file import StackFile

ON_DEMAND = "on demand"
NOT_READY = "not ready"
FINE = frozenset({*GOOD, ON_DEMAND})
"""States that ask for nothing."""

LONGEST_WAIT_SECONDS = 60
PAUSE_SECONDS = 1.0
STARTED_SECONDS = 60
"""A process this young may still become ready."""

ENDED_SECONDS = 15
"""The engine starts what it finds ended after a crash this soon, where its policy is to start it always."""

MOST_RESTARTS = 3
"""More are a loop. The engine counts anew after a crash of its own."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A container and what its gate would say of it now."""

    found: Found
    state: str


def look(stack: StackFile) -> list[Seen]:
    """Looks at every container of a stack, each with its own readiness probe.

    Args:
        stack: The stack.

    Raises:
        typer.Exit: No engine answers (1).
    """
    with ThreadPoolExecutor(max_workers=16) as pool:
        return list(pool.map(lambda row: Seen(found=row, state=_state(stack, row)), lasting(stack)))


def settled(stack: StackFile) -> list[Seen]:
    """Looks until nothing of a stack is on its way any more, and says what is waited for.

    Args:
        stack: The stack.

    Raises:
        typer.Exit: No engine answers (1).
    """
    limit, told = time.monotonic() + LONGEST_WAIT_SECONDS, ""
    while True:
        seen, now = look(stack), datetime.now(UTC)
        coming = [row for row in seen if row.state not in FINE and on_its_way(row.found.container.attrs, now)]
        if not coming or time.monotonic() > limit:
            return seen
        waiting = ", ".join(sorted({row.found.service for row in coming}))
        if waiting != told:
            typer.echo(f"starting: {waiting} (waiting for at most {LONGEST_WAIT_SECONDS} s)", err=True)
            told = waiting
        time.sleep(PAUSE_SECONDS)


def on_its_way(inspected: Mapping[str, Any], now: datetime) -> bool:
    """Returns whether a service that is not ready may become so by itself, within moments.

    Args:
        inspected: The engine's `inspect` of the container.
        now: The time of the look.
    """
    state = inspected["State"]
    if inspected["RestartCount"] > MOST_RESTARTS or state["Paused"] or not_serving.reason(inspected):
        return False
    if state["Running"] or state["Restarting"]:
        return _age(state["StartedAt"], now) < STARTED_SECONDS
    always = inspected["HostConfig"]["RestartPolicy"]["Name"] == "always"
    return always and state["Status"] == "exited" and _age(state["FinishedAt"], now) < ENDED_SECONDS


def _state(stack: StackFile, row: Found) -> str:
    """Returns what the gate would say of a container: its own probe decides, not Docker's `starting`."""
    if row.role == "tool":
        return ON_DEMAND
    inspected: dict[str, Any] = row.container.attrs
    judged = verdict(inspected, None, datetime.now(UTC))
    command: Sequence[str] = json.loads(inspected["Config"]["Labels"].get(naming.READINESS_LABEL, "[]"))
    if judged != READY or not command:
        return judged
    if succeeds(client(stack.docker_host), row.container, command, PROBE_SECONDS):
        return READY
    return not_serving.reason(inspected) or NOT_READY


def _age(moment: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC)).total_seconds()
