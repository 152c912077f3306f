"""The comment a reviewer reads: warnings first, a table for each graph, differences folded, never too long to post."""

import difflib
import json
from collections.abc import Iterator, Sequence

from operations.review import steps, table
from operations.review.changes import Change, Comparison, Resource
from operations.review.quoting import code

LIMIT_BYTES = 60_000
"""Longest comment. GitHub refuses one of more than 65,536 characters; the rest is room for what is put around it."""
RESERVED_BYTES = 4_000
"""Room for the notes about what was left out."""
DIFFERENCE_LINES = 150
"""Longest difference of one resource; more of it is read in its own place."""
NAMED = 10
"""Most resources named in a note."""

HEAD = "## What this change does\n"
CAUTION = "> [!CAUTION]\n> Data are at stake. Approve only if this is wanted and a backup exists.\n>\n"
COLUMNS = "| {} | what happens | what changes |\n| --- | --- | --- |\n"


class _Room:
    """What may still be written."""

    def __init__(self, limit_bytes: int) -> None:
        self.left = limit_bytes

    def fitting(self, parts: Iterator[str]) -> tuple[str, int]:
        """Returns the parts that fit, joined, and the number of those that do not."""
        kept, dropped = [], 0
        for part in parts:
            if self.take(part):
                kept.append(part)
            else:
                dropped += 1
        return "".join(kept), dropped

    def take(self, text: str) -> bool:
        """Takes room for a text and returns True, or takes nothing."""
        size = len(text.encode())
        if size > self.left:
            return False
        self.left -= size
        return True


def comment(comparisons: Sequence[Comparison], origin: str, limit_bytes: int = LIMIT_BYTES) -> str:
    """Returns the whole comment.

    Args:
        comparisons: What was compared.
        origin: Where the comparisons come from, as the end of a sentence.
        limit_bytes: Longest result.
    """
    changed = [found for found in comparisons if any(_matters(change) for change in found.changes)]
    if not changed:
        names = ", ".join(code(found.title) for found in comparisons)
        return f"{HEAD}\nNothing changes in {names} ({origin}).\n"
    room = _Room(limit_bytes - RESERVED_BYTES)
    warned, lost = room.fitting(f"> - {line}\n" for found in changed for line in table.warnings(found))
    if warned or lost:
        warned = CAUTION + warned + (f"> - {lost} more, left out here.\n" if lost else "") + "\n"
    room.take(HEAD + warned)
    tables = {found.title: _tables(found, room) for found in comparisons}  # all of them before any difference
    sections = [f"### {code(found.title)}\n\n{tables[found.title]}{_differences(found, room)}" for found in comparisons]
    return f"{HEAD}\n{warned}From {origin}.\n\n" + "\n".join(sections)


def _matters(change: Change) -> bool:
    """Returns whether there is anything to say; protection can change without an operation."""
    protected = {state.protected for state in (change.before, change.after) if state}
    return change.operation != "same" or len(protected) > 1


def _tables(found: Comparison, room: _Room) -> str:
    if not any(_matters(change) for change in found.changes):
        return "Nothing changes.\n"
    result = f"{table.counts(found)}\n"
    for what, rows in (("service", table.services(found)), ("other resource", table.others(found))):
        kept, dropped = room.fitting(f"{row}\n" for row in rows)
        if kept:
            result += f"\n{COLUMNS.format(what)}{kept}"
        if dropped:
            result += f"\n{dropped} more rows are left out, because GitHub takes no longer comment: `{found.in_full}`\n"
    return result


def _differences(found: Comparison, room: _Room) -> str:
    """Returns the folded differences and names those that did not fit."""
    kept, dropped = [], []
    for change in found.changes:
        text = _difference(change)
        if not text:
            continue
        if room.take(text):
            kept.append(text)
        else:
            dropped.append(change.subject)
    result = ""
    if kept:
        summary = f"<summary>Differences, resource by resource ({len(kept)})</summary>"
        result = f"\n<details>{summary}\n\n{''.join(kept)}</details>\n"
    if dropped:
        result += f"\n{_left_out(dropped)} `{found.in_full}`\n"
    return result


def _left_out(dropped: Sequence[Resource]) -> str:
    names = ", ".join(code(resource.name) for resource in dropped[:NAMED])
    more = f" and {len(dropped) - NAMED} more" if len(dropped) > NAMED else ""
    return f"Left out, because GitHub takes no longer comment: the differences of {names}{more}. All of it:"


def _difference(change: Change) -> str:
    """Returns the difference of a resource's inputs; empty when it would tell nothing that the table does not."""
    new_step = change.operation == "create" and change.subject.kind in steps.KINDS
    if change.operation in {"delete", "same"} or new_step:
        return ""
    before, after = (_text(state) for state in (change.before, change.after))
    lines = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
    if not lines:
        return ""
    more = len(lines) - DIFFERENCE_LINES
    cut = [*lines[:DIFFERENCE_LINES], f"… {more} more lines"] if more > 0 else lines
    heading = f"{change.subject.kind} {code(change.subject.name)}, {table.WORDS[change.operation]}"
    return f"{heading}\n\n```diff\n" + "\n".join(cut) + "\n```\n\n"


def _text(state: Resource | None) -> list[str]:
    if state is None:
        return []
    return json.dumps(_in_lines(dict(state.inputs)), ensure_ascii=False, indent=1, sort_keys=True).splitlines()


def _in_lines(value: object) -> object:
    """Returns a value with texts of several lines as lists of lines, so that a difference shows the changed one."""
    if isinstance(value, dict):
        return {name: _in_lines(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_lines(inner) for inner in value]
    if isinstance(value, str) and "\n" in value:
        return value.split("\n")
    return value
