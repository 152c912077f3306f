"""Takes orders from the queue, several at a time, and reconnects for ever.

An order is acknowledged when its replies are safe in the database in whatever state: answered, due later, or given up.
So an order is only ever repeated, never lost, and a repeated one finds that nothing is due.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy.exc import SQLAlchemyError

from assistant.broker import BrokerError, ReplyQueue, acknowledge, open_queue, ordered
from assistant.logs import log_event
from assistant.metrics import BROKER_CONNECTED, REPLIES
from assistant.retry import Backoff, Signal
from tasks.health import BEAT_SECONDS, CONSUMING_FILE

# How many replies of one process are under way at a time: Evolution is slow, and half of them wait for the database's
# next batch. As many orders are taken, because each may be of a single reply.
PARALLEL_REPLIES = 32
# Longer than a request to Evolution may take with what is written before and after it, shorter than a claim holds.
ANSWER_SECONDS = 12.0
# An order that met a lost database goes back to the queue after this.
RETRY_SECONDS = 1.0

_LOGGER = logging.getLogger(__name__)


class Consumer:
    """Works off the queue until it is told to stop."""

    def __init__(
        self, answer: Callable[[int], Awaitable[str]], rabbitmq_url: str, beat_file: str = CONSUMING_FILE
    ) -> None:
        """Keep what answers and where orders come from.

        Args:
            answer: Answers the message of that number and says what became of it.
            rabbitmq_url: The broker's address.
            beat_file: Touched while consuming; see `tasks.health`.
        """
        self._answer = answer
        self._rabbitmq_url = rabbitmq_url
        self._beat_file = Path(beat_file)
        self._begun: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(PARALLEL_REPLIES)
        self._until = Signal()

    async def run(self, until: Signal) -> None:
        """Consume until told to stop, then finish what has begun."""
        self._until = until
        backoff = Backoff()
        while not until.stopping:
            try:
                async with open_queue(self._rabbitmq_url, "assistant worker") as queue:
                    await self._consume(queue, backoff)
            except BrokerError as error:
                log_event(_LOGGER, logging.WARNING, "the worker waits for the broker", reason=str(error))
                await until.pause(backoff.next_seconds())
        await self._finish()

    async def _consume(self, queue: ReplyQueue, backoff: Backoff) -> None:
        try:
            await queue.consume(self._begin, at_most=PARALLEL_REPLIES)
            backoff.reset()
            log_event(_LOGGER, logging.INFO, "consuming")
            BROKER_CONNECTED.set(1)
            while not self._until.stopping:
                await queue.depth()  # the broker answers and the queue is there
                if queue.cancelled.is_set():
                    raise BrokerError("the broker ended the consumer: the queue was deleted")
                self._beat_file.touch()
                await self._until.pause(BEAT_SECONDS)
        finally:
            BROKER_CONNECTED.set(0)
            self._beat_file.unlink(missing_ok=True)
        await queue.stop_consuming()
        await self._finish()  # before the connection closes, so that what is finished is also acknowledged

    async def _finish(self) -> None:
        """Wait for what has begun; each of those ends by its own time limit."""
        if self._begun:
            log_event(_LOGGER, logging.INFO, "finishing replies", count=len(self._begun))
            await asyncio.wait(self._begun)

    async def _begin(self, order: AbstractIncomingMessage) -> None:
        # A task of our own: those of the client are cancelled when the connection breaks, in the middle of a send.
        task = asyncio.create_task(self._work(order))
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)

    async def _work(self, order: AbstractIncomingMessage) -> None:
        try:
            inbound_ids = ordered(order)
        except ValueError:
            # One order that nothing can be done with must not stop the others.
            _LOGGER.exception("an order that is none of ours")
            REPLIES.labels("error").inc()
            inbound_ids = []
        again = any(await asyncio.gather(*map(self._reply, inbound_ids)))
        if again:
            await self._until.pause(RETRY_SECONDS)
        with suppress(BrokerError):  # the connection is gone: the broker delivers the order again by itself
            await acknowledge(order, again=again)

    async def _reply(self, inbound_id: int) -> bool:
        """Have one reply of an order answered; returns whether the order must come again for it."""
        async with self._slots:
            if self._until.stopping:
                return True  # not begun: another worker's
            result, again = "error", False
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    result = await self._answer(inbound_id)
            except (SQLAlchemyError, TimeoutError) as error:
                log_event(_LOGGER, logging.WARNING, "an order waits for the database", error=type(error).__name__)
                again = True
            except Exception:
                # It falls due again by itself.
                _LOGGER.exception("a reply failed by an unknown error")
            REPLIES.labels(result).inc()
            return again
