"""A passphrase of the person's shell in place of a development stack's own."""

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import typer

from components.base.lock import CHECKOUT
from infra.config import DEVELOPMENT_PASSPHRASE
from operations.stack_file import PROJECT, StackFile

PASSPHRASES: Final = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
"""Where Pulumi looks for it; the first wins."""


def refuse(stack: StackFile, own: Sequence[str]) -> NoReturn:
    """Says whose passphrase does not fit; Pulumi says "incorrect passphrase", and not where that one comes from.

    Args:
        stack: The stack.
        own: The variables that say it.

    Raises:
        typer.Exit: Always (1).
    """
    names = " and ".join(own)
    typer.echo(
        f"{stack.name} is a development stack, and {names} of this shell {'is' if len(own) == 1 else 'are'} not its "
        f"passphrase. Nothing was changed. Run 'unset {' '.join(own)}' and try again: development's own is used then. "
        "For a stack with a passphrase of yours, write 'zapstack:environment: production' into its file.",
        err=True,
    )
    raise typer.Exit(1)


def own(stack: StackFile) -> Sequence[str]:
    """Returns the variables of the person's shell that say a passphrase in place of development's, for such a stack."""
    if not stack.development or os.environ.get(PASSPHRASES[0]) == DEVELOPMENT_PASSPHRASE:
        return ()
    return [name for name in PASSPHRASES if name in os.environ]


def fits(stack: StackFile) -> bool:
    """Returns whether the shell's passphrase opens a stack's file: whether Pulumi encrypts with it in a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.yaml"
        copy.write_text((CHECKOUT / f"Pulumi.{stack.name}.yaml").read_text())
        command = ["pulumi", "config", "set", "--secret", f"{PROJECT}:probe", "probe", "--config-file", str(copy)]
        done = subprocess.run(
            [*command, "--non-interactive", "--stack", stack.name, "--cwd", str(CHECKOUT)],
            capture_output=True,
            check=False,
            text=True,
        )
    return not done.returncode
