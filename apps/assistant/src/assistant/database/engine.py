"""The connection pool and its readiness. Tables are made by migrations only."""

from types import TracebackType
from typing import Self

from psycopg.errors import UndefinedTable
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from assistant.database.tables import SCHEMA_REVISION

# Of each process; a connection beyond the pool would be opened and closed for a single statement.
POOL_SIZE = 10
CONNECT_SECONDS = 5
POOL_WAIT_SECONDS = 5
# A statement needs milliseconds. The bounds are for a database that hangs, and for a host that is gone without a word.
STATEMENT_MILLISECONDS = 5000
UNANSWERED_MILLISECONDS = 8000
CONNECT_ARGUMENTS = {
    "connect_timeout": CONNECT_SECONDS,
    "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
    "tcp_user_timeout": UNANSWERED_MILLISECONDS,
}


class Database:
    """One Postgres database, open for the duration of an `async with` block."""

    def __init__(self, url: str) -> None:
        """Prepare a pool; nothing connects yet.

        Args:
            url: `postgresql+psycopg://…`.
        """
        self.engine = create_async_engine(
            url,
            connect_args=CONNECT_ARGUMENTS,
            hide_parameters=True,  # errors would quote what customers wrote
            isolation_level="AUTOCOMMIT",  # every change here is one statement: BEGIN and COMMIT would only cost trips
            max_overflow=0,
            pool_pre_ping=True,  # the database may have been restarted since the last use
            pool_size=POOL_SIZE,
            pool_timeout=POOL_WAIT_SECONDS,
        )

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self.engine.dispose()

    async def problem(self) -> str | None:
        """Why the database cannot be used now, without any value in it."""
        try:
            revision = await self._revision()
        except (SQLAlchemyError, OSError) as error:
            return f"not usable ({type(error).__name__})"
        # A newer schema is the next release's, rolled out before its processes; migrations keep it usable for this one.
        if revision >= SCHEMA_REVISION:
            return None
        return (
            f"SCHEMA: the tables are at revision {revision or 'none'}, this release needs {SCHEMA_REVISION}; "
            "run `alembic upgrade head`"
        )

    async def _revision(self) -> str:
        try:
            async with self.engine.connect() as connection:
                return await connection.scalar(text("SELECT max(version_num) FROM alembic_version")) or ""
        except ProgrammingError as error:
            if isinstance(error.orig, UndefinedTable):
                return ""
            raise
