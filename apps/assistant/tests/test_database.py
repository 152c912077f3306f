"""What only a real Postgres shows: once stored, once claimed, and the race between processes."""

import asyncio
import re
from datetime import timedelta

import pytest
from scripted import FakeEvolution, accepted, sent_record
from services import CONTACT, message
from sqlalchemy import ClauseElement, func, select, text, update

from assistant.database.claims import BEGIN, DUE, RECORD
from assistant.database.engine import Database
from assistant.database.inbox import PostgresInbox
from assistant.database.outbox import Outbox
from assistant.database.tables import replies
from assistant.database.together import as_columns
from assistant.messages import MessageStatus, SentMessage
from assistant.replier import Replier
from scripts.requeue_failed import requeue

pytestmark = pytest.mark.anyio
OURS = frozenset({"bot", "smoke"})


def status(reply_id: str | None = None, *, taken: bool = False, seen: bool = False) -> MessageStatus:
    """A stored message that has come that far."""
    return MessageStatus(stored=True, queued=taken, taken=taken, reply_id=reply_id, seen=seen)


async def store(database: Database, message_id: str, jid: str = CONTACT) -> int:
    """Store a message and return its number."""
    assert await PostgresInbox(database).store(message(message_id, jid))
    async with database.engine.connect() as connection:
        return await connection.scalar(select(func.max(replies.c.inbound_id))) or 0


async def let_claims_expire(database: Database) -> None:
    """What the time does after a crash, at once."""
    async with database.engine.connect() as connection:
        await connection.execute(update(replies).values(due_at=func.now() - timedelta(seconds=1)))


async def test_a_message_is_stored_once(database: Database) -> None:
    """Also when deliveries arrive at the same time."""
    inbox = PostgresInbox(database)
    assert sorted(await asyncio.gather(*(inbox.store(message("M1")) for _ in range(8)))) == [False] * 7 + [True]
    assert await inbox.status("bot", "M1") == status()
    assert not (await inbox.status("bot", "M2")).stored


async def test_a_reply_is_claimed_by_one(database: Database) -> None:
    """However many ask; and only by those who know its instance."""
    number = await store(database, "M1")
    assert await Outbox(database, {"other"}).claim(number) is None
    claims = await asyncio.gather(*(Outbox(database, OURS).claim(number) for _ in range(8)))
    assert [claim.message_id for claim in claims if claim] == ["M1"]


async def test_the_count_is_the_contacts_own(database: Database) -> None:
    """Each contact counts from one, in the order of arrival."""
    outbox = Outbox(database, OURS)
    numbers = [await store(database, *each) for each in (("A", CONTACT), ("B", "1@s.whatsapp.net"), ("C", CONTACT))]
    texts = {claim.message_id: claim.text for number in numbers if (claim := await outbox.claim(number))}
    assert texts == {"A": "Mensagem 1 recebida: olá", "B": "Mensagem 1 recebida: olá", "C": "Mensagem 2 recebida: olá"}


async def test_a_crash_before_sending_is_caught_up(database: Database) -> None:
    """The claim of a dead process expires; the reply, not found in Evolution, is sent by the next."""
    number = await store(database, "M1")
    outbox, evolution = Outbox(database, OURS), FakeEvolution(accepted("R1"))
    assert await outbox.claim(number) is not None
    replier = Replier(outbox, evolution.clients())
    assert await replier.answer(number) == "not_due"
    await let_claims_expire(database)
    assert await replier.answer(number) == "sent"
    assert await PostgresInbox(database).status("bot", "M1") == status("R1", taken=True)
    assert await replier.answer(number) == "not_due"


async def test_a_crash_after_sending_sends_nothing_again(database: Database) -> None:
    """The reply is found in Evolution and recorded; the process that comes back late changes nothing."""
    number = await store(database, "M1")
    outbox, evolution = Outbox(database, OURS), FakeEvolution()
    claim = await outbox.claim(number)
    assert claim is not None
    evolution.records = [sent_record("R1", claim.text, stamp=int(claim.first_attempt_at.timestamp()))]
    await let_claims_expire(database)
    assert await Replier(outbox, evolution.clients()).answer(number) == "found"
    assert evolution.sent == []
    assert await PostgresInbox(database).status("bot", "M1") == status("R1", taken=True)
    assert await outbox.record_answer(claim, "R2") is None


async def test_who_was_overtaken_changes_nothing(database: Database) -> None:
    """The process that comes back late, while another one is at it."""
    number, outbox = await store(database, "M1"), Outbox(database, OURS)
    late = await outbox.claim(number)
    assert late is not None
    await let_claims_expire(database)
    assert await outbox.claim(number) is not None
    assert await outbox.record_answer(late, "R1") is None
    assert not await outbox.put_back(late, wait_seconds=0)
    assert not await outbox.give_up(late)
    assert await PostgresInbox(database).status("bot", "M1") == status(taken=True)


