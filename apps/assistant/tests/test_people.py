"""One person is one contact, whatever address they come under, and is found by number when they are to be forgotten."""

import asyncio
import itertools
import json
import subprocess
import sys

import pytest
from services import ROOT, alembic, migrate
from sqlalchemy import text, update
from test_events import deliver, rows, webhook
from test_messages import event, sent_event

from assistant.database.engine import Database
from assistant.database.outbox import Outbox
from assistant.database.people import People
from assistant.database.tables import changes, inbound_messages, replies, sent_events, set_aside
from assistant.messages import InboundMessage
from assistant.payloads import read_event

pytestmark = pytest.mark.anyio
HIDDEN = "9000000000001@lid"
NUMBER = "5511988887777@s.whatsapp.net"
OTHER = "5511900000000@s.whatsapp.net"
FORMS = {
    "hidden": {"remoteJid": HIDDEN, "addressingMode": "lid"},
    "hidden with number": {"remoteJid": HIDDEN, "remoteJidAlt": NUMBER, "addressingMode": "lid"},
    "number with hidden": {"remoteJid": "5511988887777:4@s.whatsapp.net", "remoteJidAlt": HIDDEN},
    "number": {"remoteJid": NUMBER},
}
INSERT = text(
    "INSERT INTO inbound_messages (instance, message_id, remote_jid, message_type) VALUES ('bot', :id, :jid, 'x')"
)
GROUP = "120363000000000001@g.us"
TABLES = (inbound_messages, replies, changes, set_aside, sent_events)


def written(message_id: str, **key: object) -> bytes:
    """A text."""
    return json.dumps(event(key={"id": message_id, "fromMe": False, **key})).encode()


def reaction(message_id: str, **key: object) -> bytes:
    """No message."""
    body = event(key={"id": message_id, "fromMe": False, **key}, message={"reactionMessage": {"text": "👍"}})
    return json.dumps(body).encode()


def edited(message_id: str, **data: object) -> bytes:
    """A changed message, reported with this account's own address."""
    data = {"key": {"id": message_id, "remoteJid": "5511999990000@s.whatsapp.net", "fromMe": True}, **data}
    return json.dumps({"event": "messages.edited", "instance": "bot", "data": data}).encode()


@pytest.mark.parametrize("order", list(itertools.permutations(FORMS)), ids=", ".join)
async def test_one_person_is_one_contact_in_any_order(database: Database, order: tuple[str, ...]) -> None:
    """All messages are under the number in the end, counted together, and the person is answered there."""
    async with webhook(database) as client:
        for form in order:
            await deliver(client, written(form, **FORMS[form]))
    claims = [await Outbox(database, {"bot"}).claim(row["id"]) for row in await rows(database, inbound_messages)]
    told = sorted((claim.text, claim.remote_jid) for claim in claims if claim)
    assert told == [(f"Mensagem {place} recebida: olá", NUMBER) for place in (1, 2, 3, 4)]


async def test_one_person_is_one_contact_for_processes_that_store_at_once(database: Database) -> None:
    """Each looks after it has stored, so one of the two sees both."""
    for number in range(20):
        hidden, phone = f"{number + 7000}@lid", f"55119000{number:05}@s.whatsapp.net"
        both = [{"remoteJid": hidden}, {"remoteJid": hidden, "remoteJidAlt": phone}]
        async with webhook(database) as one, webhook(database) as another:
            bodies = [written(f"{number} {place}", **key) for place, key in enumerate(both)]
            await asyncio.gather(*(deliver(client, body) for client, body in zip((one, another), bodies, strict=True)))
    assert all(row["remote_jid"].endswith("@s.whatsapp.net") for row in await rows(database, inbound_messages))


async def test_a_reply_on_its_way_keeps_its_address(database: Database) -> None:
    """Evolution is asked for it there; by another address it would be sent again."""
    async with webhook(database) as client:
        await deliver(client, written("M1", **FORMS["hidden"]))
        (row,) = await rows(database, inbound_messages)
        assert await Outbox(database, {"bot"}).claim(row["id"]) is not None
        await deliver(client, written("M2", **FORMS["hidden with number"]))
        assert {row["remote_jid"] for row in await rows(database, inbound_messages)} == {HIDDEN, NUMBER}
        async with database.engine.connect() as connection:
            await connection.execute(update(replies).values(state="answered"))
        await deliver(client, written("M3", **FORMS["hidden"]))
    assert {row["remote_jid"] for row in await rows(database, inbound_messages)} == {NUMBER}


async def test_what_is_settled_costs_no_statement(database: Database) -> None:
    """A person with both addresses is looked up once in each process."""
    message = read_event(written("M1", **FORMS["number with hidden"]), {"bot"})
    assert isinstance(message, InboundMessage)
    people = People(database)
    await people.unite(message)
    await database.engine.dispose()
    async with Database("postgresql+psycopg://u@127.0.0.1:1/none") as gone:
        people._engine = gone.engine  # noqa: SLF001 - any statement would fail
        await people.unite(message)


