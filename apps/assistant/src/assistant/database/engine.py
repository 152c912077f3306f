"""The connection pool, its readiness, and the tables' first creation."""

from types import TracebackType
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from assistant.database.tables import metadata

POOL_SIZE = 5
POOL_OVERFLOW = 5
CONNECT_SECONDS = 5
POOL_WAIT_SECONDS = 5
# Any number, the same in every process of this application.
_SCHEMA_LOCK = 0x61737369


class Database:
    """One Postgres database, open for the duration of an `async with` block."""

    def __init__(self, url: str) -> None:
        """Prepare a pool; nothing connects yet.

        Args:
            url: `postgresql+psycopg://…`.
        """
        self.engine = create_async_engine(
            url,
            connect_args={"connect_timeout": CONNECT_SECONDS},
            hide_parameters=True,  # errors would quote what customers wrote
            max_overflow=POOL_OVERFLOW,
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

    async def create_tables(self) -> None:
        """Create what is missing; safe when several processes start at once."""
        async with self.engine.begin() as connection:
            # CREATE TABLE IF NOT EXISTS of two sessions at a time can still collide in the catalogue.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
            await connection.run_sync(metadata.create_all)

    async def problem(self) -> str | None:
        """Why the database cannot be used now, without any value in it."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError) as error:
            return f"not usable ({type(error).__name__})"
        return None
