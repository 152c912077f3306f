"""RabbitMQ as the way from a stored reply to a worker. What it loses, Postgres still knows.

A message is the numbers of a few owed replies, nothing else: handing over, delivering and acknowledging one costs each
side more than the rest of an answer's way. The queue is a durable classic one, said explicitly, so that
RabbitMQ 3.10 and 4.x, whatever the virtual host's default type, make the same queue.

Source: aio-pika 10.2; RabbitMQ's pages on confirms, consumer cancel notification and heartbeats.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import CONNECTION_EXCEPTIONS, AuthenticationError, ProbableAuthenticationError

QUEUE = "assistant.replies"
# Replies in one order. An order is acknowledged when the slowest of them is safe.
ORDER_SIZE = 8
CONNECT_SECONDS = 5.0
# The broker's time for one answer: a declaration, a confirmation.
ANSWER_SECONDS = 5.0
# A peer that is gone without a word is noticed after three missed ones.
HEARTBEAT_SECONDS = 5


class BrokerError(Exception):
    """RabbitMQ cannot be used now; what was asked of it may not have happened and can be asked again."""


class ReplyQueue:
    """The queue of owed replies, over one open connection."""

    def __init__(self, channel: AbstractChannel) -> None:
        """Use an open channel with publisher confirms; `open_queue` makes it."""
        self._channel = channel
        self._consumer_tag: str | None = None
        self.cancelled = asyncio.Event()

    async def hand_over(self, inbound_ids: Sequence[int]) -> None:
        """Return once the broker has written the order down.

        Raises:
            BrokerError: If that is not certain.
        """
        body = " ".join(map(str, inbound_ids)).encode()
        order = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        with _as_broker_error():
            # Mandatory (the default): an order that no queue takes comes back as an error instead of being dropped.
            await self._channel.default_exchange.publish(order, QUEUE, timeout=ANSWER_SECONDS)

    async def depth(self) -> int:
        """How many orders wait; also the proof that broker and queue are there.

        Raises:
            BrokerError: If they are not.
        """
        with _as_broker_error():
            declared = await self._channel.declare_queue(QUEUE, passive=True, timeout=ANSWER_SECONDS)
        return declared.declaration_result.message_count or 0

    async def consume(self, begin: Callable[[AbstractIncomingMessage], Awaitable[None]], *, at_most: int) -> None:
        """Have orders delivered; `cancelled` is set if the broker ends that, as it does when the queue is deleted.

        Args:
            begin: Must not do the work itself: the library cancels it when the connection is lost.
            at_most: How many may be unacknowledged at a time.

        Raises:
            BrokerError: If the broker does not agree.
        """
        with _as_broker_error():
            await self._channel.set_qos(at_most, timeout=ANSWER_SECONDS)
            protocol = await self._channel.get_underlay_channel()
            protocol.on_consumer_cancel_callbacks.add(lambda _: self.cancelled.set())
            queue = await self._channel.get_queue(QUEUE, ensure=False)
            self._consumer_tag = await queue.consume(begin, timeout=ANSWER_SECONDS)

    async def stop_consuming(self) -> None:
        """Have no more orders delivered; those delivered can still be acknowledged.

        Raises:
            BrokerError: If the broker does not answer.
        """
        if self._consumer_tag is not None:
            with _as_broker_error():
                queue = await self._channel.get_queue(QUEUE, ensure=False)
                await queue.cancel(self._consumer_tag, timeout=ANSWER_SECONDS)


def ordered(order: AbstractIncomingMessage) -> list[int]:
    """The replies that an order names.

    Raises:
        ValueError: If it is not one of ours.
    """
    return [int(inbound_id) for inbound_id in order.body.split()]


async def acknowledge(order: AbstractIncomingMessage, *, again: bool = False) -> None:
    """Tell the broker that it can forget an order, or that it must deliver it again.

    Raises:
        BrokerError: If the connection it came over is gone; the broker then delivers the order again.
    """
    with _as_broker_error():
        await (order.nack(requeue=True) if again else order.ack())


@asynccontextmanager
async def open_queue(url: str, connection_name: str) -> AsyncGenerator[ReplyQueue]:
    """Connect and make sure that the queue is there.

    Args:
        url: `amqp://user:password@host:5672/vhost`.
        connection_name: Shown by the broker's management pages.

    Raises:
        BrokerError: If that is not possible now.
    """
    with _as_broker_error():
        connection = await aio_pika.connect(
            url,
            timeout=CONNECT_SECONDS,
            client_properties={"connection_name": connection_name},
            heartbeat=HEARTBEAT_SECONDS,
        )
    try:
        with _as_broker_error():
            async with asyncio.timeout(ANSWER_SECONDS):  # opening a channel waits while the broker refuses publishers
                channel = await connection.channel(on_return_raises=True)
                await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "classic"})
        yield ReplyQueue(channel)
    finally:
        # Given up either way; an error here must not hide the one that led here.
        with suppress(BrokerError), _as_broker_error():
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.close()


@contextmanager
def _as_broker_error() -> Generator[None]:
    """One kind of error for all that the client raises when the broker or the way to it fails."""
    try:
        yield
    except (AuthenticationError, ProbableAuthenticationError) as error:
        raise BrokerError("AUTH: user, password or virtual host was refused") from error
    except TimeoutError as error:
        raise BrokerError("no answer in time") from error
    except CONNECTION_EXCEPTIONS as error:
        raise BrokerError(f"{type(error).__name__}: {error}") from error
    except asyncio.CancelledError as error:
        # The client ends its pending calls with this when a connection breaks, although nobody cancelled this task.
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise BrokerError("the connection ended") from error
