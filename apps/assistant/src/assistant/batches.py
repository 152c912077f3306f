"""Writes together what arrives together: one statement and one commit for many who each wait for their own result.

Nobody waits for company: what comes alone is written at once. While that is written, and for a moment after, the others
collect, so that the statements of a second are bounded however many items it brings.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Of one statement: more would only make the first of them wait for the last.
AT_MOST = 100
# SQLSTATE's class of transactions taken back, such as the victim of a deadlock.
_CONFLICT = "40"


class Batches(Generic[Item, Result]):
    """One at a time writes a batch; whoever adds waits for what became of its own item."""

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]], *, pause_seconds: float) -> None:
        """Keep what writes.

        Args:
            write: Writes items, all or none, and returns a result for each, in their order.
            pause_seconds: From the beginning of one batch to that of the next.
        """
        self._write = write
        self._pause_seconds = pause_seconds
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writing = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def depth(self) -> int:
        """How many items wait to be written or for the end of that."""
        return len(self._waiting) + self._writing

    async def add(self, item: Item) -> Result:
        """Return the item's result once it is written; errors are those of writing."""
        written: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="batches")
        return await written

    async def _work(self) -> None:
        """Write until nobody waits, then rest once more before the next one may be written at once."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            next_at = loop.time() + self._pause_seconds
            batch, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
            self._writing = len(batch)
            try:
                await self._write_together(batch)
            finally:
                self._writing = 0
            if len(self._waiting) < AT_MOST:
                await asyncio.sleep(next_at - loop.time())

    async def _write_together(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._write([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to those who wait
            if len(batch) > 1 and _is_about_items(error):
                # One of them: it must not take the others with it.
                for single in batch:
                    await self._write_together([single])
                return
            for _, written in batch:
                if not written.done():
                    written.set_exception(error)
        else:
            for (_, written), result in zip(batch, results, strict=True):
                if not written.done():  # who waited may have been cancelled
                    written.set_result(result)


def _is_about_items(error: Exception) -> bool:
    """Whether the same without some of the items can end otherwise; a server that is away takes none of them."""
    if isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith(_CONFLICT):
        return True
    return isinstance(error, (DataError, IntegrityError, ValueError))
