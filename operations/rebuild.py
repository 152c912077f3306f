"""`rebuild`: builds a service's image from its source and replaces what runs on it, and nothing else."""

import re

import typer

from components.base.lock import LOCAL_PREFIX
from operations import pulumi_cli
from operations.confirmation import require_confirmation
from operations.found import Found, lasting, of_service
from operations.stack_file import PROJECT, StackFile


def rebuild(stack: StackFile, service: str) -> None:
    """Builds and replaces; the tag is a hash of the source, so an unchanged one is nothing to do.

    Services that share an image, such as an application and its workers, are one program and stay in step.

    Args:
        stack: The stack.
        service: Service name.

    Raises:
        typer.Exit: There is no such service, or nobody could confirm it (2); or Pulumi's exit code.
    """
    require_confirmation(stack, f"rebuild SERVICE={service}")
    rows = of_service(stack, service)
    image, system = _image(rows[0]), rows[0].system
    built = re.fullmatch(rf"{re.escape(LOCAL_PREFIX)}/{PROJECT}-{re.escape(stack.name)}-({system}-.+)", image)
    if not built:
        typer.echo(f"{service} runs on a ready-made image ({image}): there is no source to build it from", err=True)
        raise typer.Exit(2)
    # Whatever belongs to a service has a name that begins with it or ends in it.
    together = sorted({row.service for row in lasting(stack) if _image(row) == image and row.system == system})
    targets = [f"**::image-{built.group(1)}"]
    for name in together:
        targets += [f"**::{name}-*", f"**::*-{system}-{name}-*", f"**::{name}"]
    arguments = [part for target in targets for part in ("--target", target)]
    confirmed = ("--yes", "--skip-preview") if stack.development else ()
    code = pulumi_cli.run(stack, ("up", *confirmed, *arguments))
    if code:
        raise typer.Exit(code)


def _image(row: Found) -> str:
    """Returns the name of a container's image without the tag."""
    return str(row.container.attrs["Config"]["Image"]).rsplit(":", 1)[0]
