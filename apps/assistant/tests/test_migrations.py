"""Migrations on a real Postgres: from nothing, from what earlier releases left, two at once, and from the future."""

from pathlib import Path

import pytest
from services import ROOT, alembic, message, migrate
from sqlalchemy import text

from assistant.database.engine import Database
from assistant.database.inbox import PostgresInbox
from assistant.database.tables import SCHEMA_REVISION

pytestmark = pytest.mark.anyio
# As `create_all` of the releases without migrations made them.
EARLIER = Path(__file__).with_name("earlier_tables.sql").read_text(encoding="utf-8")


async def test_an_empty_database_gets_everything(bare: Database, database_url: str) -> None:
    """Exactly the tables that the application describes; a second run changes nothing."""
    problem = await bare.problem()
    assert problem is not None
    assert "SCHEMA: the tables are at revision none" in problem
    assert "Running upgrade" in migrate(database_url)
    assert await bare.problem() is None
    assert "Running upgrade" not in migrate(database_url)
    with alembic(database_url, "check") as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0, printed


async def test_tables_of_earlier_releases_keep_their_data(bare: Database, database_url: str) -> None:
    """An answered and an owed reply are still that, and the schema is the same as on an empty database."""
    async with bare.engine.connect() as connection:
        for statement in EARLIER.split(";\n"):
            await connection.execute(text(statement))
    migrate(database_url)
    inbox = PostgresInbox(bare)
    assert (await inbox.status("bot", "M1")).reply_id == "R1"
    assert not await inbox.store(message("M2"))
    assert (await inbox.backlog()).depth == 1
    assert await inbox.store(message("M3"))
    with alembic(database_url, "check") as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0, printed


async def test_two_migrations_at_once_make_one(bare: Database, database_url: str) -> None:
    """The second waits, and finds nothing to do."""
    both = [alembic(database_url, "upgrade", "head") for _ in range(2)]
    printed = [process.communicate(timeout=60)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], printed
    assert sum("Running upgrade  -> 0001" in each for each in printed) == 1
    assert await bare.problem() is None


async def test_an_older_release_leaves_a_newer_database_alone(bare: Database, database_url: str) -> None:
    """A rollback's migration succeeds without doing anything, and the application is ready; an older one is not."""
    migrate(database_url)
    async with bare.engine.connect() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "a newer release made these tables" in migrate(database_url)
    assert await bare.problem() is None
    async with bare.engine.connect() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert f"at revision 0001, this release needs {SCHEMA_REVISION}" in (await bare.problem() or "")


def test_the_address_is_never_printed() -> None:
    """Neither when it is wrong nor when nobody is there."""
    for url in ("postgresql://app:s3cret@127.0.0.1:1/chat", "mysql://app:s3cret@db/chat"):
        with alembic(url, "upgrade", "head") as process:
            printed, _ = process.communicate(timeout=60)
        assert process.returncode != 0
        assert "s3cret" not in printed
        assert "FAILED: " in printed


def test_the_newest_migration_is_the_one_the_application_needs() -> None:
    """And the numbers ascend, because a process compares them."""
    files = sorted(path.name[:4] for path in (ROOT / "alembic" / "versions").glob("[0-9]*.py"))
    assert files[-1] == SCHEMA_REVISION
    assert files == [f"{number:04}" for number in range(1, len(files) + 1)]
