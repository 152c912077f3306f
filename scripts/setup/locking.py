"""One set-up at a time: two that build the same tool chain would only be slower, two that use apt would fail."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.setup.report import say


@contextmanager
def exclusive(directory: Path, name: str) -> Iterator[None]:
    """Hold the lock of a step, waiting for another set-up that has it.

    The lock belongs to the open file, so it is gone when its holder ends, however it ends.

    Args:
        directory: The cache.
        name: The step; steps do not wait for each other.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            say(name, f"another set-up (process {file.read().strip() or 'unknown'}) is busy with it -> waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
