"""A question of Pulumi's that nobody can answer is told before anything is done."""

import os
import sys
from typing import Final

import typer

from operations.stack_file import StackFile

CONFIRMED: Final = "PULUMI_SKIP_CONFIRMATIONS"
"""Variable by which a person answers Pulumi's question beforehand."""


def require_confirmation(stack: StackFile, verb: str) -> None:
    """Stops where Pulumi would ask before it changes anything, and nobody could answer.

    Source: `Interactive` and `SkipConfirmations` of Pulumi 3.256.0, sdk/go/common/util/cmdutil/console.go and
    sdk/go/common/env/env.go.

    Args:
        stack: The stack; one of development asks nothing.
        verb: The verb, with its further arguments, as it is called.

    Raises:
        typer.Exit: There is no terminal (2).
    """
    confirmed = os.environ.get(CONFIRMED, "").lower() in {"1", "true"}
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "").lower() != "dumb"
    if stack.development or confirmed or terminal:
        return
    command = f"make {verb} STACK={stack.name}"
    typer.echo(
        f"{command}: {stack.name} is no development stack, so this asks before it changes anything, and without a "
        "terminal nobody can answer. Nothing was changed. Run it in a terminal; or, when you know what it will do "
        f"('make preview STACK={stack.name}'), answer beforehand: {CONFIRMED}=true {command}",
        err=True,
    )
    raise typer.Exit(2)
