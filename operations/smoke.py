"""Starts the smoke conversation of a system and shows it."""

import typer
from docker.errors import NotFound

from components.base.advice import for_stack
from components.base.docker_api import client
from components.base.memory import OOM
from components.base.naming import Scope
from components.smoke import SERVICE
from infra.state import Known
from operations import pulumi_cli
from operations.found import made_anew, missing, present
from operations.logs import whole_lines
from operations.stack_file import PROJECT, StackFile
from operations.starting import FINE, settled


def smoke(stack: StackFile) -> None:
    """Holds the conversation of every system of a stack, when what is starting has started.

    What is missing or not ready is named first; whether the conversation needs it, it shows itself.

    Raises:
        typer.Exit: The stack is not up, no engine answers, or a hop failed, and has been named.
    """
    rows = present(stack)
    seen = settled(stack)
    gone = missing(pulumi_cli.state_if_readable(stack) or Known(), rows)
    if gone:
        typer.echo(made_anew(stack, gone), err=True)
    for row in seen:
        if row.state not in FINE:
            typer.echo(f"{row.found.service}: {row.state}", err=True)
    for system in stack.systems:
        converse(stack, system)


def converse(stack: StackFile, system: str) -> None:
    """Runs the conversation in the foreground.

    Raises:
        typer.Exit: A hop failed, and has been named; or the container is not there.
    """
    name = Scope(project=PROJECT, stack=stack.name, system=system).full(SERVICE)
    typer.echo(f"\nsmoke conversation of {system}:")
    try:
        container = client(stack.docker_host).containers.get(name)
        # Attached before the start, so that no line is missed.
        lines = container.attach(stream=True)
        container.start()
        for line in whole_lines(lines):
            typer.echo(for_stack(line, stack.name))
        code = int(container.wait()["StatusCode"])
    except NotFound as error:  # the container, or a network or volume of it
        what = f"the conversation's container cannot start: {error.explanation}"
        typer.echo(f"{what}. Run 'make up STACK={stack.name}' first.", err=True)
        raise typer.Exit(1) from error
    if code:
        container.reload()
        if container.attrs["State"]["OOMKilled"]:
            typer.echo(f"the conversation itself was killed for want of memory ({OOM})", err=True)
        typer.echo(f"the conversation failed; look at 'make status STACK={stack.name}'", err=True)
        raise typer.Exit(code)
