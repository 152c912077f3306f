"""Shared fixtures: the event loop, and a clean database when one is offered."""

import os
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy.engine import make_url

from assistant.database.engine import Database
from assistant.database.tables import metadata


@pytest.fixture
def anyio_backend() -> str:
    """The loop the application runs on."""
    return "asyncio"


@pytest.fixture
async def database() -> AsyncGenerator[Database]:
    """A database without our tables; skips when none is offered.

    ASSISTANT_TEST_DATABASE_URL names a throw-away one: its tables are dropped.
    """
    url = os.environ.get("ASSISTANT_TEST_DATABASE_URL")
    if not url:
        pytest.skip("ASSISTANT_TEST_DATABASE_URL is not set")
    driven = make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    async with Database(driven) as opened:
        async with opened.engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)
        await opened.create_tables()
        yield opened
