"""What only a real Postgres shows of the hand-over: shared without doubling, and nothing forgotten."""

import asyncio
from datetime import timedelta

import pytest
from services import message
from sqlalchemy import Interval, cast, func, update
from test_database import OURS, let_claims_expire, store

from assistant.database.engine import Database
from assistant.database.handover import LOST_SECONDS, Handover
from assistant.database.inbox import PostgresInbox
from assistant.database.outbox import Outbox
from assistant.database.tables import replies

pytestmark = pytest.mark.anyio


async def test_several_relays_share_without_doubling(database: Database) -> None:
    """Each reply is taken by one; the oldest first, no more than asked for."""
    numbers = [await store(database, f"M{number}") for number in range(40)]
    taken = await asyncio.gather(*(Handover(database, OURS).take(5) for _ in range(8)))
    assert all(len(batch) <= 5 for batch in taken)
    rest = await Handover(database, OURS).take(100)
    assert sorted([number for batch in (*taken, rest) for number in batch]) == numbers


async def test_only_our_instances_are_handed_over(database: Database) -> None:
    """Another's replies have no worker here."""
    await PostgresInbox(database).store(message("M1", instance="other"))
    assert await Handover(database, OURS).take(10) == []


async def test_what_is_confirmed_is_queued_and_not_taken_again(database: Database) -> None:
    """What is not confirmed is."""
    handover, inbox = Handover(database, OURS), PostgresInbox(database)
    first, second = await store(database, "M1"), await store(database, "M2")
    assert sorted(await handover.take(10)) == [first, second]
    await handover.confirm([first])
    await handover.release([second])
    assert ((await inbox.status("bot", "M1")).queued, (await inbox.status("bot", "M2")).queued) == (True, False)
    assert await handover.take(10) == [second]


async def test_a_claim_that_nobody_finishes_is_handed_over_again(database: Database) -> None:
    """When it falls due, not before."""
    handover = Handover(database, OURS)
    number = await store(database, "M1")
    assert await handover.take(10) == [number]
    assert await Outbox(database, OURS).claim(number) is not None
    assert await handover.take(10) == []
    await let_claims_expire(database)
    assert await handover.take(10) == [number]


async def test_lost_orders_are_those_untouched_for_long(database: Database) -> None:
    """A fresh one is still on its way; one that is taken or answered is not lost."""
    handover, outbox = Handover(database, OURS), Outbox(database, OURS)
    lost, answered = await store(database, "M1"), await store(database, "M2")
    await handover.take(10)
    assert await handover.release_lost() == 0
    claim = await outbox.claim(answered)
    assert claim is not None
    await outbox.record_answer(claim, "R1")
    long_ago = func.now() - cast(timedelta(seconds=LOST_SECONDS + 1), Interval)
    async with database.engine.connect() as connection:
        await connection.execute(update(replies).values(handed_at=long_ago))
    assert await handover.release_lost() == 1
    assert await handover.take(10) == [lost]
