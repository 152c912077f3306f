"""The broker between storing and answering, and Evolution's report of what it sent.

Revises: 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_UNHANDED = sa.text("state IN ('waiting', 'sending') AND handed_at IS NULL")


def upgrade() -> None:
    """Add what a process of the release before this one can ignore."""
    op.add_column("replies", sa.Column("handed_at", sa.DateTime(timezone=True)))
    op.add_column("replies", sa.Column("queued_at", sa.DateTime(timezone=True)))
    op.create_index("ix_replies_unhanded", "replies", ["due_at"], postgresql_where=_UNHANDED)
    op.create_table(
        "sent_events",
        sa.Column("instance", sa.Text, primary_key=True),
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )


def downgrade() -> None:
    """Forget what the broker knows; owed replies stay owed."""
    op.drop_table("sent_events")
    op.drop_index("ix_replies_unhanded", "replies")
    op.drop_column("replies", "queued_at")
    op.drop_column("replies", "handed_at")
