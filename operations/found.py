"""Finds the containers of a stack by their labels, for the verbs that look at running ones."""

import difflib
from dataclasses import dataclass

import typer
from docker import DockerClient
from docker.models.containers import Container

from components.base import naming
from components.base.docker_api import EngineUnreachableError, client
from operations.stack_file import PROJECT, StackFile

WRONG_NAME = 2
"""Exit code for a service that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One container.

    Attributes:
        container: The engine's own.
        replica: Its number within the service.
        role: `service`, `job` or `tool`.
        service: Service name.
        system: System it belongs to.
    """

    container: Container
    replica: int
    role: str
    service: str
    system: str


def engine(stack: StackFile) -> DockerClient:
    """Returns the stack's engine.

    Raises:
        typer.Exit: It does not answer (1).
    """
    try:
        return client(stack.docker_host)
    except EngineUnreachableError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def lasting(stack: StackFile) -> list[Found]:
    """Returns the containers of a stack, by system, service and replica; throw-away ones are left out."""
    stack_id = naming.Scope(project=PROJECT, stack=stack.name, system="").stack_id
    wanted: dict[str, str | list[str] | bool] = {"label": f"{naming.STACK_LABEL}={stack_id}"}
    rows = [_read(row) for row in engine(stack).containers.list(all=True, filters=wanted, ignore_removed=True)]
    kept = [row for row in rows if row.role in naming.LASTING_ROLES]
    return sorted(kept, key=lambda row: (row.system, row.service, row.replica))


def of_service(stack: StackFile, service: str) -> list[Found]:
    """Returns the containers of one service.

    Args:
        stack: The stack.
        service: Service name.

    Raises:
        typer.Exit: The stack is not up (1), or has no such service (2).
    """
    everything = lasting(stack)
    if not everything:
        typer.echo(f"stack {stack.name} is not up: run 'make up STACK={stack.name}'", err=True)
        raise typer.Exit(1)
    rows = [row for row in everything if row.service == service]
    if not rows:
        known = sorted({row.service for row in everything})
        near = difflib.get_close_matches(service, known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known)}"
        typer.echo(f"SERVICE={service}: stack {stack.name} has no such service ({hint}). Nothing was done.", err=True)
        raise typer.Exit(WRONG_NAME)
    return rows


def _read(container: Container) -> Found:
    labels = container.attrs["Config"]["Labels"]
    return Found(
        container=container,
        replica=int(labels.get(naming.REPLICA_LABEL, "1")),
        role=str(labels.get(naming.ROLE_LABEL, "")),
        service=str(labels.get(naming.SERVICE_LABEL, "")),
        system=str(labels.get(naming.SYSTEM_LABEL, "")),
    )
