"""The tables: what came in, for each message the one reply it is owed, and what Evolution reported as sent.

The migrations below `alembic/versions` make them; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

# The newest migration. Revisions are numbered, so that a process can tell an older database from a newer one.
SCHEMA_REVISION = "0002"

WAITING = "waiting"  # certainly not sent
SENDING = "sending"  # an attempt began and its outcome is not recorded: it may have been sent
ANSWERED = "answered"
FAILED = "failed"  # given up
OWED = (WAITING, SENDING)
_IS_OWED = f"state IN ('{WAITING}', '{SENDING}')"

metadata = MetaData(
    naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

inbound_messages = Table(
    "inbound_messages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("instance", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("remote_jid", Text, nullable=False),
    Column("push_name", Text),
    Column("message_type", Text, nullable=False),
    Column("text", Text),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("instance", "message_id"),  # Evolution delivers a message up to ten times
    Index("ix_inbound_messages_contact", "instance", "remote_jid", "id"),
)

replies = Table(
    "replies",
    metadata,
    Column("inbound_id", BigInteger, ForeignKey("inbound_messages.id"), primary_key=True, autoincrement=False),
    Column("instance", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=WAITING),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("first_attempt_at", DateTime(timezone=True)),
    Column("text", Text),  # fixed at the first attempt, so that a repeated attempt looks for the same words
    Column("reply_id", Text),
    Column("answered_at", DateTime(timezone=True)),
    Column("handed_at", DateTime(timezone=True)),  # taken to the broker and not begun by a worker since
    Column("queued_at", DateTime(timezone=True)),  # last confirmed by the broker
    CheckConstraint(f"state IN ('{WAITING}', '{SENDING}', '{ANSWERED}', '{FAILED}')", name="state"),
    UniqueConstraint("instance", "reply_id"),
    Index("ix_replies_due", "instance", "due_at", postgresql_where=text(_IS_OWED)),
    # What a relay looks for many times a second must not grow with what already waits in the queue.
    Index("ix_replies_unhanded", "due_at", postgresql_where=text(f"{_IS_OWED} AND handed_at IS NULL")),
)

# A table of its own, because the event can arrive before the worker has recorded the reply's id.
sent_events = Table(
    "sent_events",
    metadata,
    Column("instance", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
