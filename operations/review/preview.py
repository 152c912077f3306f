"""The change of a stack as `pulumi preview --json` tells it: a review with an engine.

Source: pulumi/pulumi, `pkg/display/json.go` (the form) and `pkg/backend/display/json.go` (secrets become `[secret]`).
"""

import json
import subprocess
from collections.abc import Mapping
from typing import Any, Final

import typer

from components.base.lock import CHECKOUT
from operations import pulumi_cli
from operations.review.changes import Change, Comparison, Operation, Resource, clean
from operations.stack_file import StackFile

OPERATIONS: Final[Mapping[str, Operation]] = {
    "create": "create",
    "create-replacement": "replace",
    "delete": "delete",
    "delete-replaced": "replace",
    "diff": "same",
    "discard": "same",
    "discard-replaced": "replace",
    "import": "create",
    "import-replacement": "replace",
    "read": "same",
    "read-replacement": "replace",
    "refresh": "same",
    "remove-pending-replace": "same",
    "replace": "replace",
    "same": "same",
    "update": "update",
}
"""What each step of Pulumi's is for a reader. One that is not listed is shown as an update, never as nothing."""


def run(stack: StackFile) -> Comparison:
    """Asks Pulumi what `up` would do.

    Args:
        stack: The stack; its engine must answer.

    Raises:
        typer.Exit: With Pulumi's exit code; its errors have been printed.
    """
    pulumi_cli.select(stack)
    done = subprocess.run(
        ["pulumi", "preview", "--json", "--show-sames", "--stack", stack.name, "--cwd", str(CHECKOUT)],
        capture_output=True,
        check=False,
        env=pulumi_cli.environment(stack),
        text=True,
    )
    if done.returncode:
        typer.echo("\n".join(_errors(done.stdout)) or done.stderr.strip(), err=True)
        typer.echo(
            f"{stack.name}: the preview failed. Nothing was written. See it: make preview STACK={stack.name}", err=True
        )
        raise typer.Exit(done.returncode)
    return read(done.stdout, stack.name)


def read(text: str, stack: str) -> Comparison:
    """Returns the change that a preview's JSON describes.

    Args:
        text: What `pulumi preview --json` printed.
        stack: Stack name.
    """
    found: dict[str, Change] = {}
    for step in json.loads(text).get("steps") or ():
        change = _change(step)
        # A replacement may be told as three steps; the one that knows both states says all of it.
        if change and (step["urn"] not in found or (change.before and change.after)):
            found[step["urn"]] = change
    return Comparison(
        changes=tuple(found[urn] for urn in sorted(found)), in_full=f"make preview STACK={stack}", title=stack
    )


def _change(step: Mapping[str, Any]) -> Change | None:
    """Returns what becomes of a resource; None for components and providers, which are nothing on an engine."""
    before, after = _resource(step.get("oldState")), _resource(step.get("newState"))
    if before is None and after is None:
        return None
    return Change(
        after=None if step["op"] == "delete" else after,
        before=before,
        operation=OPERATIONS.get(step["op"], "update"),
        reasons=tuple(sorted({*(step.get("diffReasons") or ()), *(step.get("replaceReasons") or ())})),
    )


def _resource(state: Mapping[str, Any] | None) -> Resource | None:
    if not state or not state.get("custom") or state["type"].startswith("pulumi:"):
        return None
    return Resource(
        inputs=clean(state.get("inputs") or {}),
        kind=state["type"].rsplit(":", 1)[-1],
        name=state["urn"].rsplit("::", 1)[-1],
        protected=bool(state.get("protect")),
    )


def _errors(text: str) -> list[str]:
    """Returns the messages of a failed preview; Pulumi has hidden secrets in them."""
    try:
        rows = json.loads(text).get("diagnostics") or ()
    except ValueError:
        return []
    return [str(row["message"]).strip() for row in rows if row.get("severity") == "error"]
