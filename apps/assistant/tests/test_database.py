"""What only a real Postgres shows: once stored, once claimed, and the race between processes."""

import asyncio
from datetime import timedelta

import pytest
from scripted import CONTACT, FakeEvolution, accepted, sent_record
from sqlalchemy import func, update

from assistant.database.engine import Database
from assistant.database.inbox import PostgresInbox
from assistant.database.outbox import Outbox
from assistant.database.tables import replies
from assistant.messages import InboundMessage, MessageStatus
from assistant.replier import Replier

pytestmark = pytest.mark.anyio


def message(message_id: str, remote_jid: str = CONTACT) -> InboundMessage:
    """A text."""
    return InboundMessage(
        instance="bot",
        message_id=message_id,
        message_type="conversation",
        push_name=None,
        remote_jid=remote_jid,
        text="olá",
    )


async def let_claims_expire(database: Database) -> None:
    """What the time does after a crash, at once."""
    async with database.engine.begin() as connection:
        await connection.execute(update(replies).values(due_at=func.now() - timedelta(seconds=1)))


async def test_a_message_is_stored_once(database: Database) -> None:
    """Also when deliveries arrive at the same time."""
    inbox = PostgresInbox(database)
    assert sorted(await asyncio.gather(*(inbox.store(message("M1")) for _ in range(8)))) == [False] * 7 + [True]
    assert await inbox.status("bot", "M1") == MessageStatus(stored=True, reply_id=None)
    assert await inbox.status("bot", "M2") == MessageStatus(stored=False, reply_id=None)


async def test_tables_can_be_created_by_several_at_once(database: Database) -> None:
    """Replicas start together."""
    await asyncio.gather(*(database.create_tables() for _ in range(5)))
    assert await database.problem() is None


async def test_a_reply_is_claimed_by_one(database: Database) -> None:
    """However many ask."""
    await PostgresInbox(database).store(message("M1"))
    claims = await asyncio.gather(*(Outbox(database, "bot").claim() for _ in range(8)))
    assert [claim.message_id for claim in claims if claim] == ["M1"]
    assert await Outbox(database, "other").claim() is None


async def test_the_count_is_the_contacts_own(database: Database) -> None:
    """Each contact counts from one, in the order of arrival."""
    inbox, outbox = PostgresInbox(database), Outbox(database, "bot")
    for message_id, jid in (("A", CONTACT), ("B", "1@s.whatsapp.net"), ("C", CONTACT)):
        await inbox.store(message(message_id, jid))
    texts = {claim.message_id: claim.text for _ in range(3) if (claim := await outbox.claim())}
    assert texts == {"A": "Mensagem 1 recebida: olá", "B": "Mensagem 1 recebida: olá", "C": "Mensagem 2 recebida: olá"}


async def test_a_crash_before_sending_is_caught_up(database: Database) -> None:
    """The claim of a dead process expires; the reply, not found in Evolution, is sent by the next."""
    await PostgresInbox(database).store(message("M1"))
    outbox, evolution = Outbox(database, "bot"), FakeEvolution(accepted("R1"))
    assert await outbox.claim() is not None
    replier = Replier(outbox, evolution.client())
    assert not await replier.answer_next()
    await let_claims_expire(database)
    assert await replier.answer_next()
    assert await PostgresInbox(database).status("bot", "M1") == MessageStatus(stored=True, reply_id="R1")
    assert not await replier.answer_next()


async def test_a_crash_after_sending_sends_nothing_again(database: Database) -> None:
    """The reply is found in Evolution and recorded; the process that comes back late changes nothing."""
    await PostgresInbox(database).store(message("M1"))
    outbox, evolution = Outbox(database, "bot"), FakeEvolution()
    claim = await outbox.claim()
    assert claim is not None
    evolution.records = [sent_record("R1", claim.text, stamp=int(claim.first_attempt_at.timestamp()))]
    await let_claims_expire(database)
    assert await Replier(outbox, evolution.client()).answer_next()
    assert evolution.sent == []
    assert await PostgresInbox(database).status("bot", "M1") == MessageStatus(stored=True, reply_id="R1")
    assert not await outbox.record_answer(claim, "R2")


async def test_a_postponed_reply_keeps_whether_it_may_be_sent(database: Database) -> None:
    """Both ways."""
    await PostgresInbox(database).store(message("M1"))
    outbox = Outbox(database, "bot")
    for may_be_sent in (False, True):
        claim = await outbox.claim()
        assert claim is not None
        claim.may_be_sent = may_be_sent
        assert await outbox.put_back(claim, wait_seconds=0)
    again = await outbox.claim()
    assert again is not None
    assert (again.may_be_sent, again.attempt) == (True, 3)
    assert await outbox.give_up(again)
    assert await outbox.claim() is None


async def test_an_unreachable_database_is_a_problem_in_words() -> None:
    """Readiness reports, it does not fail; nothing of the address shows."""
    async with Database("postgresql+psycopg://u:s3cret@127.0.0.1:1/none") as gone:
        problem = await gone.problem()
    assert problem is not None
    assert "s3cret" not in problem
