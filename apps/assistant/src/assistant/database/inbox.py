"""Durable store of inbound messages."""

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from assistant.database.engine import Database
from assistant.database.tables import inbound_messages, replies
from assistant.messages import InboundMessage, MessageStatus


class PostgresInbox:
    """Keeps each message once, together with the reply it is owed."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._engine = database.engine

    async def store(self, message: InboundMessage) -> bool:
        """Keep a message and its owed reply in one transaction; False when the message was already there."""
        new_message = (
            insert_or_skip(inbound_messages)
            .values(
                instance=message.instance,
                message_id=message.message_id,
                message_type=message.message_type,
                push_name=message.push_name,
                remote_jid=message.remote_jid,
                text=message.text,
            )
            .on_conflict_do_nothing(index_elements=["instance", "message_id"])
            .returning(inbound_messages.c.id)
        )
        async with self._engine.begin() as connection:
            inbound_id = await connection.scalar(new_message)
            if inbound_id is None:
                return False
            await connection.execute(insert(replies).values(inbound_id=inbound_id, instance=message.instance))
        return True

    async def status(self, instance: str, message_id: str) -> MessageStatus:
        """Say whether a message is stored and by what it was answered."""
        query = (
            select(replies.c.reply_id)
            .select_from(inbound_messages.join(replies))
            .where(inbound_messages.c.instance == instance, inbound_messages.c.message_id == message_id)
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return MessageStatus(stored=row is not None, reply_id=None if row is None else row.reply_id)
