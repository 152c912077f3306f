"""`shell`: a shell inside a running service."""

import shutil
import subprocess
import sys

import typer

from operations.found import of_service
from operations.stack_file import StackFile

# bash where the image has it: line editing is worth it.
SHELL = "command -v bash >/dev/null && exec bash || exec sh"


def shell(stack: StackFile, service: str, replica: int) -> None:
    """Opens a shell.

    Args:
        stack: The stack.
        service: Service name.
        replica: Number of the replica.

    Raises:
        typer.Exit: With the shell's exit code; 2 when there is no such service or replica, 1 without a client.
    """
    if shutil.which("docker") is None:
        typer.echo("a shell needs the docker client: install the package docker-cli (or docker.io)", err=True)
        raise typer.Exit(1)
    rows = [row for row in of_service(stack, service) if row.replica == replica]
    if not rows or rows[0].container.status != "running":
        typer.echo(f"{service}/{replica} is not running: look at 'make status STACK={stack.name}'", err=True)
        raise typer.Exit(2)
    host = ["--host", stack.docker_host] if stack.docker_host else []
    terminal = ["--interactive", *(["--tty"] if sys.stdin.isatty() else [])]
    command = ["docker", *host, "exec", *terminal, str(rows[0].container.id), "sh", "-c", SHELL]
    raise typer.Exit(subprocess.run(command, check=False).returncode)
