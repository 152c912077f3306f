"""`review`: writes what a change does, for the person who approves it."""

from pathlib import Path

import typer

from operations import stack_file
from operations.review import markdown, preview, snapshots
from operations.review.quoting import code


def review(base: str, stack: str, out: str) -> None:
    """Writes the comment for a pull request, as Markdown.

    Args:
        base: Commit or branch the change is to be merged into; its snapshots are compared with those of the tree.
        stack: Stack whose preview is described instead, which needs its engine; none when empty.
        out: File to write; the terminal when empty.

    Raises:
        typer.Exit: No such stack or commit (2), or the preview failed; nothing was written.
    """
    if stack:
        text = markdown.comment([preview.run(stack_file.read(stack))], "a preview against the engine")
    else:
        text = markdown.comment(snapshots.compare(base), f"the approved snapshots, compared with {code(base)}")
    if out:
        Path(out).write_text(text, encoding="utf-8")
        typer.echo(f"{out}: written ({len(text):,} characters)")
    else:
        typer.echo(text, nl=False)
