"""The background task that answers stored messages, each exactly once, also across crashes.

A reply is claimed in the database before it is sent and recorded after. If a process dies in between, or Evolution's
answer is lost, nobody knows whether the message left: the next attempt looks in Evolution before it sends again.
"""

import asyncio
import logging
import time

from sqlalchemy.exc import SQLAlchemyError

from assistant.database.outbox import Claim, Outbox
from assistant.evolution import REQUEST_SECONDS, EvolutionClient, NotSentError, RejectedError, UncertainError
from assistant.logs import log_event
from assistant.messages import recipient

# How many replies of one process are under way at a time: Evolution is slow, the database is not.
PARALLEL_REPLIES = 4
# Retries that fell due and messages that another process left behind are noticed this late at most.
POLL_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 60.0
# A refused message is tried again, since an instance that is just reconnecting also refuses; but not for ever.
MAX_REJECTIONS = 8

_LOGGER = logging.getLogger(__name__)


class Replier:
    """Works off what the outbox holds until it is stopped."""

    def __init__(self, outbox: Outbox, evolution: EvolutionClient) -> None:
        """Use an outbox and the client of the same instance."""
        self._outbox = outbox
        self._evolution = evolution
        self._woken = asyncio.Event()
        self._running = True
        self._stopping = False

    @property
    def running(self) -> bool:
        """False once an unknown error has ended the task; the health check then fails."""
        return self._running

    def wake(self) -> None:
        """Say that a message was stored."""
        self._woken.set()

    def stop(self) -> None:
        """Let the replies in progress finish and take no more."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Answer until stopped."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(PARALLEL_REPLIES):
                    group.create_task(self._work())
        except Exception:
            self._running = False
            _LOGGER.exception("the replier ended by an unknown error; the process needs a restart")

    async def _work(self) -> None:
        while not self._stopping:
            try:
                worked = await self.answer_next()
            except SQLAlchemyError as error:
                # The database is away for a moment: nothing is lost, every state is in it.
                log_event(_LOGGER, logging.WARNING, "replies wait for the database", error=type(error).__name__)
                worked = False
            if not worked:
                await self._idle()

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        if not self._stopping:
            self._woken.clear()

    async def answer_next(self) -> bool:
        """Claim and answer one reply; False when none is due."""
        started = time.monotonic()
        claim = await self._outbox.claim()
        if claim is None:
            return False
        try:
            # Measured from before the claim: a process that slept past it must not send what another took over.
            async with asyncio.timeout(REQUEST_SECONDS - (time.monotonic() - started)):
                reply_id = await self._reply(claim)
        except (NotSentError, UncertainError, RejectedError, TimeoutError) as error:
            await self._put_back(claim, error)
            return True
        recorded = await self._outbox.record_answer(claim, reply_id)
        self._log(claim, logging.INFO if recorded else logging.WARNING, "reply sent", recorded=recorded)
        return True

    async def _reply(self, claim: Claim) -> str:
        number = recipient(claim.remote_jid)
        if claim.may_be_sent:
            sent = await self._evolution.find_sent(number, claim.text, claim.first_attempt_at)
            unclaimed = await self._outbox.without_known(sent)
            if unclaimed:
                self._log(claim, logging.INFO, "an earlier attempt had sent the reply")
                return unclaimed[0]
        claim.may_be_sent = False
        try:
            return await self._evolution.send_text(number, claim.text)
        except (UncertainError, asyncio.CancelledError):  # cancelled by the time limit, on its way
            claim.may_be_sent = True
            raise

    async def _put_back(self, claim: Claim, error: Exception) -> None:
        backoff = min(2.0 ** (claim.attempt - 1), MAX_BACKOFF_SECONDS)
        if isinstance(error, RejectedError) and claim.attempt >= MAX_REJECTIONS:
            await self._outbox.give_up(claim)
            self._log(claim, logging.ERROR, "reply given up", reason=str(error))
            return
        # What had no answer may still be under way inside Evolution: leave it the time of a request.
        wait = max(backoff, REQUEST_SECONDS) if claim.may_be_sent else backoff
        await self._outbox.put_back(claim, wait_seconds=wait)
        reason = str(error) or f"no answer from Evolution in {REQUEST_SECONDS:.0f} s"
        self._log(claim, logging.WARNING, "reply postponed", reason=reason, uncertain=claim.may_be_sent, seconds=wait)

    def _log(self, claim: Claim, level: int, message: str, **fields: object) -> None:
        log_event(_LOGGER, level, message, message_id=claim.message_id, attempt=claim.attempt, **fields)
