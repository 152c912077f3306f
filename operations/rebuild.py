"""`rebuild`: builds a service's image from its source and replaces that service only."""

import typer

from operations import pulumi_cli
from operations.found import of_service
from operations.stack_file import StackFile


def rebuild(stack: StackFile, service: str) -> None:
    """Builds and replaces; the tag is a hash of the source, so an unchanged one is nothing to do.

    Args:
        stack: The stack.
        service: Service name.

    Raises:
        typer.Exit: There is no such service (2), or Pulumi's exit code.
    """
    rows = of_service(stack, service)
    image = str(rows[0].container.attrs["Config"]["Image"])
    system = rows[0].system
    if f"-{system}-" not in image.rsplit(":", 1)[0]:
        typer.echo(f"{service} runs on a ready-made image ({image}): there is no source to build it from", err=True)
        raise typer.Exit(2)
    # Whatever belongs to the service has a name that begins with it or ends in it; its image is the system's own.
    targets = [f"**::image-{system}-{service}", f"**::{service}-*", f"**::*-{system}-{service}-*", f"**::{service}"]
    arguments = [part for target in targets for part in ("--target", target)]
    confirmed = ("--yes", "--skip-preview") if stack.development else ()
    code = pulumi_cli.run(stack, ("up", *confirmed, *arguments))
    if code:
        raise typer.Exit(code)
