"""Shared fixtures: the event loop, and a clean database and broker when they are offered."""

import os
from collections.abc import AsyncGenerator

import pytest
from services import TABLES, driven, migrate
from sqlalchemy import text

from assistant.broker import QUEUE, open_queue
from assistant.database.engine import Database


@pytest.fixture
def anyio_backend() -> str:
    """The loop the application runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def database_url() -> str:
    """A database of our own; skips when none is offered.

    ASSISTANT_TEST_DATABASE_URL names a throw-away one: its tables are dropped.
    """
    url = os.environ.get("ASSISTANT_TEST_DATABASE_URL")
    if not url:
        pytest.skip("ASSISTANT_TEST_DATABASE_URL is not set")
    return url


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """A broker of our own, whose queue is deleted; skips when none is offered."""
    url = os.environ.get("ASSISTANT_TEST_RABBITMQ_URL")
    if not url:
        pytest.skip("ASSISTANT_TEST_RABBITMQ_URL is not set")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """The database with our tables, all of them empty."""
    async with Database(driven(database_url)) as opened:
        if await opened.problem() is not None:
            migrate(database_url)
        async with opened.engine.connect() as connection:
            await connection.execute(text(f"TRUNCATE {', '.join(TABLES)}"))
        yield opened


@pytest.fixture
async def bare(database_url: str) -> AsyncGenerator[Database]:
    """The database without any table of ours, before and after."""
    drop = text(f"DROP TABLE IF EXISTS {', '.join((*TABLES, 'alembic_version'))}")
    async with Database(driven(database_url)) as opened:
        async with opened.engine.connect() as connection:
            await connection.execute(drop)
        yield opened
        async with opened.engine.connect() as connection:
            await connection.execute(drop)


@pytest.fixture
async def broker(rabbitmq_url: str) -> str:
    """The broker's address, without our queue."""
    async with open_queue(rabbitmq_url, "assistant tests") as queue:
        await queue._channel.queue_delete(QUEUE)  # noqa: SLF001 - no process of ours ever deletes it
    return rabbitmq_url
