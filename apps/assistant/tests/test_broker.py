"""A real RabbitMQ that goes away, hangs or loses its queue: intake goes on and every reply is answered once."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from services import eventually
from sqlalchemy.engine import make_url
from test_database import OURS, store

from assistant.broker import ORDER_SIZE, QUEUE, BrokerError, ReplyQueue, open_queue
from assistant.database import handover as handover_module
from assistant.database.engine import Database
from assistant.database.handover import Handover
from assistant.relay import Relay
from assistant.retry import Signal
from tasks.consumer import PARALLEL_REPLIES, Consumer

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel

pytestmark = pytest.mark.anyio


class Way:
    """The way to the broker, which can be cut."""

    def __init__(self, url: str) -> None:
        """Lead to this broker."""
        self._target = make_url(url)
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def restore(self) -> None:
        """Let connections through, again on the same port."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection and refuse new ones."""
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()

    @property
    def url(self) -> str:
        """The broker's address by this way."""
        return self._target.set(host="127.0.0.1", port=self.port).render_as_string(hide_password=False)

    async def _pass_on(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        far, far_out = await asyncio.open_connection(self._target.host, self._target.port)
        self._open |= {near_out, far_out}
        await asyncio.gather(_copy(near, far_out), _copy(far, near_out))
        self._open -= {near_out, far_out}


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()


@asynccontextmanager
async def relaying(database: Database, url: str) -> AsyncGenerator[Relay]:
    """A relay of an HTTP process."""
    relay = Relay(Handover(database, OURS), url)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
        assert relay.running
    finally:
        relay.stop()
        await task


@asynccontextmanager
async def consuming(url: str, beat: Path) -> AsyncGenerator[Counter[int]]:
    """A worker that only counts how often it was given which order."""
    given: Counter[int] = Counter()

    async def answer(inbound_id: int) -> str:
        given[inbound_id] += 1
        return "sent"

    until = Signal()
    task = asyncio.create_task(Consumer(answer, url, str(beat)).run(until))
    try:
        yield given
    finally:
        until.stop()
        await task


async def until_given(given: Counter[int], *numbers: int, seconds: float = 10) -> None:
    """Wait for these orders."""

    async def are() -> bool:
        return set(numbers) <= set(given)

    await eventually(are, seconds)


async def test_two_relays_hand_each_order_over_once(database: Database, broker: str, tmp_path: Path) -> None:
    """And the worker gets all of them, more than it may hold at a time."""
    numbers = [await store(database, f"M{number}") for number in range(60)]
    async with relaying(database, broker), relaying(database, broker), consuming(broker, tmp_path / "beat") as given:
        await until_given(given, *numbers)
        await asyncio.sleep(1)  # time for a second delivery, which must not come
    assert given == Counter(numbers)


async def test_a_broker_that_is_away_is_caught_up_with(database: Database, broker: str, tmp_path: Path) -> None:
    """Both sides say so, keep trying, and go on where they were."""
    way, beat = Way(broker), tmp_path / "beat"
    await way.restore()
    async with relaying(database, way.url) as relay, consuming(way.url, beat) as given:
        first = await store(database, "M1")
        await until_given(given, first)
        await way.cut()

        async def noticed() -> bool:
            return await relay.problem() is not None and not beat.exists()

        await eventually(noticed)
        missed = await store(database, "M2")
        await asyncio.sleep(1)  # attempts that are refused meanwhile
        await way.restore()
        await until_given(given, missed, seconds=15)
        assert await relay.problem() is None
        await eventually_exists(beat)
    await way.cut()


async def eventually_exists(file: Path) -> None:
    """Wait for a file."""

    async def exists() -> bool:
        return await asyncio.to_thread(file.exists)

    await eventually(exists, 15)


async def test_a_deleted_queue_is_made_again(database: Database, broker: str, tmp_path: Path) -> None:
    """By the relay and by the worker, whichever is first."""
    async with relaying(database, broker) as relay, consuming(broker, tmp_path / "beat") as given:
        first = await store(database, "M1")
        await until_given(given, first)
        async with open_queue(broker, "assistant tests") as queue:
            await queue._channel.queue_delete(QUEUE)  # noqa: SLF001 - no process of ours ever deletes it
        second = await store(database, "M2")
        relay.wake()
        await until_given(given, second)


async def test_orders_that_the_broker_lost_are_handed_over_again(
    database: Database, broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Confirmed, then gone with the queue, before any worker saw them."""
    monkeypatch.setattr(handover_module, "LOST_SECONDS", 1)
    number = await store(database, "M1")
    async with relaying(database, broker):

        async def waiting() -> bool:
            async with open_queue(broker, "assistant tests") as queue:
                return await queue.depth() == 1

        await eventually(waiting)
        async with open_queue(broker, "assistant tests") as queue:
            await queue._channel.queue_delete(QUEUE)  # noqa: SLF001 - no process of ours ever deletes it
        async with consuming(broker, tmp_path / "beat") as given:
            await until_given(given, number)


@pytest.mark.parametrize("size", [1, ORDER_SIZE])
async def test_a_worker_holds_no_more_than_it_works_on(broker: str, tmp_path: Path, size: int) -> None:
    """Orders beyond that stay in the queue, for other workers; replies beyond that wait for their turn."""
    orders = [[*range(first, first + size)] for first in range(0, (PARALLEL_REPLIES + 5) * size, size)]
    given: list[int] = []
    may_end, until = asyncio.Event(), Signal()

    async def answer(inbound_id: int) -> str:
        given.append(inbound_id)
        await may_end.wait()
        return "sent"

    async with open_queue(broker, "assistant tests") as queue:
        for order in orders:
            await queue.hand_over(order)

        async def some_wait() -> bool:
            return await queue.depth() == len(orders) - PARALLEL_REPLIES and len(given) >= PARALLEL_REPLIES

        task = asyncio.create_task(Consumer(answer, broker, str(tmp_path / "beat")).run(until))
        await eventually(some_wait)
        assert len(given) == PARALLEL_REPLIES
        may_end.set()
        await eventually(lambda: _is(given, [*chain(*orders)]))
        until.stop()
        await task


async def test_a_stop_gives_back_what_has_not_begun(broker: str, tmp_path: Path) -> None:
    """At once: answering all that was delivered would outlast the container's grace."""
    orders = [[*range(first, first + ORDER_SIZE)] for first in range(0, 5 * ORDER_SIZE, ORDER_SIZE)]
    given: list[int] = []
    may_end, until = asyncio.Event(), Signal()

    async def answer(inbound_id: int) -> str:
        given.append(inbound_id)
        await may_end.wait()
        return "sent"

    async with open_queue(broker, "assistant tests") as queue:
        for order in orders:
            await queue.hand_over(order)
        task = asyncio.create_task(Consumer(answer, broker, str(tmp_path / "beat")).run(until))

        async def busy() -> bool:
            return len(given) == PARALLEL_REPLIES

        await eventually(busy)
        until.stop()
        may_end.set()
        await asyncio.wait_for(task, 5)
        assert len(given) == PARALLEL_REPLIES
        assert await queue.depth() == len(orders) - PARALLEL_REPLIES // ORDER_SIZE


async def _is(given: list[int], numbers: list[int]) -> bool:
    return sorted(given) == numbers


async def test_a_wrong_password_is_said_in_words(broker: str) -> None:
    """Without the password."""
    wrong = make_url(broker).set(password="s3cret-wrong").render_as_string(hide_password=False)
    with pytest.raises(BrokerError, match="AUTH: ") as caught:
        async with open_queue(wrong, "assistant tests"):
            pass
    assert "s3cret" not in str(caught.value)


async def test_nobody_there_is_a_broker_error() -> None:
    """Needs no service at all."""
    with pytest.raises(BrokerError):
        async with open_queue("amqp://u:p@127.0.0.1:1/", "assistant tests"):
            pass


async def test_a_cancelled_call_is_an_error_unless_we_were_cancelled() -> None:
    """The client cancels its pending calls when a connection breaks; that must not look like our own end."""
    pending: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    class Channel:
        async def declare_queue(self, *_: object, **__: object) -> None:
            await pending

    waiting = [asyncio.create_task(ReplyQueue(cast("AbstractChannel", Channel())).depth()) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]
    pending.cancel()
    with pytest.raises(BrokerError, match="the connection ended"):
        await waiting[1]
