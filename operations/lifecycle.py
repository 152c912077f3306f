"""up, preview, down, destroy: Pulumi's own commands with what must be true before them."""

import typer
from rich.console import Console

from components.base import lock
from components.base.docker_api import EngineUnreachableError, client
from components.base.lock import Source
from infra.stores import kept_source
from operations import copied_images, images, pulumi_cli, report, smoke, stack_file
from operations.confirmation import require_confirmation
from operations.found import engine

KEEP_DATA = (
    *("--exclude", "**volume:Volume**"),
    *("--exclude", "**random:index**"),
)
"""What `down` leaves: data volumes, and the secrets without which nobody could log in to the data again."""


def up(stack: str) -> None:
    """Makes a stack what its configuration says; in development it ends with the smoke conversation.

    Raises:
        typer.Exit: With Pulumi's exit code, or the conversation's; nobody could confirm it (2).
    """
    found = stack_file.read(stack)
    require_confirmation(found, "up")
    build_images(found)
    development = ("--yes", "--skip-preview") if found.development else ()
    _leave_on_failure(pulumi_cli.run(found, ("up", *development)))
    if found.development:
        for system in found.systems:
            smoke.converse(found, system)
        report.addresses(found)


def preview(stack: str) -> None:
    """Shows what `up` would do.

    Raises:
        typer.Exit: With Pulumi's exit code.
    """
    found = stack_file.read(stack)
    _leave_on_failure(pulumi_cli.run(found, ("preview", "--diff")))


def down(stack: str) -> None:
    """Removes containers and networks; data and generated secrets stay.

    Raises:
        typer.Exit: With Pulumi's exit code; the engine does not answer (1).
    """
    found = stack_file.read(stack)
    engine(found)  # asked before Pulumi, which would start on the first resources without running the program
    _leave_on_failure(pulumi_cli.run(found, ("destroy", "--yes", *KEEP_DATA)))


def destroy(stack: str) -> None:
    """Removes everything, data included; in production data volumes are protected and Pulumi refuses.

    Raises:
        typer.Exit: With Pulumi's exit code; the engine does not answer (1); nobody could confirm it (2).
    """
    found = stack_file.read(stack)
    require_confirmation(found, "destroy")
    engine(found)
    _leave_on_failure(pulumi_cli.run(found, ("destroy", *(("--yes",) if found.development else ()))))


def build_images(found: stack_file.StackFile) -> None:
    """Provides the local images a stack needs and its engine lacks; with a registry there is nothing to do.

    What this machine's engine has is copied to another one, and the rest built there. What the stack's file names
    another image for is not built at all.

    Raises:
        typer.Exit: The engine does not answer, or a copy or a build failed (1).
    """
    if settled_source(found) != "local":
        return
    names = [name for name in lock.local_used(found.images) if name not in found.image_overrides]
    try:
        copied_images.ensure(found.docker_host, names, Console())
        images.ensure(client(found.docker_host), names, Console())
    except (EngineUnreachableError, copied_images.CopyFailedError, images.BuildFailedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def settled_source(found: stack_file.StackFile) -> Source:
    """Returns where a stack's images come from; the state is asked only where it can make a difference.

    Args:
        found: The stack's file.
    """
    if found.image_source_is_given or found.image_source == "local":
        return found.image_source  # images built for nothing do no harm
    return kept_source(found.image_source, pulumi_cli.state(found))


def _leave_on_failure(code: int) -> None:
    if code:
        raise typer.Exit(code)
