"""The change between the approved snapshots of a commit and those of the working tree: a review without an engine.

Deliberately not: whether the snapshots are those of the program; `make test` proves that.
"""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from components.base.lock import CHECKOUT
from operations.review.changes import Change, Comparison, Operation, Resource, clean

FOLDER = "tests/snapshots"
ALWAYS_REPLACED = frozenset({"Network", "Volume"})
"""Kinds of which no input can be changed in place. Source: `willReplaceOnChanges` in pulumi-docker's schema."""


def compare(base: str, checkout: Path = CHECKOUT) -> list[Comparison]:
    """Returns the change of every snapshot, those that appear or go included.

    Args:
        base: Commit or branch the change is to be merged into; what it gained since the change began is left out.
        checkout: Root of the checkout.

    Raises:
        typer.Exit: There is no such commit here (2).
    """
    start = _start(base, checkout)
    listed = _git(checkout, "ls-tree", "--name-only", start, "--", f"{FOLDER}/")
    before = {path: _git(checkout, "show", f"{start}:{path}") for path in listed.splitlines() if path.endswith(".json")}
    after = {f"{FOLDER}/{file.name}": file.read_text() for file in sorted((checkout / FOLDER).glob("*.json"))}
    return [
        Comparison(
            changes=changes(before.get(path, "[]"), after.get(path, "[]")),
            in_full=f"git diff {start[:10]} -- {path}",
            title=Path(path).stem,
        )
        for path in sorted(before.keys() | after.keys())
    ]


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Returns what becomes of each resource between two snapshots.

    Args:
        before: The earlier snapshot, as JSON.
        after: The later one.
    """
    old, new = _rows(before), _rows(after)
    return tuple(_change(old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))


def _rows(text: str) -> Mapping[str, Mapping[str, Any]]:
    """Returns the rows by resource; one without inputs is a component, which is nothing on an engine."""
    return {row["resource"]: row for row in json.loads(text) if row["inputs"]}


def _change(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Change:
    before, after = _resource(old), _resource(new)
    if old is None or new is None:
        return Change(after=after, before=before, operation="delete" if new is None else "create")
    names = sorted(old["inputs"].keys() | new["inputs"].keys())
    reasons = tuple(name for name in names if old["inputs"].get(name) != new["inputs"].get(name))
    operation: Operation = "update" if reasons else "same"
    if reasons and before is not None and before.kind in ALWAYS_REPLACED:
        operation = "replace"
    return Change(after=after, before=before, operation=operation, reasons=reasons)


def _resource(row: Mapping[str, Any] | None) -> Resource | None:
    if row is None:
        return None
    kind, _, name = row["resource"].partition(" ")
    return Resource(inputs=clean(row["inputs"]), kind=kind, name=name, protected=row["protect"])


def _start(base: str, checkout: Path) -> str:
    """Returns the commit at which a change left its base; the base itself where history is too short to tell."""
    command = ("git", "-C", str(checkout))
    known = subprocess.run(
        [*command, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}"],
        capture_output=True,
        check=False,
        text=True,
    )
    if known.returncode:
        typer.echo(
            f"BASE={base}: there is no such commit here. Nothing was written. "
            "Fetch it ('git fetch origin main'), or name another: make review BASE=HEAD~1",
            err=True,
        )
        raise typer.Exit(2)
    commit = known.stdout.strip()
    left = subprocess.run([*command, "merge-base", commit, "HEAD"], capture_output=True, check=False, text=True)
    return left.stdout.strip() or commit


def _git(checkout: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(checkout), *arguments], capture_output=True, check=True, text=True)
    return done.stdout
