"""Leaving without a gap: between SIGTERM and the end, `/up` answers 503 while everything else is still served.

The ingress needs a few refused checks before it sends nobody here any more. So the process leaves as soon as the
ingress has been told that often, or after a time limit, or at once when nobody ever asked.
"""

import time
from collections.abc import Callable

# HAProxy's default is to take a server out after 3 failed checks (`fall 3`).
TOLD_CHECKS = 3
DRAIN_SECONDS = 6.0
# Whoever asked longer ago than this is not watching any more.
WATCHER_SECONDS = 30.0


class Drain:
    """Whether this process is leaving, and whether its ingress has had the chance to know."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin as serving.

        Args:
            clock: Monotonic seconds; replaced in tests.
        """
        self._clock = clock
        self._asked_at: float | None = None
        self._began_at: float | None = None
        self._told = 0
        self._watched = False

    @property
    def active(self) -> bool:
        """Whether the process is leaving."""
        return self._began_at is not None

    def begin(self) -> None:
        """Start leaving; a second call changes nothing."""
        if self._began_at is None:
            self._began_at = self._clock()
            self._watched = self._asked_at is not None and self._began_at - self._asked_at < WATCHER_SECONDS

    def ask(self) -> bool:
        """Answer a check of the ingress: True means that new work is welcome."""
        self._asked_at = self._clock()
        if self.active:
            self._told += 1
        return not self.active

    @property
    def finished(self) -> bool:
        """Whether nothing new is to be expected and the process may stop serving."""
        if self._began_at is None:
            return False
        return not self._watched or self._told >= TOLD_CHECKS or self._clock() - self._began_at >= DRAIN_SECONDS
