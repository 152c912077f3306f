"""What changes in the two steps around a container, in words: its files before, its readiness after."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from components.base import observe, verdict
from operations.review.changes import Change
from operations.review.quoting import code, moved

FILES: Final = "files change (of secret ones the content is never shown)"
KINDS: Final = frozenset({"Gate", "Prepare"})
PLAIN: Final = {
    "budget_seconds": "seconds it may take to become ready",
    "owner": "user and group that own its data",
    "pids": "limit of processes",
    "restart_at_once": "restart at once",
}
"""Inputs that the container itself does not tell, and what they are for a reader."""


def lines(change: Change) -> Iterator[str]:
    """Yields what changes; nothing that the container's own line says already, and nothing of a new or leaving one.

    Args:
        change: The change of a `Prepare` or `Gate`.
    """
    if change.before is None or change.after is None:
        return
    before, after = change.before.inputs, change.after.inputs
    yield from _files(before.get("files") or {}, after.get("files") or {})
    if any(before.get(name) != after.get(name) for name in ("files_volume", "fingerprint")):
        yield FILES
    if before.get("reload") != after.get("reload"):
        yield "takes changed files while it runs"
    if before.get("facts") != after.get("facts"):
        yield "a setting changes that existing data must agree with; `up` asks the data first"
    for name, words in PLAIN.items():
        if before.get(name) != after.get(name):
            yield f"{words}: {moved(before.get(name), after.get(name))}"
    observed = after.get("observed")
    if before.get("observed") != observed and observed not in {*verdict.GOOD, observe.PRESENT, None}:
        yield f"found {code(observed)} on the engine; `up` repairs it"


def _files(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"file {code(name)} is new"
        elif name not in after:
            yield f"file {code(name)} goes"
        elif before[name] != after[name]:
            yield f"file {code(name)} changes"
