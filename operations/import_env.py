"""`import-env`: writes what an old compose `.env` says into a stack's file, secrets encrypted.

Owns the report and the writing. Deliberately not: the decision about each line (`operations.import_decisions`).
"""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi
import typer

from components.base.lock import CHECKOUT
from infra import env_file
from infra.draft import Draft, begin
from infra.env_file import Variable
from infra.places import PROJECT, Place, Places
from operations import pulumi_cli
from operations.import_decisions import Import, changes, check, decide
from operations.stack_file import StackFile
from stacks.registry import SYSTEMS

READ_AS_ANOTHER_KIND: Final = re.compile(r"true|false|[+-]?[0-9]+")
"""Text that Pulumi would write as a boolean or number."""


def import_env(stack: StackFile, file: str, app_secrets: Sequence[str]) -> None:
    """Takes over an old file; all of it or, when something in it is wrong, nothing. A second time changes nothing.

    Args:
        stack: The stack, not one of development.
        file: The old file.
        app_secrets: Variables in it that are the application's own secrets.

    Raises:
        typer.Exit: Nothing was changed, and why has been said: wrong use (2), something to correct or no Pulumi (1).
    """
    if stack.development:
        _leave(
            f"{stack.name}: development stacks read .env themselves. Nothing was changed. Copy what you need into .env "
            f"and run: make preview STACK={stack.name}",
            2,
        )
    path = Path(file).expanduser()
    if not file or not path.is_file():
        problem = f"{file}: there is no such file" if file else "no file was named"
        _leave(f"{problem}. Nothing was changed. Run: make import-env FILE=old.env STACK={stack.name}", 2)
    pulumi_cli.select(stack)
    found = Import(before=_draft(stack), draft=_draft(stack))
    check(found.before)
    if found.before.valid.keys() != set(stack.systems):
        _leave(
            f"Pulumi.{stack.name}.yaml is wrong already. Nothing was changed. Run: make preview STACK={stack.name}", 1
        )
    variables = env_file.variables(path, found.wrong, old=True)
    decide(found, variables, app_secrets, path.name)
    _tell(path.name, variables, found)
    if found.wrong:
        _leave(
            f"{path.name}: {len(found.wrong)} to correct, nothing was changed. Correct or remove them, run again.", 1
        )
    _write(stack, changes(found), found)


def _draft(stack: StackFile) -> Draft:
    """Returns the stack's configuration the way the program gets it."""
    rows = json.loads(_pulumi(stack, ("config", "--json", "--show-secrets")))
    pulumi.runtime.set_all_config({key: row["value"] for key, row in rows.items() if "value" in row}, [])
    draft = begin(stack.name, SYSTEMS)
    path = _file(stack)
    draft.places = Places(path.name, path.read_text(encoding="utf-8"))
    return draft


def _file(stack: StackFile) -> Path:
    return CHECKOUT / f"Pulumi.{stack.name}.yaml"


def _tell(file: str, variables: Mapping[str, Variable], found: Import) -> None:
    """Prints a line for each variable, and for each line that is none."""
    lines = [(mistake.place, f"wrong: {mistake.text}") for mistake in found.wrong]
    named = {place.key for place, _ in lines}
    lines += [(variables[name].place, text) for name, text in found.told.items() if name not in named]
    width = max((len(place.key) for place, _ in lines), default=0)
    for place, text in sorted(lines):
        typer.echo(f"{Place(place.file, place.line, '')!s:<{len(file) + 5}} {place.key:<{width}}  {text}")


def _write(stack: StackFile, listed: Sequence[tuple[str, Any, bool]], found: Import) -> None:
    if not listed:
        typer.echo(f"Pulumi.{stack.name}.yaml holds all of it: nothing was changed.")
        return
    before = _file(stack).read_bytes()
    try:
        for key, value, secret in listed:
            _set(stack, key, value, secret=secret)
        _require_written(stack, found)
    except BaseException:  # an interrupt as well: all of it or nothing
        _file(stack).write_bytes(before)
        raise
    typer.echo(f"Pulumi.{stack.name}.yaml: {len(listed)} written. See what they do: make preview STACK={stack.name}")


def _require_written(stack: StackFile, found: Import) -> None:
    """Reads the file again the way the program will."""
    written = _draft(stack)
    check(written)
    wrong = [mistake for mistake in written.mistakes if mistake not in found.before.mistakes]
    kept = all(written.rows.get(f"{PROJECT}:{name}") == value for name, value in found.secrets.items())
    if wrong or not kept or written.tree != found.draft.tree:
        told = "\n".join(f"  {mistake}" for mistake in wrong)
        _leave(
            f"What Pulumi wrote is not what was meant, so Pulumi.{stack.name}.yaml is as it was. This is a fault of "
            f"zapstack, not of your file: please report it.\n{told}".rstrip(),
            1,
        )


def _set(stack: StackFile, key: str, value: Any, *, secret: bool) -> None:  # noqa: ANN401 a value of any kind
    """Writes one value. A secret goes through standard input: arguments and environments are seen by others."""
    if secret:
        _pulumi(stack, ("config", "set", "--path", "--secret", "--raw", key), stdin=value)
        return
    kind = (
        ("--type", "string") if isinstance(value, str) and READ_AS_ANOTHER_KIND.fullmatch(value) else ("--plaintext",)
    )
    text = value if isinstance(value, str) else json.dumps(value)  # Python's True would be text to Pulumi
    _pulumi(stack, ("config", "set", "--path", *kind, key), value=text)


def _pulumi(stack: StackFile, arguments: Sequence[str], *, stdin: str = "", value: str | None = None) -> str:
    command = ["pulumi", *arguments, "--non-interactive", "--stack", stack.name, "--cwd", str(CHECKOUT)]
    done = subprocess.run(
        [*command, *(() if value is None else ("--", value))],
        capture_output=True,
        check=False,
        env=pulumi_cli.environment(stack),
        input=stdin,
        text=True,
    )
    if done.returncode:
        _leave(
            f"{done.stderr.strip()}\nPulumi refused, so Pulumi.{stack.name}.yaml is as it was. Usually it is the "
            f"passphrase: run 'export PULUMI_CONFIG_PASSPHRASE=…' and try 'pulumi config --stack {stack.name}'.",
            1,
        )
    return done.stdout


def _leave(text: str, code: int) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(code)
