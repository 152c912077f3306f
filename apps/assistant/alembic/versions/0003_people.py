"""One address for each person, changes of messages, and what is not answered.

Revises: 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_STATES = ("waiting", "sending", "answered", "failed")
_NOW = sa.text("now()")


def upgrade() -> None:
    """Add what a process of the release before this one can ignore, and bring addresses into one form.

    That process goes on storing addresses as they come until it is replaced; the erasure of a person finds those too.
    """
    op.add_column("inbound_messages", sa.Column("lid", sa.Text))
    op.execute(
        r"""
        UPDATE inbound_messages
        SET remote_jid = substring(remote_jid FROM '^\d+') || '@s.whatsapp.net'
        WHERE remote_jid ~ '^\d+(_\d+)?(:\d+)?(@(s\.whatsapp\.net|c\.us|hosted))?$'
          AND remote_jid !~ '^\d+@s\.whatsapp\.net$'
        """
    )
    op.execute(
        r"""
        UPDATE inbound_messages
        SET remote_jid = substring(remote_jid FROM '^\d+') || '@lid', lid = substring(remote_jid FROM '^\d+') || '@lid'
        WHERE remote_jid ~ '^\d+(_\d+)?(:\d+)?@(hosted\.)?lid$'
        """
    )
    op.create_index("ix_inbound_messages_lid", "inbound_messages", ["lid"], postgresql_where=sa.text("lid IS NOT NULL"))
    op.create_table(
        "changes",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("instance", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    )
    op.create_index("ix_changes_message", "changes", ["instance", "message_id"])
    op.create_table(
        "set_aside",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("instance", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("remote_jid", sa.Text),
        sa.Column("lid", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=_NOW),
    )
    op.create_index("ix_set_aside_contact", "set_aside", ["remote_jid"])
    _allow_states(*_STATES, "withdrawn")


def downgrade() -> None:
    """Forget changes and what was set aside; a withdrawn message counts as given up, and addresses keep their form."""
    op.execute("UPDATE replies SET state = 'failed' WHERE state = 'withdrawn'")
    _allow_states(*_STATES)
    op.drop_table("set_aside")
    op.drop_table("changes")
    op.drop_index("ix_inbound_messages_lid", "inbound_messages")
    op.drop_column("inbound_messages", "lid")


def _allow_states(*states: str) -> None:
    op.drop_constraint(op.f("ck_replies_state"), "replies")
    op.create_check_constraint(op.f("ck_replies_state"), "replies", sa.column("state").in_(states))
