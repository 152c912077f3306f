"""Finds the containers of a stack by their labels, for the verbs that look at running ones."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import typer
from docker import DockerClient
from docker.models.containers import Container

from components.base import naming
from components.base.docker_api import EngineUnreachableError, client
from infra.state import Known, Place, place_of
from operations import pulumi_cli
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

    @property
    def place(self) -> Place:
        """Which part of the stack it is."""
        return Place(replica=self.replica, role=self.role, service=self.service, system=self.system)


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


def present(stack: StackFile) -> list[Found]:
    """Returns the containers of a stack that is up.

    Args:
        stack: The stack.

    Raises:
        typer.Exit: It has none (1).
    """
    rows = lasting(stack)
    if not rows:
        typer.echo(not_up(stack), err=True)
        raise typer.Exit(1)
    return rows


def not_up(stack: StackFile) -> str:
    """Returns what is said of a stack without containers, whoever removed them."""
    return f"stack {stack.name} is not up: run 'make up STACK={stack.name}'"


def missing(known: Known, rows: Iterable[Found]) -> list[Place]:
    """Returns the parts of the state that the engine has no container of: removed by hand, or never made.

    Args:
        known: What the state knows.
        rows: The engine's containers.
    """
    return sorted(known.places - {row.place for row in rows})


def made_anew(stack: StackFile, places: Sequence[Place]) -> str:
    """Returns what is said of missing parts."""
    names = ", ".join(row.service if row.replica == 1 else f"{row.service}/{row.replica}" for row in places)
    return f"missing: {names}. Run 'make up STACK={stack.name}', which makes it anew."


def of_service(stack: StackFile, service: str) -> list[Found]:
    """Returns the containers of one service, and says which of its replicas are missing.

    Args:
        stack: The stack.
        service: Service name.

    Raises:
        typer.Exit: The stack is not up, or none of its containers is there (1); it has no such service (2).
    """
    everything = present(stack)
    rows = [row for row in everything if row.service == service]
    known = pulumi_cli.state_if_readable(stack) or Known()
    gone = [row for row in missing(known, everything) if row.service == service]
    if gone:
        typer.echo(made_anew(stack, gone), err=True)
    if not rows and gone:
        raise typer.Exit(1)
    if not rows:
        names = sorted({row.service for row in everything} | {row.service for row in known.places})
        near = difflib.get_close_matches(service, names, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(names)}"
        typer.echo(f"SERVICE={service}: stack {stack.name} has no such service ({hint}). Nothing was done.", err=True)
        raise typer.Exit(WRONG_NAME)
    return rows


def _read(container: Container) -> Found:
    place = place_of(container.attrs["Config"]["Labels"])
    return Found(
        container=container, replica=place.replica, role=place.role, service=place.service, system=place.system
    )