async def test_a_claim_needs_the_reply_to_be_due_still(database: Database) -> None:
    """Between looking and taking, the one before may have put it off."""
    number, outbox = await store(database, "M1"), Outbox(database, OURS)
    late = await outbox.claim(number)
    assert late is not None
    await let_claims_expire(database)
    seen = as_columns([{"inbound_id": number, "attempts": late.attempt, "text": late.text}])
    assert await outbox.put_back(late, wait_seconds=60)
    async with database.engine.connect() as connection:
        assert (await connection.execute(BEGIN, seen)).all() == []


@pytest.mark.parametrize("statement", [DUE, BEGIN, RECORD])
async def test_replies_are_found_by_their_number(database: Database, statement: ClauseElement) -> None:
    """However few were due when the planner last looked: it must not read a backlog for each of them."""
    inbox, outbox = PostgresInbox(database), Outbox(database, OURS)
    await asyncio.gather(*(inbox.store(message(f"M{number}")) for number in range(300)))
    async with database.engine.connect() as connection:
        numbers = [*(await connection.scalars(select(replies.c.inbound_id))).all()]
        for number, claim in zip(numbers, await asyncio.gather(*map(outbox.claim, numbers)), strict=True):
            assert claim is not None
            assert await outbox.record_answer(claim, f"R{number}")
        await connection.execute(text("ANALYZE replies, inbound_messages"))
        compiled = statement.compile(dialect=database.engine.dialect)
        words = re.sub(r"__\[POSTCOMPILE_\w+\]", "'waiting', 'sending'", str(compiled))
        columns = {"inbound_id": numbers[0], "attempts": 1, "text": "olá", "reply_id": "R"}
        given = compiled.construct_params(as_columns([columns]))
        plan = [*(await connection.exec_driver_sql(f"EXPLAIN {words}", given)).scalars()]
    assert not [line for line in plan if "ix_replies_due" in line]


async def test_a_postponed_reply_keeps_whether_it_may_be_sent(database: Database) -> None:
    """Both ways."""
    number = await store(database, "M1")
    outbox = Outbox(database, OURS)
    for may_be_sent in (False, True):
        claim = await outbox.claim(number)
        assert claim is not None
        claim.may_be_sent = may_be_sent
        assert await outbox.put_back(claim, wait_seconds=0)
    again = await outbox.claim(number)
    assert again is not None
    assert (again.may_be_sent, again.attempt) == (True, 3)


async def test_what_was_given_up_is_tried_again_when_an_operator_says_so(database: Database, database_url: str) -> None:
    """With all its attempts; nothing else is touched."""
    number, other = await store(database, "M1"), await store(database, "M2")
    outbox, evolution = Outbox(database, OURS), FakeEvolution(accepted("R1"))
    claim, taken = await outbox.claim(number), await outbox.claim(other)
    assert claim is not None
    assert taken is not None
    assert await outbox.give_up(claim)
    await let_claims_expire(database)
    assert await Replier(outbox, evolution.clients()).answer(number) == "not_due"
    assert (await PostgresInbox(database).backlog()).given_up == 1
    assert await requeue(database_url.replace("postgresql://", "postgresql+psycopg://")) == 1
    again = await outbox.claim(number)
    assert again is not None
    assert (again.attempt, again.may_be_sent) == (1, True)
    assert await outbox.record_answer(taken, "R2") is not None


async def test_a_reply_is_seen_whichever_comes_first(database: Database) -> None:
    """Evolution's report may overtake the record of that reply; a report of another instance's changes nothing."""
    inbox, outbox = PostgresInbox(database), Outbox(database, OURS)
    number = await store(database, "M1")
    claim = await outbox.claim(number)
    assert claim is not None
    await inbox.mark_seen(SentMessage(instance="smoke", message_id="R1"))
    assert await outbox.record_answer(claim, "R1") is not None
    assert await inbox.status("bot", "M1") == status("R1", taken=True)
    for _ in range(2):
        await inbox.mark_seen(SentMessage(instance="bot", message_id="R1"))
    assert await inbox.status("bot", "M1") == status("R1", taken=True, seen=True)
    early = await outbox.claim(await store(database, "M2"))
    assert early is not None
    await inbox.mark_seen(SentMessage(instance="bot", message_id="R2"))
    assert await inbox.status("bot", "M2") == status(taken=True)
    assert await outbox.record_answer(early, "R2") is not None
    assert await inbox.status("bot", "M2") == status("R2", taken=True, seen=True)


async def test_the_backlog_is_counted(database: Database) -> None:
    """Owed ones, and for how long the oldest has been due."""
    inbox = PostgresInbox(database)
    assert (await inbox.backlog()).depth == 0
    await store(database, "M1")
    await let_claims_expire(database)
    backlog = await inbox.backlog()
    assert (backlog.depth, backlog.given_up) == (1, 0)
    assert 1 <= backlog.oldest_due_seconds < 30


async def test_an_unreachable_database_is_a_problem_in_words() -> None:
    """Readiness reports, it does not fail; nothing of the address shows."""
    async with Database("postgresql+psycopg://u:s3cret@127.0.0.1:1/none") as gone:
        problem = await gone.problem()
    assert problem is not None
    assert "s3cret" not in problem
