"""`lock-images`: asks each registry what a version is today, and writes it into the lock file when asked to."""

import re

import typer
from docker import DockerClient
from docker.errors import APIError
from rich import box
from rich.table import Table

from components.base import lock
from operations.report import print_table


def lock_images(engine: DockerClient, *, write: bool) -> None:
    """Compares the lock file with the registries.

    Args:
        engine: The engine that asks them.
        write: Whether digests that moved are written, and verified ones are marked.

    Raises:
        typer.Exit: Not every registry answered (1); of those that did not, nothing is written.
    """
    table = Table("image", "version", "digest", box=box.SIMPLE_HEAD)
    found: dict[str, str] = {}
    silent: list[str] = []
    for name, entry in sorted(lock.load().items()):
        if entry.registry is None:
            continue
        reference = f"{entry.registry.repository}:{entry.registry.version}"
        try:
            digest = str(engine.images.get_registry_data(reference).id)
        except APIError as error:
            table.add_row(name, reference, f"no answer ({error.explanation or error})")
            silent.append(name)
            continue
        found[name] = digest
        same = digest == entry.registry.digest
        table.add_row(name, reference, "as locked" if same else f"moved to {digest}")
    print_table(table)
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
    """Returns the lock file with new digests; comments and order stay.

    Args:
        text: The lock file.
        digests: Image name to what its registry says today.
    """
    lines, name = [], ""
    for line in text.splitlines():
        entry = re.match(r"([a-z0-9-]+):$", line)
        name = entry.group(1) if entry else name
        if name in digests:
            line = re.sub(r"^(    digest: ).*", rf"\g<1>{digests[name]}", line)  # noqa: PLW2901 the line as it shall be
            line = re.sub(r"^(    certainty: ).*", r"\g<1>verified", line)  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines) + "\n"
