"""`lock-images`: asks each registry what a version is today, and writes it into the lock file when asked to."""

import re
from datetime import UTC, datetime

import typer
from docker import DockerClient
from docker.errors import APIError
from rich import box
from rich.table import Table

from components.base import lock
from operations.report import print_table


def lock_images(engine: DockerClient, *, write: bool) -> None:
    """Compares the lock file with the registries, and says until when each version is safe.

    Args:
        engine: The engine that asks them.
        write: Whether digests that moved or were missing are written, and verified ones are marked.

    Raises:
        typer.Exit: Not every registry answered (1); of those that did not, nothing is written. A version past its day
            is told and no error, even where its registry is silent: nothing that this command could do mends it.
    """
    today = datetime.now(tz=UTC).date()
    table = Table("image", "version", "digest", "safe until", box=box.SIMPLE_HEAD)
    found: dict[str, str] = {}
    silent: list[str] = []
    images = {name: entry.registry for name, entry in sorted(lock.load().items()) if entry.registry}
    for name, image in images.items():
        until = str(image.support.until or "not said")
        try:
            digest = str(engine.images.get_registry_data(image.tagged).id)
        except APIError as error:
            table.add_row(name, image.tagged, f"no answer ({error.explanation or error})", until)
            silent += [] if image.support.over(today) else [name]
            continue
        found[name] = digest
        moved = f"{'moved to' if image.digest else 'by tag alone; today'} {digest}"
        table.add_row(name, image.tagged, "as locked" if digest == image.digest else moved, until)
    print_table(table)
    for name, image in images.items():
        past = f"past {image.support.until}: " if image.support.over(today) else ""
        typer.echo(f"{name}: {past}{image.support.text} ({image.support.source})", err=bool(past))
    if write:
        lock.LOCK_FILE.write_text(rewritten(lock.LOCK_FILE.read_text(), found))
    if silent:
        typer.echo(
            f"no answer for {', '.join(silent)}: not compared, and nothing written. If a version of these was changed, "
            "its digest still is that of the earlier image. Run this again.",
            err=True,
        )
        raise typer.Exit(1)


def rewritten(text: str, digests: dict[str, str]) -> str:
    """Returns the lock file with new digests, each behind its version; comments and order stay.

    Args:
        text: The lock file.
        digests: Image name to what its registry says today.
    """
    lines, name = [], ""
    for line in text.splitlines():
        entry = re.match(r"([a-z0-9-]+):$", line)
        name = entry.group(1) if entry else name
        if name in digests and re.match(r"    (digest|certainty): ", line):
            continue
        lines.append(line)
        if name in digests and line.startswith("    version: "):
            lines += [f"    digest: {digests[name]}", "    certainty: verified"]
    return "\n".join(lines) + "\n"
