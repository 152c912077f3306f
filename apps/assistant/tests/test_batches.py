"""What is written together: who waits for what, and what an error of one does to the others."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import DataError, OperationalError

from assistant.batches import AT_MOST, Batches

pytestmark = pytest.mark.anyio


class Writer:
    """Doubles numbers, and remembers which it was given together."""

    def __init__(self) -> None:
        """Begin open, with nothing that it refuses."""
        self.batches: list[list[int]] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.refused: dict[int, Exception] = {}

    async def write(self, numbers: Sequence[int]) -> list[int]:
        """All of them, or none."""
        self.batches.append([*numbers])
        await self.may_end.wait()
        for number in numbers:
            if number in self.refused:
                raise self.refused[number]
        return [2 * number for number in numbers]


async def test_who_comes_alone_is_written_at_once() -> None:
    """However long the pause is: it is for those who come right after."""
    writer = Writer()
    batches = Batches(writer.write, pause_seconds=60)
    assert await asyncio.wait_for(batches.add(1), 1) == 2
    assert batches.depth == 0


async def test_those_who_come_meanwhile_share_a_batch() -> None:
    """Each gets its own result; until then it counts as waiting."""
    writer = Writer()
    writer.may_end.clear()
    batches = Batches(writer.write, pause_seconds=0.01)
    waiting = [asyncio.create_task(batches.add(number)) for number in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert batches.depth == 5
    later = [asyncio.create_task(batches.add(number)) for number in range(5, 5 + AT_MOST)]
    await asyncio.sleep(0)
    writer.may_end.set()
    assert await asyncio.gather(*waiting, *later) == [2 * number for number in range(5 + AT_MOST)]
    assert [len(batch) for batch in writer.batches] == [5, AT_MOST]


async def test_one_that_cannot_be_written_takes_no_other_with_it() -> None:
    """Nor is it lost silently: whoever added it has the error."""
    writer = Writer()
    writer.refused = {2: DataError("INSERT …", {}, Exception("no such character"))}
    batches = Batches(writer.write, pause_seconds=0)
    results = await asyncio.gather(*map(batches.add, range(4)), return_exceptions=True)
    assert [results[0], results[1], results[3]] == [0, 2, 6]
    assert isinstance(results[2], DataError)


async def test_a_server_that_is_away_is_asked_once() -> None:
    """All of them wait no longer than one would; the next are tried again."""
    writer = Writer()
    writer.refused = {2: OperationalError("INSERT …", {}, Exception("gone"))}
    batches = Batches(writer.write, pause_seconds=0)
    results = await asyncio.gather(*map(batches.add, range(4)), return_exceptions=True)
    assert all(isinstance(result, OperationalError) for result in results)
    assert len(writer.batches) == 1
    assert await batches.add(3) == 6


async def test_who_stops_waiting_disturbs_nobody() -> None:
    """A time-out of one, in the middle of writing."""
    writer = Writer()
    writer.may_end.clear()
    batches = Batches(writer.write, pause_seconds=0)
    waiting = [asyncio.create_task(batches.add(number)) for number in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(writer.batches) == 1
    waiting[1].cancel()
    await asyncio.sleep(0)
    writer.may_end.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert (results[0], results[2]) == (0, 4)
    assert isinstance(results[1], asyncio.CancelledError)
