"""What a person reads about a running stack: status, addresses, credentials."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import typer
from rich import box
from rich.console import Console
from rich.table import Column, Table

from components.base import naming
from components.base.docker_api import EngineUnreachableError, client
from components.base.verdict import verdict
from operations import pulumi_cli
from operations.stack_file import PROJECT, StackFile

MIB = 1024 * 1024

PIPE_WIDTH = 160
"""Columns of a table that goes into a file or a pipe."""


def addresses(stack: StackFile) -> None:
    """Prints where everything is and how to see the credentials."""
    urls: Mapping[str, Mapping[str, str]] = json.loads(pulumi_cli.output(stack, "urls"))
    typer.echo()
    for system, services in urls.items():
        for service, url in services.items():
            typer.echo(f"{system}  {service:<20} {url}")
    typer.echo(f"\ncredentials: make credentials STACK={stack.name}    status: make status STACK={stack.name}")


def credentials(stack: StackFile) -> None:
    """Prints the generated credentials: the one place where secrets are shown, because a person asked."""
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(
        pulumi_cli.output(stack, "credentials", secret=True)
    )
    table = Table("system", "service", "name", "value", box=box.SIMPLE_HEAD)
    for system, services in found.items():
        for service, pairs in services.items():
            for name, value in pairs.items():
                table.add_row(system, service, name, value)
    _print(table)


def status(stack: StackFile) -> None:
    """Prints one row for each container of a stack.

    Raises:
        typer.Exit: No engine answers (1).
    """
    try:
        engine = client(stack.docker_host)
    except EngineUnreachableError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    stack_id = naming.Scope(project=PROJECT, stack=stack.name, system="").stack_id
    rows = engine.containers.list(all=True, filters={"label": f"{naming.STACK_LABEL}={stack_id}"})
    columns = ("system", "service", "state", "up for", "restarts", "memory / limit", "addresses")
    table = Table(*(Column(name, no_wrap=True) for name in columns), box=box.SIMPLE_HEAD)
    for container in sorted(rows, key=lambda found: str(found.name)):
        attributes: dict[str, Any] = container.attrs
        labels = attributes["Config"]["Labels"]
        if labels.get(naming.ROLE_LABEL) not in naming.LASTING_ROLES:
            continue
        running = attributes["State"]["Running"]
        table.add_row(
            labels[naming.SYSTEM_LABEL],
            labels[naming.SERVICE_LABEL],
            _state(attributes),
            _uptime(attributes["State"]["StartedAt"]) if running else "",
            str(attributes["RestartCount"]),
            _memory(cast("dict[str, Any]", container.stats(stream=False, one_shot=True))) if running else "",
            " ".join(_published(attributes)),
        )
    if not table.row_count:
        typer.echo(f"stack {stack.name} is not up: run 'make up STACK={stack.name}'")
        return
    _print(table)


def _print(table: Table) -> None:
    """Prints a table in full where nobody's terminal sets a width."""
    console = Console()
    (console if console.is_terminal else Console(width=PIPE_WIDTH)).print(table)


def _state(attributes: Mapping[str, Any]) -> str:
    if attributes["Config"]["Labels"][naming.ROLE_LABEL] == "tool":
        return "on demand"
    return verdict(attributes, None, datetime.now(UTC))


def _uptime(started_at: str) -> str:
    started = datetime.fromisoformat(started_at[:19]).replace(tzinfo=UTC)
    minutes, seconds = divmod(int((datetime.now(UTC) - started).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _memory(stats: Mapping[str, Any]) -> str:
    memory = stats.get("memory_stats", {})
    if "usage" not in memory:
        return ""
    used = memory["usage"] - memory.get("stats", {}).get("total_inactive_file", 0)
    return f"{used // MIB} / {memory['limit'] // MIB} MiB"


def _published(attributes: Mapping[str, Any]) -> list[str]:
    ports: Mapping[str, list[dict[str, str]] | None] = attributes["NetworkSettings"]["Ports"]
    return [f"{row['HostIp']}:{row['HostPort']}" for rows in ports.values() for row in rows or []]
