"""Waiting that ends early: between attempts to reach a broker, and for work."""

import asyncio

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 10.0


class Backoff:
    """Growing pauses between attempts at something that must succeed in the end."""

    def __init__(self) -> None:
        """Begin short."""
        self._seconds = FIRST_SECONDS

    def reset(self) -> None:
        """Begin short again: an attempt succeeded."""
        self._seconds = FIRST_SECONDS

    def next_seconds(self) -> float:
        """How long to wait now."""
        seconds, self._seconds = self._seconds, min(self._seconds * 2, LONGEST_SECONDS)
        return seconds


class Signal:
    """Wakes a task for work, and ends it."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said = asyncio.Event()
        self._stop = asyncio.Event()

    @property
    def stopping(self) -> bool:
        """Whether the task is to end."""
        return self._stop.is_set()

    def wake(self) -> None:
        """Say that there is work."""
        self._said.set()

    def stop(self) -> None:
        """Say that the task is to end."""
        self._stop.set()
        self._said.set()

    async def wait(self, seconds: float) -> None:
        """Return when there is work, when the task is to end, or after that long."""
        await _within(self._said, seconds)
        if not self.stopping:
            self._said.clear()

    async def pause(self, seconds: float) -> None:
        """Return after that long or when the task is to end, whatever work there is."""
        await _within(self._stop, seconds)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
