"""What a person reads about a stack from its outputs: addresses, credentials."""

import json
from collections.abc import Mapping

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from operations import pulumi_cli, tunnel
from operations.stack_file import StackFile

UNBOUNDED = 100_000
"""Columns of which no table needs as many."""


def addresses(stack: StackFile) -> None:
    """Prints where everything is and how to see the credentials."""
    urls: Mapping[str, Mapping[str, str]] = json.loads(pulumi_cli.output(stack, "urls"))
    typer.echo()
    for system, services in urls.items():
        for service, url in services.items():
            typer.echo(f"{system}  {service:<20} {url}")
    there = tunnel.hint(stack.docker_host, (url for services in urls.values() for url in services.values()))
    if there:
        typer.echo(f"\n{there}")
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
    print_table(table)


def print_table(table: Table) -> None:
    """Prints a table in full, however narrow the terminal is: half a secret, address or reason is of no use."""
    needed = Console(width=UNBOUNDED).measure(table).maximum
    Console(width=max(Console().width, needed)).print(table, no_wrap=True, crop=False)
