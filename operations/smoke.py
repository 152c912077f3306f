"""Starts the smoke conversation of a system and shows it."""

import typer
from docker.errors import NotFound

from components.base.docker_api import EngineUnreachableError, client
from components.base.memory import OOM
from components.base.naming import Scope
from components.smoke import SERVICE
from operations.stack_file import PROJECT, StackFile


def converse(stack: StackFile, system: str) -> None:
    """Runs the conversation in the foreground.

    Raises:
        typer.Exit: A hop failed, and has been named; or the stack is not up.
    """
    name = Scope(project=PROJECT, stack=stack.name, system=system).full(SERVICE)
    typer.echo(f"\nsmoke conversation of {system}:")
    try:
        container = client(stack.docker_host).containers.get(name)
        # Attached before the start, so that no line is missed.
        lines = container.attach(stream=True)
        container.start()
        for part in lines:
            typer.echo(part.decode(errors="replace"), nl=False)
        code = int(container.wait()["StatusCode"])
    except (EngineUnreachableError, NotFound) as error:
        typer.echo(f"there is nothing to talk to ({error}): run 'make up STACK={stack.name}' first", err=True)
        raise typer.Exit(1) from error
    if code:
        container.reload()
        if container.attrs["State"]["OOMKilled"]:
            typer.echo(f"the conversation itself was killed for want of memory ({OOM})", err=True)
        typer.echo(f"the conversation failed; look at 'make status STACK={stack.name}'", err=True)
        raise typer.Exit(code)
