"""The tables: what came in, for each message the one reply it is owed, what changed it, and what Evolution reported.

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
SCHEMA_REVISION = "0003"

WAITING = "waiting"  # certainly not sent
SENDING = "sending"  # an attempt began and its outcome is not recorded: it may have been sent
ANSWERED = "answered"
FAILED = "failed"  # given up
WITHDRAWN = "withdrawn"  # the message was, before it was answered
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
    Column("lid", Text),  # the hidden address, whenever the event named it
    UniqueConstraint("instance", "message_id"),  # Evolution delivers a message up to ten times
    Index("ix_inbound_messages_contact", "instance", "remote_jid", "id"),
    Index("ix_inbound_messages_lid", "lid", postgresql_where=text("lid IS NOT NULL")),
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
    CheckConstraint(f"state IN ('{WAITING}', '{SENDING}', '{ANSWERED}', '{FAILED}', '{WITHDRAWN}')", name="state"),
    UniqueConstraint("instance", "reply_id"),
    Index("ix_replies_due", "instance", "due_at", postgresql_where=text(_IS_OWED)),
    # What a relay looks for many times a second must not grow with what already waits in the queue.
    Index("ix_replies_unhanded", "due_at", postgresql_where=text(f"{_IS_OWED} AND handed_at IS NULL")),
)

# What became of messages after they were sent. A change can arrive before its message, so it refers to it by id alone,
# and the message stays as it was written: whoever answers reads the newest change.
changes = Table(
    "changes",
    metadata,
    Column("digest", Text, primary_key=True),  # of the event: Evolution delivers it up to ten times
    Column("instance", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("text", Text),  # in place of the message's; none when it was withdrawn
    Column("said_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_changes_message", "instance", "message_id"),
)

# What is not answered, with the reason.
set_aside = Table(
    "set_aside",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("instance", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("kind", Text),
    Column("reason", Text, nullable=False),
    Column("message_id", Text),
    Column("remote_jid", Text),
    Column("lid", Text),
    Column("data", Text, nullable=False),  # JSON that escapes what a column of that type would refuse
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_set_aside_contact", "remote_jid"),
)

# A table of its own, because the event can arrive before the worker has recorded the reply's id.
sent_events = Table(
    "sent_events",
    metadata,
    Column("instance", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
