"""The replies still owed, handed to one process at a time.

A claim is a committed change of the row, not an open transaction: it survives the death of the process as what it is,
an attempt of unknown outcome, which falls due again after `CLAIM_SECONDS`.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Update, func, select, update

from assistant.database.claims import BEGIN, DUE, RECORD, WITHDRAW, after
from assistant.database.engine import Database
from assistant.database.tables import FAILED, SENDING, WAITING, replies
from assistant.messages import compose_reply


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

    async def claim(self, inbound_id: int) -> Claim | None:
        """Take this reply if it is due and ours; None when it is not, or another process was faster.

        So is the one to a message that was withdrawn meanwhile: nobody owes it any more.
        """
        async with self._engine.connect() as connection:
            due = (await connection.execute(DUE, {"inbound_id": inbound_id})).one_or_none()
            if due is None or due.instance not in self._instances:
                return None
            if due.is_withdrawn:
                await connection.execute(WITHDRAW, {"seen_id": inbound_id, "seen_attempts": due.attempts})
                return None
            words = due.reply_text or compose_reply(due.place, due.message_type, due.correction or due.text)
            # The number of attempts seen above is what nobody else may have changed since.
            seen = {"seen_id": inbound_id, "seen_attempts": due.attempts, "words": words}
            first_attempt_at = await connection.scalar(BEGIN, seen)
        return None if first_attempt_at is None else _claim(due, words, first_attempt_at)

    async def record_answer(self, claim: Claim, reply_id: str) -> datetime | None:
        """Keep the id of the sent reply; returns when, or None when another process had taken the claim over."""
        mine = {"seen_id": claim.inbound_id, "seen_attempts": claim.attempt, "answer": reply_id}
        async with self._engine.connect() as connection:
            answered_at: datetime | None = await connection.scalar(RECORD, mine)
        return answered_at

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


def _claim(due: Row[tuple[Any, ...]], words: str, first_attempt_at: datetime) -> Claim:
    return Claim(
        attempt=due.attempts + 1,
        first_attempt_at=first_attempt_at,
        inbound_id=due.id,
        instance=due.instance,
        may_be_sent=due.state == SENDING,
        message_id=due.message_id,
        received_at=due.received_at,
        remote_jid=due.remote_jid,
        text=words,
    )


def _of(claim: Claim) -> Update:
    return update(replies).where(
        replies.c.inbound_id == claim.inbound_id, replies.c.attempts == claim.attempt, replies.c.state == SENDING
    )
