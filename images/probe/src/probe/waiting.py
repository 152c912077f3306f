"""Waits for a condition until a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

# Fast enough that a printed duration means something, slow enough not to load what is waited for.
POLL_SECONDS = 0.1

_Value = TypeVar("_Value")


class Deadline:
    """A moment after which waiting ends."""

    def __init__(self, seconds: float) -> None:
        """Set it so many seconds from now."""
        self._end = time.monotonic() + seconds

    @property
    def remaining_seconds(self) -> float:
        """Time left; never negative."""
        return max(0.0, self._end - time.monotonic())

    def until(self, check: Callable[[], _Value | None]) -> _Value | None:
        """Ask until the answer is not None; None when time is up. Asks at least once."""
        while True:
            value = check()
            if value is not None or self.remaining_seconds == 0:
                return value
            time.sleep(min(POLL_SECONDS, self.remaining_seconds))
