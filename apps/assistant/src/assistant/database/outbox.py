"""The replies still owed, handed to one process at a time.

A claim is a committed change of the row, not an open transaction: it survives the death of the process as what it is,
an attempt of unknown outcome, which falls due again after `CLAIM_SECONDS`. Those that one process makes or records at
about the same time share a statement.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Update, func, select, update

from assistant.batches import Batches
from assistant.database.claims import BEGIN, DUE, RECORD, WITHDRAW, after, checked
from assistant.database.engine import Database
from assistant.database.tables import FAILED, SENDING, WAITING, replies
from assistant.database.together import as_columns
from assistant.messages import compose_reply

# Adds to how long a reply is under way, and not to how many are sent in a second: there are others meanwhile.
PAUSE_SECONDS = 0.1


@dataclass(kw_only=True)
class Claim:
    """A reply that this process, and no other, may send now.

    Attributes:
        attempt: From 1; also proves on recording that nobody has taken over.
        first_attempt_at: When anybody first tried.
        inbound_id: The message it answers.
        instance: Who sends it.
        may_be_sent: Whether an attempt of unknown outcome exists.
        message_id: WhatsApp's id of that message.
        received_at: When that message was stored.
        remote_jid: Whom it goes to.
        text: What to send.
    """

    attempt: int
    first_attempt_at: datetime
    inbound_id: int
    instance: str
    may_be_sent: bool
    message_id: str
    received_at: datetime
    remote_jid: str = field(repr=False)
    text: str = field(repr=False)


class Outbox:
    """The replies of some instances."""

    def __init__(self, database: Database, instances: Container[str]) -> None:
        """Use an open database."""
        self._engine = database.engine
        self._instances = instances
        self._claims = Batches(self._claim_together, pause_seconds=PAUSE_SECONDS)
        self._answers = Batches(self._record_together, pause_seconds=PAUSE_SECONDS)

    async def claim(self, inbound_id: int) -> Claim | None:
        """Take this reply if it is due and ours; None when it is not, or another process was faster.

        So is the one to a message that was withdrawn meanwhile: nobody owes it any more.
        """
        return await self._claims.add(inbound_id)

    async def record_answer(self, claim: Claim, reply_id: str) -> datetime | None:
        """Keep the id of the sent reply; returns when, or None when another process had taken the claim over."""
        return await self._answers.add((claim, reply_id))

    async def _claim_together(self, inbound_ids: Sequence[int]) -> list[Claim | None]:
        async with self._engine.connect() as connection:
            asked = await connection.execute(DUE, as_columns([{"inbound_id": number} for number in inbound_ids]))
            # Always in this order: two processes must not wait for each other's rows in a circle.
            due = sorted((m for m in asked if m.instance in self._instances), key=lambda m: m.id)
            if withdrawn := [{"inbound_id": m.id, "attempts": m.attempts} for m in due if m.is_withdrawn]:
                await connection.execute(WITHDRAW, as_columns(withdrawn))
            words = {m.id: _words(m) for m in due if not m.is_withdrawn}
            if not words:
                return [None] * len(inbound_ids)
            # The number of attempts seen above is what nobody else may have changed since.
            seen = [{"inbound_id": m.id, "attempts": m.attempts, "text": words[m.id]} for m in due if m.id in words]
            begun = {m.inbound_id: m.first_attempt_at for m in await connection.execute(BEGIN, as_columns(seen))}
        claims = {m.id: _begun(m, begun[m.id], words[m.id]) for m in due if m.id in begun}
        # An order that was delivered twice is one claim.
        return [claims.pop(number, None) for number in inbound_ids]

    async def _record_together(self, answers: Sequence[tuple[Claim, str]]) -> list[datetime | None]:
        sent = [
            {"inbound_id": claim.inbound_id, "attempts": claim.attempt, "reply_id": reply_id}
            for claim, reply_id in sorted(answers, key=lambda answer: answer[0].inbound_id)
        ]
        async with self._engine.connect() as connection:
            recorded = {m.inbound_id: m.answered_at for m in await connection.execute(RECORD, as_columns(sent))}
        return [recorded.get(claim.inbound_id) for claim, _ in answers]

    async def put_back(self, claim: Claim, *, wait_seconds: float) -> bool:
        """Leave the reply for a later attempt, keeping whether it may have been sent."""
        state = SENDING if claim.may_be_sent else WAITING
        return await self._change(_of(claim).values(due_at=after(wait_seconds), state=state)) == 1

    async def give_up(self, claim: Claim) -> bool:
        """Never try this reply again."""
        return await self._change(_of(claim).values(state=FAILED)) == 1

    async def requeue_failed(self) -> int:
        """Owe every reply that was given up again, with all its attempts; returns how many.

        As ones that may have left: some refusals come after sending, so the first thing is to look.
        """
        return await self._change(
            update(replies)
            .where(replies.c.state == FAILED)
            .values(attempts=0, due_at=func.now(), handed_at=None, state=SENDING)
        )

    async def without_known(self, instance: str, reply_ids: list[str]) -> list[str]:
        """Those of the given ids that are not yet recorded as the reply to some message, in the same order."""
        query = select(replies.c.reply_id).where(replies.c.instance == instance, replies.c.reply_id.in_(reply_ids))
        async with self._engine.connect() as connection:
            known = set((await connection.scalars(query)).all())
        return [reply_id for reply_id in reply_ids if reply_id not in known]

    async def _change(self, statement: Update) -> int:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement)).rowcount


def _begun(message: Row[tuple[Any, ...]], first_attempt_at: datetime, text: str) -> Claim:
    return Claim(
        attempt=message.attempts + 1,
        first_attempt_at=first_attempt_at,
        inbound_id=message.id,
        instance=message.instance,
        may_be_sent=message.state == SENDING,
        message_id=message.message_id,
        received_at=message.received_at,
        remote_jid=message.remote_jid,
        text=text,
    )


def _words(message: Row[tuple[Any, ...]]) -> str:
    """The same at every attempt that may have sent them."""
    text = message.correction or message.text
    return message.reply_text or compose_reply(message.place, message.message_type, text)


def _of(claim: Claim) -> Update:
    return update(replies).where(
        replies.c.inbound_id == claim.inbound_id,
        replies.c.attempts == claim.attempt,
        checked(replies.c.state == SENDING),
    )
