"""`status`: a line for each container of a stack, with what its gate would say now."""

import operator
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
from components.base.inquiry import Finding, look_from
from components.base.memory import OOM, killed
from components.base.observe import MISSING
from components.base.verdict import GOOD
from infra.state import Known
from operations import pulumi_cli, tunnel
from operations.found import Found, engine, made_anew, missing, not_up
from operations.report import print_table
from operations.stack_file import StackFile
from operations.starting import FINE, Seen, look, settled

MIB = 1024 * 1024
REFRESH_SECONDS = 2.0
COLUMNS = ("system", "service", "state", "health", "up for", "restarts", "memory / limit", "addresses")


def status(stack: StackFile, *, watch: bool) -> None:
    """Prints a line for each container that a stack has, or should have; services that are starting are waited for.

    Args:
        stack: The stack.
        watch: Whether to go on until Ctrl-C, without waiting; only in a terminal.

    Raises:
        typer.Exit: No engine answers, not everything is ready, or the state does not say what should be there (1).
    """
    console = Console()
    if watch and console.is_terminal:
        _watch(stack, console)
        return
    seen = settled(stack)
    read = pulumi_cli.state_if_readable(stack)
    known = read or Known()
    rows = [row.found for row in seen]
    gone = missing(known, rows)
    if not rows and not gone:
        typer.echo(not_up(stack))
        raise typer.Exit(1)
    print_table(_table(_lines(seen, known)))
    if gone:
        typer.echo(made_anew(stack, gone))
    findings = _findings(stack, seen)
    for service, finding in findings.items():
        if finding.notice:
            typer.echo(finding.notice)
        if finding.wrong:
            typer.echo(f"{service}: {finding.wrong}. Run 'make up STACK={stack.name}', which declares it again.")
    there = tunnel.hint(stack.docker_host, (text for row in rows for text in _published(row.container.attrs)))
    if there:
        typer.echo(there)
    wrong = gone or any(finding.wrong for finding in findings.values())
    if wrong or read is None or not all(row.state in FINE for row in seen):
        raise typer.Exit(1)


def _findings(stack: StackFile, seen: Sequence[Seen]) -> Mapping[str, Finding]:
    """Returns what is to be said of what services have declared on servers."""
    containers = [row.found.container for row in seen if row.state in GOOD]
    good = {naming.key_of(container.labels): container for container in containers}
    with ThreadPoolExecutor(max_workers=16) as pool:
        answers = pool.map(lambda key: look_from(engine(stack), key, good), good)
        services = (container.labels[naming.SERVICE_LABEL] for container in good.values())
        return dict(zip(services, answers, strict=True))


def _watch(stack: StackFile, console: Console) -> None:
    known = pulumi_cli.state_if_readable(stack) or Known()
    try:
        with Live(_table(_lines(look(stack), known)), auto_refresh=False, console=console, screen=True) as live:
            while True:
                time.sleep(REFRESH_SECONDS)  # the pace of the display; nothing waits for it
                seen = look(stack)
                if {row.found.place for row in seen} != known.places:
                    known = (
                        pulumi_cli.state_if_readable(stack) or known
                    )  # an `up` or `down` meanwhile has changed what there should be
                live.update(_table(_lines(seen, known)), refresh=True)
    except KeyboardInterrupt:
        return


def _lines(seen: Sequence[Seen], known: Known) -> list[tuple[str, ...]]:
    """Returns the lines of the table: what there is, and what should be there."""
    gone = missing(known, [row.found for row in seen])
    several = {place.service for place in (*gone, *(row.found.place for row in seen)) if place.replica > 1}
    with ThreadPoolExecutor(max_workers=16) as pool:
        # During a rollout two containers are the same part.
        lines = [(row.found.place, cells) for row, cells in zip(seen, pool.map(_cells, seen), strict=True)]
    lines += [(place, (MISSING, "-", *[""] * 4)) for place in gone]
    return [
        (place.system, f"{place.service}/{place.replica}" if place.service in several else place.service, *cells)
        for place, cells in sorted(lines, key=operator.itemgetter(0))
    ]


def _table(rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(*(Column(name, no_wrap=True) for name in COLUMNS), box=box.SIMPLE_HEAD)
    for cells in rows:
        table.add_row(*cells)
    return table


def _cells(row: Seen) -> tuple[str, ...]:
    attributes: dict[str, Any] = row.found.container.attrs
    running = attributes["State"]["Running"]
    return (
        row.state,
        str((attributes["State"].get("Health") or {}).get("Status", "-")) if running else "-",
        _uptime(attributes["State"]["StartedAt"]) if running else "",
        str(attributes["RestartCount"]),
        _memory(row.found) if running else "",
        " ".join(_published(attributes)),
    )


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
