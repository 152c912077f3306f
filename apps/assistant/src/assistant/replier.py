"""Answers a stored message exactly once, also across crashes.

A reply is claimed in the database before it is sent and recorded after. If a process dies in between, or Evolution's
answer is lost, nobody knows whether the message left: the next attempt looks in Evolution before it sends again.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

from assistant.database.outbox import Claim, Outbox
from assistant.evolution import (
    REQUEST_SECONDS,
    EvolutionClient,
    NotSentError,
    RejectedError,
    UncertainError,
    UnderWayError,
    UnrecordedError,
)
from assistant.logs import log_event
from assistant.messages import recipient
from assistant.metrics import ANSWER_SECONDS

MAX_BACKOFF_SECONDS = 60.0
# A refused message is tried again, since not every refusal is about the message; but not for ever.
MAX_REJECTIONS = 8
# Evolution's WhatsApp library gives a request up after 60 s: until then one that nobody waits for may still send.
UNDER_WAY_SECONDS = 60.0

_LOGGER = logging.getLogger(__name__)


class Replier:
    """Answers one message at a time, as often as it is asked."""

    def __init__(self, outbox: Outbox, clients: Mapping[str, EvolutionClient]) -> None:
        """Use an outbox and, by name, the clients of its instances."""
        self._outbox = outbox
        self._clients = clients

    async def answer(self, inbound_id: int) -> str:
        """Answer a message if its reply is due, and say what became of that: one of `metrics.REPLY_RESULTS`."""
        started = time.monotonic()
        claim = await self._outbox.claim(inbound_id)
        if claim is None:
            return "not_due"
        try:
            # Measured from before the claim: a process that slept past it must not send what another took over.
            async with asyncio.timeout(REQUEST_SECONDS - (time.monotonic() - started)):
                result, reply_id = await self._reply(claim, self._clients[claim.instance])
        except (RejectedError, UnrecordedError) as error:
            return await self._refused(claim, error)
        except (NotSentError, UncertainError, TimeoutError) as error:
            return await self._put_back(claim, error)
        answered_at = await self._outbox.record_answer(claim, reply_id)
        if answered_at is None:
            self._log(claim, logging.WARNING, "reply sent, but another worker had taken over")
            return "taken_over"
        ANSWER_SECONDS.observe((answered_at - claim.received_at).total_seconds())
        self._log(claim, logging.INFO, f"reply {result}")
        return result

    async def _reply(self, claim: Claim, evolution: EvolutionClient) -> tuple[str, str]:
        number = recipient(claim.remote_jid)
        if claim.may_be_sent:
            sent = await evolution.find_sent(number, claim.text, claim.first_attempt_at)
            if unclaimed := await self._outbox.without_known(claim.instance, sent):
                return "found", unclaimed[0]
        claim.may_be_sent = False
        try:
            return "sent", await evolution.send_text(number, claim.text)
        # Cancelled by the time limit, on its way. A refusal may be of what came after sending.
        except (RejectedError, UncertainError, asyncio.CancelledError):
            claim.may_be_sent = True
            raise

    async def _refused(self, claim: Claim, error: Exception) -> str:
        if isinstance(error, RejectedError) and claim.attempt < MAX_REJECTIONS:
            return await self._put_back(claim, error)
        await self._outbox.give_up(claim)
        self._log(claim, logging.ERROR, "reply given up", reason=str(error))
        return "given_up"

    async def _put_back(self, claim: Claim, error: Exception) -> str:
        # The exponent is bounded too: after a day without Evolution, two to the number of attempts would be no float.
        backoff = min(2.0 ** min(claim.attempt - 1, 10), MAX_BACKOFF_SECONDS)
        under_way = isinstance(error, (UnderWayError, TimeoutError))
        patience = UNDER_WAY_SECONDS if under_way else REQUEST_SECONDS
        wait = max(backoff, patience) if claim.may_be_sent else backoff
        await self._outbox.put_back(claim, wait_seconds=wait)
        reason = str(error) or f"no answer from Evolution in {REQUEST_SECONDS:.0f} s"
        self._log(claim, logging.WARNING, "reply postponed", reason=reason, uncertain=claim.may_be_sent, seconds=wait)
        return "postponed"

    def _log(self, claim: Claim, level: int, message: str, **fields: object) -> None:
        place = {"instance": claim.instance, "message_id": claim.message_id, "attempt": claim.attempt}
        log_event(_LOGGER, level, message, **place, **fields)
