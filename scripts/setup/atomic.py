"""Installing so that an interruption leaves the old thing, the new thing or nothing, never half of one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial"  # what carries it is the rest of an interrupted run and is overwritten by the next


def write_text(path: Path, text: str, *, mode: int = 0o644) -> bool:
    """Write a small file.

    Args:
        path: The file.
        text: Its content.
        mode: Its permissions.

    Returns:
        Whether anything changed.
    """
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + PARTIAL)
    partial.write_text(text, encoding="utf-8")
    partial.chmod(mode)
    partial.replace(path)
    return True


@contextmanager
def new_file(target: Path, *, mode: int = 0o755) -> Iterator[Path]:
    """Give the block a name to write to, and the result its real name once the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + PARTIAL)
    partial.unlink(missing_ok=True)
    try:
        yield partial
        partial.chmod(mode)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """Give the block an empty directory to fill, which replaces ``target`` once the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if target.exists():
            shutil.rmtree(target)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def link(target: Path, source: Path) -> None:
    """Make ``target`` a symbolic link to ``source``, replacing whatever had that name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + PARTIAL)
    partial.unlink(missing_ok=True)
    partial.symlink_to(source)
    partial.replace(target)
