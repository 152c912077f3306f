"""The replies still owed, handed to one process at a time.

A claim is a committed change of the row, not an open transaction: it survives the death of the process as what it is,
an attempt of unknown outcome, which falls due again after `CLAIM_SECONDS`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Row, Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.database.engine import Database
from assistant.database.tables import ANSWERED, FAILED, SENDING, WAITING, inbound_messages, replies
from assistant.messages import compose_reply

# Longer than any attempt can take (10 s, see `assistant.evolution.REQUEST_SECONDS`), so that no two overlap.
CLAIM_SECONDS = 15


@dataclass(kw_only=True)
class Claim:
    """A reply that this process, and no other, may send now.

    Attributes:
        attempt: From 1; also proves on recording that nobody has taken over.
        first_attempt_at: When anybody first tried.
        inbound_id: The message it answers.
        may_be_sent: Whether an attempt of unknown outcome exists.
        message_id: WhatsApp's id of that message.
        remote_jid: Whom it goes to.
        text: What to send.
    """

    attempt: int
    first_attempt_at: datetime
    inbound_id: int
    may_be_sent: bool
    message_id: str
    remote_jid: str = field(repr=False)
    text: str = field(repr=False)


class Outbox:
    """The replies of one instance."""

    def __init__(self, database: Database, instance: str) -> None:
        """Use an open database."""
        self._engine = database.engine
        self._instance = instance

    async def claim(self) -> Claim | None:
        """Take the reply that has been due longest, or None."""
        due = (
            select(inbound_messages, replies.c.state, replies.c.text.label("reply_text"))
            .select_from(replies.join(inbound_messages))
            .where(
                replies.c.instance == self._instance,
                replies.c.state.in_([WAITING, SENDING]),
                replies.c.due_at <= func.now(),
            )
            .order_by(replies.c.due_at, replies.c.inbound_id)
            .limit(1)
            .with_for_update(of=replies, skip_locked=True)
        )
        async with self._engine.begin() as connection:
            row = (await connection.execute(due)).one_or_none()
            if row is None:
                return None
            words = row.reply_text if row.reply_text is not None else await _compose(connection, row)
            begin = (
                update(replies)
                .where(replies.c.inbound_id == row.id)
                .values(
                    attempts=replies.c.attempts + 1,
                    due_at=_after(CLAIM_SECONDS),
                    first_attempt_at=func.coalesce(replies.c.first_attempt_at, func.now()),
                    state=SENDING,
                    text=words,
                )
                .returning(replies.c.attempts, replies.c.first_attempt_at)
            )
            begun = (await connection.execute(begin)).one()
        return Claim(
            attempt=begun.attempts,
            first_attempt_at=begun.first_attempt_at,
            inbound_id=row.id,
            may_be_sent=row.state == SENDING,
            message_id=row.message_id,
            remote_jid=row.remote_jid,
            text=words,
        )

    async def record_answer(self, claim: Claim, reply_id: str) -> bool:
        """Keep the id of the sent reply; False when another process had taken the claim over."""
        return await self._change(_of(claim).values(answered_at=func.now(), reply_id=reply_id, state=ANSWERED))

    async def put_back(self, claim: Claim, *, wait_seconds: float) -> bool:
        """Leave the reply for a later attempt, keeping whether it may have been sent."""
        state = SENDING if claim.may_be_sent else WAITING
        return await self._change(_of(claim).values(due_at=_after(wait_seconds), state=state))

    async def give_up(self, claim: Claim) -> bool:
        """Never try this reply again."""
        return await self._change(_of(claim).values(state=FAILED))

    async def without_known(self, reply_ids: list[str]) -> list[str]:
        """Those of the given ids that are not yet recorded as the reply to some message, in the same order."""
        query = select(replies.c.reply_id).where(
            replies.c.instance == self._instance, replies.c.reply_id.in_(reply_ids)
        )
        async with self._engine.connect() as connection:
            known = set((await connection.scalars(query)).all())
        return [reply_id for reply_id in reply_ids if reply_id not in known]

    async def _change(self, statement: Update) -> bool:
        async with self._engine.begin() as connection:
            return (await connection.execute(statement)).rowcount == 1


def _of(claim: Claim) -> Update:
    return update(replies).where(
        replies.c.inbound_id == claim.inbound_id, replies.c.attempts == claim.attempt, replies.c.state == SENDING
    )


def _after(seconds: float) -> object:
    return func.now() + timedelta(seconds=seconds)


async def _compose(connection: AsyncConnection, message: Row[tuple[object, ...]]) -> str:
    """The words of a first attempt, with the message's place among its contact's."""
    place = select(func.count()).where(
        inbound_messages.c.instance == message.instance,
        inbound_messages.c.remote_jid == message.remote_jid,
        inbound_messages.c.id <= message.id,
    )
    return compose_reply(await connection.scalar(place) or 1, message.message_type, message.text)
