"""The relay: what is confirmed stays handed over, everything else is tried again, for ever."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager

import pytest
from services import eventually
from sqlalchemy.exc import OperationalError

from assistant import relay as relay_module
from assistant.broker import BrokerError, ReplyQueue
from assistant.database.handover import Handover
from assistant.relay import Relay

pytestmark = pytest.mark.anyio


class FakeHandover(Handover):
    """Owes some replies and writes down what becomes of them."""

    def __init__(self, *due: int) -> None:
        """Owe these."""
        self.due = list(due)
        self.confirmed: list[int] = []
        self.lost: list[int] = []
        self.errors: list[Exception] = []

    async def take(self, limit: int) -> list[int]:
        """Hand out."""
        if self.errors:
            raise self.errors.pop()
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    async def confirm(self, inbound_ids: Collection[int]) -> None:
        """Write down."""
        self.confirmed += inbound_ids

    async def release(self, inbound_ids: Collection[int]) -> None:
        """Owe again."""
        self.due += inbound_ids

    async def release_lost(self) -> int:
        """Owe what the broker lost."""
        count = len(self.lost)
        self.due, self.lost = self.due + self.lost, []
        return count


class FakeQueue(ReplyQueue):
    """Confirms what it is told to."""

    def __init__(self, *, refused: Collection[int] = (), depth: int = 0) -> None:
        """Refuse these."""
        self.refused = set(refused)
        self.length = depth
        self.accepted: list[int] = []
        self.orders = 0

    async def hand_over(self, inbound_ids: Sequence[int]) -> None:
        """Confirm or not."""
        if not self.refused.isdisjoint(inbound_ids):
            raise BrokerError("not confirmed")
        self.accepted += inbound_ids
        self.orders += 1

    async def depth(self) -> int:
        """The length it was given."""
        return self.length


@asynccontextmanager
async def running(
    monkeypatch: pytest.MonkeyPatch, handover: FakeHandover, *sessions: FakeQueue | BrokerError
) -> AsyncGenerator[Relay]:
    """A relay whose connections go that way, the last one for good."""
    turns = list(sessions)

    @asynccontextmanager
    async def open_queue(_url: str, _name: str) -> AsyncGenerator[ReplyQueue]:
        turn = turns.pop(0) if len(turns) > 1 else turns[0]
        if isinstance(turn, BrokerError):
            raise turn
        yield turn

    monkeypatch.setattr(relay_module, "open_queue", open_queue)
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 0.02)
    monkeypatch.setattr("assistant.retry.FIRST_SECONDS", 0.01)
    relay = Relay(handover, "amqp://x")
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await task


async def confirmed(handover: FakeHandover, *expected: int) -> None:
    """Wait for these to be confirmed, each once."""

    async def are() -> bool:
        return sorted(handover.confirmed) == list(expected)

    await eventually(are, 3)


async def test_what_is_owed_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one batch, too."""
    monkeypatch.setattr(relay_module, "BATCH", 2)
    handover = FakeHandover(1, 2, 3, 4, 5)
    async with running(monkeypatch, handover, FakeQueue()):
        await confirmed(handover, 1, 2, 3, 4, 5)


async def test_what_is_not_confirmed_is_handed_over_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a new connection; what was confirmed beside it is not repeated."""
    monkeypatch.setattr(relay_module, "ORDER_SIZE", 2)
    handover, first, second = FakeHandover(1, 2, 3, 4, 5), FakeQueue(refused={3}), FakeQueue()
    async with running(monkeypatch, handover, first, second):
        await confirmed(handover, 1, 2, 3, 4, 5)
    assert (first.accepted, second.accepted) == ([1, 2, 5], [3, 4])


async def test_replies_share_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """An order costs the broker and both sides more than a reply in it."""
    handover, queue = FakeHandover(*range(20)), FakeQueue()
    async with running(monkeypatch, handover, queue):
        await confirmed(handover, *range(20))
    assert queue.orders == 3


async def test_a_broker_that_is_away_is_a_problem_and_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readiness names it, health does not, and the relay goes on trying."""
    handover = FakeHandover(1)
    away = BrokerError("AMQPConnectionError: refused")
    async with running(monkeypatch, handover, away, away, away, FakeQueue()) as relay:
        assert await relay.problem() is not None
        await confirmed(handover, 1)
        assert await relay.problem() is None
        assert relay.running


async def test_a_lost_database_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection to the broker is kept meanwhile."""
    handover = FakeHandover(1)
    handover.errors = [OperationalError("UPDATE …", {}, Exception("gone"))]
    async with running(monkeypatch, handover, FakeQueue(), BrokerError("connected twice")) as relay:
        await confirmed(handover, 1)
        assert await relay.problem() is None


@pytest.mark.parametrize(("depth", "found"), [(0, [1]), (3, [])])
async def test_lost_orders_are_found_only_beside_an_empty_queue(
    monkeypatch: pytest.MonkeyPatch, depth: int, found: list[int]
) -> None:
    """While orders wait, the missing one may be among them: repeating all of them would drown a slow worker."""
    handover, queue = FakeHandover(), FakeQueue(depth=depth)
    handover.lost = [1]
    async with running(monkeypatch, handover, queue):
        if found:
            await confirmed(handover, *found)
        else:
            handover.due = [2]
            await confirmed(handover, 2)
            await asyncio.sleep(0.1)  # several polls, none of which may do anything
            assert handover.lost == [1]


async def test_an_unknown_error_shows_in_health(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task ends visibly, instead of a process that looks well and hands nothing over."""
    handover = FakeHandover()
    handover.errors = [ZeroDivisionError()]
    async with running(monkeypatch, handover, FakeQueue()) as relay:

        async def ended() -> bool:
            return not relay.running

        await eventually(ended, 3)
