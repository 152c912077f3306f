"""What the set-up prints: one line per step, and the progress of the long ones."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import get_terminal_size

NAME_WIDTH = 15  # the longest is "docker plugin"
CLEAR_LINE = "\r\x1b[K"  # on a terminal, a progress line may stand there
LINE_SECONDS = 15  # between two progress lines where no terminal can rewrite one


def say(name: str, text: str) -> None:
    """Print the one line of a step.

    Args:
        name: What the line is about.
        text: What was found, what is done about it, and why.
    """
    print(f"{CLEAR_LINE if sys.stdout.isatty() else ''}{name:<{NAME_WIDTH}}{text}", flush=True)


class Progress:
    """Shows that a long step is alive: elapsed seconds and the last thing it worked on."""

    def __init__(self, name: str, *, now: float | None = None) -> None:
        """Begin counting; nothing is printed before the first tick."""
        self._name = name
        self._began = time.monotonic() if now is None else now
        self._printed = self._began
        self._last = ""
        self._terminal = sys.stdout.isatty()
        self._dirty = False

    def update(self, last: str) -> None:
        """Remember the last thing worked on and show it."""
        self._last = last
        self.tick()

    def tick(self, *, now: float | None = None) -> None:
        """Show the elapsed time: in place on a terminal, else a line every few seconds."""
        now = time.monotonic() if now is None else now
        text = f"{self._name:<{NAME_WIDTH}}{now - self._began:4.0f} s  {self._last}"
        if self._terminal:
            print(f"{CLEAR_LINE}{text[: get_terminal_size().columns - 1]}", end="", flush=True)
            self._dirty = True
        elif now - self._printed >= LINE_SECONDS:
            self._printed = now
            print(text, flush=True)

    def finish(self) -> None:
        """Leave a clean line behind."""
        if self._dirty:
            print(CLEAR_LINE, end="", flush=True)


@contextmanager
def progress(name: str) -> Iterator[Progress]:
    """Show progress for the duration of a block."""
    shown = Progress(name)
    try:
        yield shown
    finally:
        shown.finish()
