"""Runs the Pulumi command line the way every verb needs it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import typer

from components.base.lock import CHECKOUT
from infra.config import DEVELOPMENT_PASSPHRASE
from infra.state import Known, known
from operations.locks import clear_stale_locks
from operations.stack_file import PROJECT, StackFile

PASSPHRASES: Final = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
"""Where Pulumi looks for it; the first wins."""

CONFIRMED = "PULUMI_SKIP_CONFIRMATIONS"
"""Variable by which a person answers Pulumi's question beforehand."""

NEVER_MADE = "no stack named"
"""What Pulumi says of a stack that its state does not have."""


def environment(stack: StackFile) -> dict[str, str]:
    """Returns the environment for a stack: development's passphrase never reaches another one.

    Args:
        stack: The stack.
    """
    result = dict(os.environ)
    if not stack.development and result.get("PULUMI_CONFIG_PASSPHRASE") == DEVELOPMENT_PASSPHRASE:
        del result["PULUMI_CONFIG_PASSPHRASE"]
    return result


def _refuse_passphrase(stack: StackFile, own: Sequence[str]) -> None:
    """Says whose passphrase does not fit; Pulumi says "incorrect passphrase", and not where that one comes from."""
    names = " and ".join(own)
    typer.echo(
        f"{stack.name} is a development stack, and {names} of this shell {'is' if len(own) == 1 else 'are'} not its "
        f"passphrase. Nothing was changed. Run 'unset {' '.join(own)}' and try again: development's own is used then. "
        "For a stack with a passphrase of yours, write 'zapstack:environment: production' into its file.",
        err=True,
    )
    raise typer.Exit(1)


def _own_passphrase(stack: StackFile) -> Sequence[str]:
    """Returns the variables of the person's shell that say a passphrase in place of development's, for such a stack."""
    if not stack.development or os.environ.get(PASSPHRASES[0]) == DEVELOPMENT_PASSPHRASE:
        return ()
    return [name for name in PASSPHRASES if name in os.environ]


def _fits(stack: StackFile) -> bool:
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


def run(stack: StackFile, arguments: Sequence[str]) -> int:
    """Runs `pulumi` for a stack in the foreground and returns its exit code.

    Ctrl-C goes to the whole process group; Pulumi ends what it is doing and leaves, and this waits for it.

    Args:
        stack: The stack; it is created when it does not exist yet.
        arguments: What follows `pulumi`.
    """
    select(stack)
    clear_stale_locks(stack.name)
    command = ["pulumi", *arguments, "--stack", stack.name, "--cwd", str(CHECKOUT)]
    before = signal.signal(signal.SIGINT, _wait_for_pulumi)
    try:
        return subprocess.run(command, check=False, env=environment(stack)).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _wait_for_pulumi(_signal: int, _frame: FrameType | None) -> None:
    """Takes the interrupt without leaving: a handler, unlike ignoring, is not passed on to the child."""


def select(stack: StackFile) -> None:
    """Makes sure the stack exists in the state; only a development stack is created on the way.

    Creating another one writes its salt into a tracked file and needs its owner's passphrase: not a thing to happen by
    the way.

    Raises:
        typer.Exit: There is no such stack, or Pulumi refuses and has said why.
    """
    own = _own_passphrase(stack)
    file = CHECKOUT / f"Pulumi.{stack.name}.yaml"
    if own and "\nencryptionsalt:" not in file.read_text():
        _refuse_passphrase(stack, own)  # it would be written into a file for everybody
    create = ["--create"] if stack.development else []
    done = subprocess.run(
        ["pulumi", "stack", "select", stack.name, *create, "--cwd", str(CHECKOUT)],
        capture_output=True,
        check=False,
        env=environment(stack),
        text=True,
    )
    if own and ("incorrect passphrase" in done.stderr or (not done.returncode and not _fits(stack))):
        _refuse_passphrase(stack, own)
    if done.returncode:
        typer.echo(done.stderr.strip() or done.stdout.strip(), err=True)
        if not stack.development:
            typer.echo(
                f"{stack.name} is no development stack, so nothing was created. Its owner runs, once: "
                f"'. .venv/environment.sh', 'export PULUMI_CONFIG_PASSPHRASE=…', 'pulumi stack init {stack.name}'.",
                err=True,
            )
        raise typer.Exit(done.returncode)


def state(stack: StackFile) -> Known:
    """Returns what a stack's state knows; of a stack that was never made, nothing.

    Args:
        stack: The stack.

    Raises:
        typer.Exit: It cannot be opened (1).
    """
    read, why = _read(stack)
    if read is None:
        typer.echo(why, err=True)
        raise typer.Exit(1)
    return read


def state_if_readable(stack: StackFile) -> Known | None:
    """Returns what a stack's state knows, or None and says why: what runs can be looked at without it.

    Args:
        stack: The stack.
    """
    read, why = _read(stack)
    if read is None:
        last = why.splitlines()[-1] if why else "no reason given"
        typer.echo(f"the state of stack {stack.name} cannot be read, so what is missing is not seen: {last}", err=True)
    return read


def _read(stack: StackFile) -> tuple[Known | None, str]:
    done = subprocess.run(
        ["pulumi", "stack", "export", "--stack", stack.name, "--cwd", str(CHECKOUT)],
        capture_output=True,
        check=False,
        env=environment(stack),
        text=True,
    )
    if NEVER_MADE in done.stderr:
        return Known(), ""
    if done.returncode:
        return None, done.stderr.strip()
    return known(json.loads(done.stdout)["deployment"].get("resources", [])), ""


def output(stack: StackFile, name: str, *, secret: bool = False) -> str:
    """Returns a stack output as JSON.

    Args:
        stack: The stack.
        name: Output name.
        secret: Whether to decrypt it.

    Raises:
        typer.Exit: The stack has no such output, usually because it is not up, or cannot be opened (1).
    """
    command = ["pulumi", "stack", "output", name, "--json", "--stack", stack.name, "--cwd", str(CHECKOUT)]
    done = subprocess.run(
        [*command, *(["--show-secrets"] if secret else [])],
        capture_output=True,
        check=False,
        env=environment(stack),
        text=True,
    )
    if done.returncode:
        said = done.stderr.strip()
        missing = "does not have output property" in said or NEVER_MADE in said
        typer.echo(
            f"stack {stack.name} has no {name}: run 'make up STACK={stack.name}' first" if missing else said, err=True
        )
        raise typer.Exit(1)
    return done.stdout
