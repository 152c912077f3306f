"""Runs the Pulumi command line the way every verb needs it."""

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from types import FrameType

import typer

from components.base.lock import CHECKOUT
from infra.config import DEVELOPMENT_PASSPHRASE
from infra.state import Known, known
from operations import passphrase
from operations.locks import clear_stale_locks
from operations.stack_file import StackFile

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
    own = passphrase.own(stack)
    file = CHECKOUT / f"Pulumi.{stack.name}.yaml"
    if own and "\nencryptionsalt:" not in file.read_text():
        passphrase.refuse(stack, own)  # it would be written into a file for everybody
    create = ["--create"] if stack.development else []
    done = subprocess.run(
        ["pulumi", "stack", "select", stack.name, *create, "--cwd", str(CHECKOUT)],
        capture_output=True,
        check=False,
        env=environment(stack),
        text=True,
    )
    if own and ("incorrect passphrase" in done.stderr or (not done.returncode and not passphrase.fits(stack))):
        passphrase.refuse(stack, own)
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
