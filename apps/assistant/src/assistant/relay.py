"""The background task that tells the broker which replies are owed, as long as it takes.

Every HTTP process runs one. It hands over what the database says is due; without a broker nothing is lost, it waits in
the database until there is one again.
"""

import asyncio
import logging
from itertools import chain

from sqlalchemy.exc import SQLAlchemyError

from assistant.broker import ORDER_SIZE, BrokerError, ReplyQueue, open_queue
from assistant.database.handover import Handover
from assistant.logs import log_event
from assistant.metrics import BROKER_CONNECTED, HANDED_OVER
from assistant.retry import Backoff, Signal

# Published together, confirmed together.
BATCH = 100
# From one batch to the next while there is work: messages that arrive meanwhile share an order.
PAUSE_SECONDS = 0.1
# Replies that fell due, and those that another process left behind, are noticed this late at most.
POLL_SECONDS = 1.0

_LOGGER = logging.getLogger(__name__)


class Relay:
    """Hands over what is owed until it is stopped."""

    def __init__(self, handover: Handover, rabbitmq_url: str) -> None:
        """Use the database's side of the hand-over and the broker's address."""
        self._handover = handover
        self._rabbitmq_url = rabbitmq_url
        self._signal = Signal()
        self._problem: str | None = "not connected yet"
        self._running = True

    @property
    def running(self) -> bool:
        """False once an unknown error has ended the task; the health check then fails."""
        return self._running

    async def problem(self) -> str | None:
        """Why nothing can be handed over now; None when it can."""
        return self._problem

    def wake(self) -> None:
        """Say that a message was stored."""
        self._signal.wake()

    def stop(self) -> None:
        """Finish what is being handed over and take no more."""
        self._signal.stop()

    async def run(self) -> None:
        """Hand over until stopped, reconnecting for ever."""
        try:
            await self._reconnect_for_ever()
        except Exception:
            self._running = False
            _LOGGER.exception("the relay ended by an unknown error; the process needs a restart")

    async def _reconnect_for_ever(self) -> None:
        backoff = Backoff()
        while not self._signal.stopping:
            try:
                async with open_queue(self._rabbitmq_url, "assistant relay") as queue:
                    backoff.reset()
                    self._report(None)
                    await self._serve(queue)
            except BrokerError as error:
                self._report(str(error))
                await self._signal.pause(backoff.next_seconds())

    def _report(self, problem: str | None) -> None:
        if problem != self._problem:
            if problem is None:
                log_event(_LOGGER, logging.INFO, "the broker is there")
            else:
                log_event(_LOGGER, logging.WARNING, "replies wait for the broker", reason=problem)
        self._problem = problem
        BROKER_CONNECTED.set(problem is None)

    async def _serve(self, queue: ReplyQueue) -> None:
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while not self._signal.stopping:
            try:
                full = await self._hand_over(queue) == BATCH
                if loop.time() >= look_at:
                    await self._look_after(queue)
                    look_at = loop.time() + POLL_SECONDS
            except SQLAlchemyError as error:
                # The database is away for a moment: nothing is lost, every state is in it.
                log_event(_LOGGER, logging.WARNING, "the relay waits for the database", error=type(error).__name__)
                full = False
            if not full:
                await self._signal.pause(PAUSE_SECONDS)
                await self._signal.wait(POLL_SECONDS)

    async def _hand_over(self, queue: ReplyQueue) -> int:
        """Hand over one batch and return its size."""
        taken = await self._handover.take(BATCH)
        if not taken:
            return 0
        orders = [taken[first : first + ORDER_SIZE] for first in range(0, len(taken), ORDER_SIZE)]
        results = await asyncio.gather(*map(queue.hand_over, orders), return_exceptions=True)
        outcome = list(zip(orders, results, strict=True))
        if confirmed := [*chain(*(order for order, error in outcome if error is None))]:
            await self._handover.confirm(confirmed)
            HANDED_OVER.inc(len(confirmed))
        errors = [error for error in results if error is not None]
        if errors:
            await self._handover.release([*chain(*(order for order, error in outcome if error is not None))])
            raise errors[0]
        return len(taken)

    async def _look_after(self, queue: ReplyQueue) -> None:
        """Notice a lost connection while there is nothing to do, and orders that the broker has lost."""
        if await queue.depth() == 0 and (lost := await self._handover.release_lost()):
            log_event(_LOGGER, logging.WARNING, "the broker lost orders; they are handed over again", count=lost)
