"""Durable store of inbound messages, and how far each has come.

Messages and reports that arrive together are written together; each is told of its own.
"""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import Insert, Select, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from assistant.batches import Batches
from assistant.database.engine import Database
from assistant.database.tables import FAILED, OWED, inbound_messages, replies, sent_events
from assistant.database.together import PLACE, as_columns, together
from assistant.messages import InboundMessage, MessageStatus, SentMessage
from assistant.state import Backlog

# A webhook may wait this long for others, which is nothing to who sends it: at 250 in a second ten share a commit.
PAUSE_SECONDS = 0.04


def _store() -> Select[tuple[str, str]]:
    """Keep messages, each with the reply it is owed, both or neither; returns a row for each new message."""
    names = [field.name for field in fields(InboundMessage)]
    arrived = together({name: inbound_messages.c[name].type for name in names})
    new = (
        insert_or_skip(inbound_messages)
        .from_select(names, select(*(arrived.c[name] for name in names)).order_by(arrived.c[PLACE]))
        .on_conflict_do_nothing(index_elements=["instance", "message_id"])
        .returning(inbound_messages.c.id, inbound_messages.c.instance, inbound_messages.c.message_id)
        .cte("new")
    )
    owed = insert(replies).from_select(["inbound_id", "instance"], select(new.c.id, new.c.instance)).cte("owed")
    return select(new.c.instance, new.c.message_id).add_cte(owed)


def _mark_seen() -> Insert:
    """Note that messages were sent; a repeated report changes nothing."""
    names = [field.name for field in fields(SentMessage)]
    reported = together({name: sent_events.c[name].type for name in names})
    rows = select(*(reported.c[name] for name in names))
    return insert_or_skip(sent_events).from_select(names, rows).on_conflict_do_nothing()


# Made once: composing a statement costs as much as executing it.
_STORE = _store()
_MARK_SEEN = _mark_seen()


class PostgresInbox:
    """Keeps each message once, together with the reply it is owed."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._engine = database.engine
        self._messages = Batches(self._store_together, pause_seconds=PAUSE_SECONDS)
        self._reports = Batches(self._mark_together, pause_seconds=PAUSE_SECONDS)

    @property
    def waiting(self) -> int:
        """How many messages and reports are not written yet."""
        return self._messages.depth + self._reports.depth

    async def store(self, message: InboundMessage) -> bool:
        """Keep a message and its owed reply; False when the message was already there."""
        return await self._messages.add(message)

    async def mark_seen(self, message: SentMessage) -> None:
        """Note that Evolution reported a message as sent."""
        await self._reports.add(message)

    async def _store_together(self, messages: Sequence[InboundMessage]) -> list[bool]:
        async with self._engine.connect() as connection:
            stored = await connection.execute(_STORE, as_columns([*map(vars, messages)]))
            new = {(message.instance, message.message_id) for message in stored}
        keys = [(message.instance, message.message_id) for message in messages]
        # A message that is delivered twice in one batch is new once.
        return [key in new and key not in keys[:place] for place, key in enumerate(keys)]

    async def _mark_together(self, reports: Sequence[SentMessage]) -> list[None]:
        async with self._engine.connect() as connection:
            await connection.execute(_MARK_SEEN, as_columns([*map(vars, reports)]))
        return [None] * len(reports)

    async def status(self, instance: str, message_id: str) -> MessageStatus:
        """Say how far a message has come."""
        is_seen = (sent_events.c.instance == replies.c.instance) & (sent_events.c.message_id == replies.c.reply_id)
        is_taken = replies.c.first_attempt_at.is_not(None)
        query = (
            select(
                # A worker can be faster than the note of the broker's confirmation.
                (replies.c.queued_at.is_not(None) | is_taken).label("queued"),
                is_taken.label("taken"),
                replies.c.reply_id,
                sent_events.c.seen_at.is_not(None).label("seen"),
            )
            .select_from(inbound_messages.join(replies).outerjoin(sent_events, is_seen))
            .where(inbound_messages.c.instance == instance, inbound_messages.c.message_id == message_id)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return MessageStatus(stored=False, queued=False, taken=False, reply_id=None, seen=False)
        return MessageStatus(stored=True, queued=row.queued, taken=row.taken, reply_id=row.reply_id, seen=row.seen)

    async def backlog(self) -> Backlog:
        """Count what is owed and what was given up."""
        due_for = func.extract("epoch", func.now() - func.min(replies.c.due_at))
        owed = select(func.count().label("depth"), due_for.label("seconds")).where(replies.c.state.in_(OWED))
        given_up = select(func.count()).select_from(replies).where(replies.c.state == FAILED)
        async with self._engine.connect() as connection:
            row = (await connection.execute(owed)).one()
            return Backlog(
                depth=row.depth,
                given_up=await connection.scalar(given_up) or 0,
                oldest_due_seconds=max(0.0, float(row.seconds or 0)),
            )
