"""check: tells the mistakes of a development stack's files before anything is installed or built for it."""

import typer

from components.base.lock import CHECKOUT
from infra.config import load
from infra.errors import UserError
from operations import stack_file


def check(stack: str) -> None:
    """Refuses a configuration that the program would refuse after minutes of setting up.

    Files with encrypted values are left to the program, which can read them; so is what is no YAML, to Pulumi.

    Raises:
        typer.Exit: There is something to correct (1), or no such stack (2).
    """
    found = stack_file.read(stack)
    if not found.development:
        return
    if stack_file.hand_over(stack, (CHECKOUT / f"Pulumi.{stack}.yaml").read_text()):
        return
    try:
        load(stack)
    except UserError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
