"""How `alembic` reaches the database: by DATABASE_URL or DATABASE_URL_FILE, read and checked like the application's.

Safe when two run at once: the second waits for the first and then finds nothing to do. An older release's migration on
a newer database (a rollback) also finds nothing to do. The address is never printed.
"""

import logging
import os

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from assistant.database.engine import CONNECT_SECONDS
from assistant.database.tables import SCHEMA_REVISION, metadata
from assistant.environment import SettingsError
from assistant.logs import configure_logging, log_event
from assistant.settings import load_database_url

# The number under which earlier releases created the tables at their start: those are kept out meanwhile, too.
SCHEMA_LOCK = 0x61737369

_LOGGER = logging.getLogger("alembic.env")


def main() -> None:
    """Bring the database up to date in one transaction."""
    configure_logging()
    logging.getLogger("alembic.util.messaging").setLevel(logging.CRITICAL)  # the command prints the same words itself
    if context.is_offline_mode():
        raise CommandError("--sql is not supported: migrations look at the database. Run it without --sql")
    try:
        url = load_database_url(os.environ)
    except SettingsError as error:
        raise CommandError(str(error)) from error
    engine = create_engine(url, connect_args={"connect_timeout": CONNECT_SECONDS}, hide_parameters=True)
    try:
        with engine.connect() as connection:
            _migrate(connection)
    except OperationalError as error:
        # The driver's words name host, port and user, and no password.
        raise CommandError(f"the database cannot be used, nothing was changed: {error.orig}") from error


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
        found = max(context.get_context().get_current_heads(), default="")
        if found > SCHEMA_REVISION:
            log_event(_LOGGER, logging.WARNING, "a newer release made these tables; nothing to do", revision=found)
        else:
            context.run_migrations()


main()
