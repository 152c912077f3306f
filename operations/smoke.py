"""Starts the smoke conversation of a system and shows it."""

import subprocess

import typer

from components.base.naming import Scope
from components.smoke import SERVICE
from operations.stack_file import PROJECT, StackFile


def converse(stack: StackFile, system: str) -> None:
    """Runs the conversation in the foreground.

    Raises:
        typer.Exit: A hop failed, and has been named; or the stack is not up.
    """
    container = Scope(project=PROJECT, stack=stack.name, system=system).full(SERVICE)
    typer.echo(f"\nsmoke conversation of {system}:")
    host = ("--host", stack.docker_host) if stack.docker_host else ()
    code = subprocess.run(["docker", *host, "start", "--attach", container], check=False).returncode
    if code:
        typer.echo(f"the conversation failed; is the stack up? ('make status STACK={stack.name}')", err=True)
        raise typer.Exit(code)
