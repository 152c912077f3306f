"""The first tables: messages and the reply each is owed.

Earlier releases created them at their start. Where they exist they are taken as they are, data included.

Revises: nothing.
"""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "0001"
down_revision = None

_NOW = sa.text("now()")
_OWED = sa.text("state IN ('waiting', 'sending')")


def upgrade() -> None:
    """Create what is missing."""
    op.create_table(
        "inbound_messages",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("instance", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("remote_jid", sa.Text, nullable=False),
        sa.Column("push_name", sa.Text),
        sa.Column("message_type", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
        sa.UniqueConstraint("instance", "message_id", name=op.f("uq_inbound_messages_instance_message_id")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_inbound_messages_contact", "inbound_messages", ["instance", "remote_jid", "id"], if_not_exists=True
    )
    op.create_table(
        "replies",
        sa.Column(
            "inbound_id", sa.BigInteger, sa.ForeignKey("inbound_messages.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("instance", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True)),
        sa.Column("text", sa.Text),
        sa.Column("reply_id", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'answered', 'failed')", name=op.f("ck_replies_state")),
        sa.UniqueConstraint("instance", "reply_id", name=op.f("uq_replies_instance_reply_id")),
        if_not_exists=True,
    )
    op.create_index("ix_replies_due", "replies", ["instance", "due_at"], postgresql_where=_OWED, if_not_exists=True)


def downgrade() -> None:
    """Refuse: there is nothing before these tables but losing every message.

    Raises:
        CommandError: Always.
    """
    raise CommandError("0001 cannot be taken back: every message would be deleted. Drop the database to start anew")
