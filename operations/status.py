"""`status`: one row for each container of a stack, with what its gate would say now."""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import typer
from docker.errors import APIError
from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Column, Table

from components.base import naming
from components.base.docker_api import client
from components.base.memory import OOM, killed
from components.base.readiness import PROBE_SECONDS, succeeds
from components.base.verdict import GOOD, READY, verdict
from operations import tunnel
from operations.found import Found, lasting
from operations.report import print_table
from operations.stack_file import StackFile

MIB = 1024 * 1024
REFRESH_SECONDS = 2.0
ON_DEMAND = "on demand"
COLUMNS = ("system", "service", "state", "health", "up for", "restarts", "memory / limit", "addresses")


def status(stack: StackFile, *, watch: bool) -> None:
    """Prints one row for each container of a stack.

    Args:
        stack: The stack.
        watch: Whether to go on until Ctrl-C; only in a terminal.

    Raises:
        typer.Exit: No engine answers, or not everything is ready (1).
    """
    console = Console()
    if not watch or not console.is_terminal:
        rows = lasting(stack)
        if rows:
            shown = _rows(stack, rows)
            print_table(_table(shown))
            good = all(cells[COLUMNS.index("state")] in {*GOOD, ON_DEMAND} for cells in shown)
            there = tunnel.hint(stack.docker_host, (text for row in rows for text in _published(row.container.attrs)))
            if there:
                typer.echo(there)
        else:
            good = False
            typer.echo(f"stack {stack.name} is not up: run 'make up STACK={stack.name}'")
        if not good:
            raise typer.Exit(1)
        return
    try:
        with Live(_table(_rows(stack, lasting(stack))), auto_refresh=False, console=console, screen=True) as live:
            while True:
                time.sleep(REFRESH_SECONDS)  # the pace of the display; nothing waits for it
                live.update(_table(_rows(stack, lasting(stack))), refresh=True)
    except KeyboardInterrupt:
        return


def _rows(stack: StackFile, found: Sequence[Found]) -> list[tuple[str, ...]]:
    several = {row.service for row in found if row.replica > 1}
    with ThreadPoolExecutor(max_workers=16) as pool:
        return list(pool.map(lambda row: _cells(stack, row, several), found))


def _table(rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(*(Column(name, no_wrap=True) for name in COLUMNS), box=box.SIMPLE_HEAD)
    for cells in rows:
        table.add_row(*cells)
    return table


def _cells(stack: StackFile, row: Found, several: set[str]) -> tuple[str, ...]:
    attributes: dict[str, Any] = row.container.attrs
    running = attributes["State"]["Running"]
    return (
        row.system,
        f"{row.service}/{row.replica}" if row.service in several else row.service,
        state(stack, row),
        str((attributes["State"].get("Health") or {}).get("Status", "-")) if running else "-",
        _uptime(attributes["State"]["StartedAt"]) if running else "",
        str(attributes["RestartCount"]),
        _memory(row) if running else "",
        " ".join(_published(attributes)),
    )


def state(stack: StackFile, row: Found) -> str:
    """Returns what the gate would say of a container: its own probe decides, not Docker's `starting`."""
    if row.role == "tool":
        return ON_DEMAND
    attributes: dict[str, Any] = row.container.attrs
    seen = verdict(attributes, None, datetime.now(UTC))
    command = json.loads(attributes["Config"]["Labels"].get(naming.READINESS_LABEL, "[]"))
    if seen != READY or not command:
        return seen
    return READY if succeeds(client(stack.docker_host), row.container, command, PROBE_SECONDS) else "not ready"


def _uptime(started_at: str) -> str:
    started = datetime.fromisoformat(started_at[:19]).replace(tzinfo=UTC)
    minutes, seconds = divmod(int((datetime.now(UTC) - started).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _memory(row: Found) -> str:
    try:
        stats = cast("dict[str, Any]", row.container.stats(stream=False, one_shot=True))
    except APIError:  # it ended between the list and this look
        return ""
    memory: Mapping[str, Any] = stats.get("memory_stats", {})
    if "usage" not in memory:
        return ""
    number = killed(row.container)
    ended = f" ({number} killed, {OOM})" if number else ""
    return f"{used_bytes(memory) // MIB} / {memory['limit'] // MIB} MiB{ended}"


def used_bytes(memory: Mapping[str, Any]) -> int:
    """Returns the memory a container uses, without the page cache it could give back.

    Source: `calculateMemUsageUnixNoCache` of docker/cli: the first key on cgroup v1, the second on v2.
    """
    counted: Mapping[str, int] = memory.get("stats", {})
    return int(memory["usage"]) - counted.get("total_inactive_file", counted.get("inactive_file", 0))


def _published(attributes: Mapping[str, Any]) -> list[str]:
    ports: Mapping[str, list[dict[str, str]] | None] = attributes["NetworkSettings"]["Ports"]
    return [f"{row['HostIp']}:{row['HostPort']}" for rows in ports.values() for row in rows or []]
