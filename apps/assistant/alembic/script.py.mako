"""${message}.

Revises: ${down_revision or "nothing"}.
"""

import sqlalchemy as sa
from alembic import op

# Numbered and ascending: a running process tells an older database from a newer one by this.
revision = "${up_revision}"
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Only add: the release before this one goes on working while this is rolled out."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take it back."""
    ${downgrades if downgrades else "pass"}