def erase(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script as an operator does."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "scripts.erase_person", *arguments],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={"DATABASE_URL": database_url, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        text=True,
    )


async def everything_of_two(database: Database) -> None:
    """Every kind of row, of a person and of somebody else."""
    async with webhook(database) as client:
        for name, keys in {"M": FORMS, "O": {"other": {"remoteJid": OTHER, "remoteJidAlt": "8@lid"}}}.items():
            for place, key in enumerate(keys.values()):
                await deliver(client, written(f"{name}{place}", **key))
                await deliver(client, edited(f"{name}{place}", type=14, editedMessage={"conversation": "outro"}))
                await deliver(client, edited(f"{name}{place}", type=14, editedMessage={"audioMessage": {}}))
                await deliver(client, reaction(f"{name}{place}R", **key))
            member = next(iter(keys.values()))["remoteJid"]
            await deliver(client, written(f"{name}G", remoteJid=GROUP, participant=member))
            await deliver(client, b"not JSON: " + list(keys.values())[-1]["remoteJid"].encode())
        for row in await rows(database, inbound_messages):
            claim = await Outbox(database, {"bot"}).claim(row["id"])
            assert claim is not None
            await Outbox(database, {"bot"}).record_answer(claim, f"R{row['message_id']}")
            await deliver(client, json.dumps(sent_event(f"R{row['message_id']}")).encode())
    async with database.engine.connect() as connection:
        # As the release before this one stores it while both run.
        await connection.execute(INSERT, {"id": "OLD", "jid": "551188887777:9@s.whatsapp.net"})


async def test_a_person_is_erased_by_number(database: Database, database_url: str) -> None:
    """Every row, whichever address it came under, and none of anybody else; counting first changes nothing."""
    await everything_of_two(database)
    before = {table.name: len(await rows(database, table)) for table in TABLES}
    assert before == {"inbound_messages": 6, "replies": 5, "changes": 5, "set_aside": 14, "sent_events": 5}
    counted = await asyncio.to_thread(erase, database_url, "+55 (11) 98888-7777")
    assert (counted.returncode, counted.stderr) == (0, "")
    assert counted.stdout == "there are 5 messages with their replies, 4 changes, 10 other events; --yes deletes them\n"
    assert {table.name: len(await rows(database, table)) for table in TABLES} == before
    erased = await asyncio.to_thread(erase, database_url, "551188887777", "--yes")
    assert erased.stdout == "erased: 5 messages with their replies, 4 changes, 10 other events\n"
    left = {table.name: await rows(database, table) for table in TABLES}
    assert {name: len(kept) for name, kept in left.items()} == {
        "inbound_messages": 1,
        "replies": 1,
        "changes": 1,
        "set_aside": 4,
        "sent_events": 1,
    }
    shown = repr(left)
    for trace in ("988887777", "88887777", "9000000000001", "'M0"):
        assert trace not in shown
    again = await asyncio.to_thread(erase, database_url, "5511988887777", "--yes")
    assert again.stdout == "erased: 0 messages with their replies, 0 changes, 0 other events\n"


@pytest.mark.parametrize(
    ("url", "number", "said"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1/none", "0800", "no telephone number"),
        ("postgresql://u:s3cret@127.0.0.1:1/none", "5511988887777", "the database cannot be used (OperationalError)"),
        ("", "5511988887777", "DATABASE_URL is not set"),
    ],
)
def test_an_erasure_that_cannot_be_made_says_why(url: str, number: str, said: str) -> None:
    """And that nothing was deleted; nothing of the address shows."""
    failed = erase(url, number, "--yes")
    assert failed.returncode == 1
    assert said in failed.stderr
    assert "s3cret" not in failed.stderr


async def test_addresses_of_earlier_releases_become_one_form(bare: Database, database_url: str) -> None:
    """Those with a device, a hidden one and a bare number; other rows and their replies are untouched."""
    with alembic(database_url, "upgrade", "0002") as process:
        assert process.wait(60) == 0
    earlier = {
        "A": "5511988887777:12@s.whatsapp.net",
        "B": "5511988887777",
        "C": "9000000000001:2@lid",
        "D": NUMBER,
        "E": "somebody@example",
    }
    async with bare.engine.connect() as connection:
        for id_, jid in earlier.items():
            await connection.execute(INSERT, {"id": id_, "jid": jid})
    migrate(database_url)
    kept = {row["message_id"]: (row["remote_jid"], row["lid"]) for row in await rows(bare, inbound_messages)}
    assert kept == {
        "A": (NUMBER, None),
        "B": (NUMBER, None),
        "C": (HIDDEN, HIDDEN),
        "D": (NUMBER, None),
        "E": ("somebody@example", None),
    }
    async with webhook(bare) as client:
        await deliver(client, written("F", **FORMS["hidden with number"]))
    assert {row["remote_jid"] for row in await rows(bare, inbound_messages)} == {NUMBER, "somebody@example"}
    with alembic(database_url, "downgrade", "0002") as process:
        printed, _ = process.communicate(timeout=60)
        assert process.returncode == 0, printed
