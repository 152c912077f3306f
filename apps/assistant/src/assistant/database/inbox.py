"""Durable store of inbound messages, and how far each has come."""

from dataclasses import fields

from sqlalchemy import Insert, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from assistant.database.engine import Database
from assistant.database.tables import FAILED, OWED, inbound_messages, replies, sent_events
from assistant.messages import InboundMessage, MessageStatus, SentMessage
from assistant.state import Backlog


def _store() -> Insert:
    """Keep a message and the reply it is owed, both or neither; returns a row only for a new message."""
    new_message = (
        insert_or_skip(inbound_messages)
        .values({field.name: bindparam(field.name) for field in fields(InboundMessage)})
        .on_conflict_do_nothing(index_elements=["instance", "message_id"])
        .returning(inbound_messages.c.id, inbound_messages.c.instance)
        .cte("new_message")
    )
    owed = select(new_message.c.id, new_message.c.instance)
    return insert(replies).from_select(["inbound_id", "instance"], owed).returning(replies.c.inbound_id)


# Made once: composing this statement costs as much as executing it.
_STORE = _store()


class PostgresInbox:
    """Keeps each message once, together with the reply it is owed."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._engine = database.engine

    async def store(self, message: InboundMessage) -> bool:
        """Keep a message and its owed reply in one statement; False when the message was already there."""
        async with self._engine.connect() as connection:
            return await connection.scalar(_STORE, vars(message)) is not None

    async def mark_seen(self, message: SentMessage) -> None:
        """Note that Evolution reported a message as sent; a repeated report changes nothing."""
        event = insert_or_skip(sent_events).values(instance=message.instance, message_id=message.message_id)
        async with self._engine.connect() as connection:
            await connection.execute(event.on_conflict_do_nothing())

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
