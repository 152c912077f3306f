"""Every kind of event: read by the table, and kept by a real Postgres through the real webhook."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes import fake_assistant
from services import CONTACT
from specimens import Specimen, specimens
from sqlalchemy import Table, select
from test_messages import jumbled
from test_routes import BEARER, client_of

from assistant.contents import MAX_NAME_LENGTH, SETTING, UNNAMED, WITHOUT_CONTENT, read_content
from assistant.database.asides import Asides
from assistant.database.engine import Database
from assistant.database.inbox import PostgresInbox
from assistant.database.outbox import Outbox
from assistant.database.people import People
from assistant.database.tables import changes, inbound_messages, replies, sent_events, set_aside
from assistant.kinds import KINDS, Kind, Treatment
from assistant.messages import Change, InboundMessage, SetAside
from assistant.payloads import read_event

pytestmark = pytest.mark.anyio
ALL = specimens()
KEPT_IN = {
    "stored": inbound_messages,
    "set_aside": set_aside,
    "corrected": changes,
    "withdrawn": changes,
    "seen": sent_events,
}
COLUMNS = {"kind": "message_type", "address": "remote_jid"}


@asynccontextmanager
async def webhook(database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    """The application's routes on a real database."""
    inbox, asides, people = PostgresInbox(database), Asides(database), People(database)
    async with client_of(fake_assistant(inbox=inbox, asides=asides, people=people)) as client:
        yield client


async def deliver(client: httpx.AsyncClient, body: bytes) -> dict[str, str]:
    """Post as Evolution does; any answer but 200 loses the event or has it repeated."""
    answer = await client.post(
        "/webhooks/evolution", content=body, headers={**BEARER, "content-type": "application/json"}
    )
    assert answer.status_code == 200, (answer.status_code, answer.text)
    said: dict[str, str] = answer.json()
    return said


async def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    """Everything of a table."""
    async with database.engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


@pytest.mark.parametrize("specimen", ALL, ids=lambda specimen: specimen.name)
def test_an_event_is_read_by_the_table(specimen: Specimen) -> None:
    """Its text, its kind, its reason and who it is from."""
    event = read_event(specimen.body(), {"bot"})
    of = {"stored": InboundMessage, "set_aside": SetAside, "corrected": Change, "withdrawn": Change}
    assert isinstance(event, of.get(specimen.becomes, object))
    names = COLUMNS if isinstance(event, InboundMessage) else {"address": "remote_jid"}
    told = {name: getattr(event, names.get(name, name)) for name in specimen.expected}
    assert told == specimen.expected


def test_there_is_a_specimen_of_every_treatment() -> None:
    """So that the table is tried, not only written."""
    tried = {name for specimen in ALL for name in _names(specimen.data)}
    assert len(ALL) > 60
    assert {kind.treatment for kind in KINDS if kind.name in tried} == set(Treatment)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_treated_by_the_table(kind: Kind) -> None:
    """Each by the smallest message of it: every place of its text, its reason, what it holds, or nothing."""
    for reads in kind.reads:
        paths = reads.split(",")
        content = read_content({kind.name: _filled(paths)})
        assert (content.kind, content.text, content.apart) == (kind.name, ", ".join("x" for _ in paths), None)
    inner = {"message": {"conversation": "dentro"}}
    content = read_content({kind.name: inner})
    told = (content.kind, content.text, content.apart)
    assert (
        told
        == {
            Treatment.READ: (kind.name, None, None),
            Treatment.VOTE: (kind.name, None, kind.reason),
            Treatment.APART: (kind.name, None, kind.reason),
            Treatment.PROTOCOL: (kind.name, None, SETTING),
            Treatment.WRAPPER: ("conversation", "dentro", None),
            Treatment.BESIDE: (UNNAMED, None, WITHOUT_CONTENT),
        }[kind.treatment]
    )
    assert bool(kind.reason) == (kind.treatment in {Treatment.APART, Treatment.VOTE})


async def test_every_event_is_kept_once_as_the_table_says(database: Database) -> None:
    """Each delivered twice, as after an answer that was lost: nothing is lost, and nothing is there twice."""
    async with webhook(database) as client:
        for specimen in ALL:
            said = await deliver(client, specimen.body())
            assert said["status"] == specimen.becomes, specimen.name
            assert said.get("reason") == specimen.expected.get("reason"), specimen.name
            again = await deliver(client, specimen.body())
            assert again["status"] == {"stored": "duplicate"}.get(specimen.becomes, specimen.becomes), specimen.name
    for table in (inbound_messages, set_aside, changes, sent_events):
        expected = [specimen for specimen in ALL if KEPT_IN.get(specimen.becomes) is table]
        assert len(await rows(database, table)) == len(expected), table.name
    kept = {row["message_id"]: row for row in await rows(database, inbound_messages)}
    for specimen in ALL:
        if specimen.becomes == "stored":
            row = kept[specimen.message_id]
            assert (row["text"], row["message_type"]) == (specimen.expected["text"], specimen.expected["kind"])
            assert len(row["push_name"] or "") <= MAX_NAME_LENGTH
    assert len(await rows(database, replies)) == len(kept)


async def test_no_form_of_an_event_is_refused_by_the_database(database: Database) -> None:
    """Whatever parts of real events are put together."""
    async with webhook(database) as client:
        for body in jumbled(1, 300):
            await deliver(client, body)


async def test_only_messages_are_answered_corrected_as_they_are(database: Database) -> None:
    """After all events: an edited text is answered as edited, a withdrawn message not at all."""
    async with webhook(database) as client:
        for specimen in ALL:
            await deliver(client, specimen.body())
    outbox = Outbox(database, {"bot"})
    texts, withdrawn = {}, set()
    for row in await rows(database, inbound_messages):
        claim = await outbox.claim(row["id"])
        if claim is None:
            withdrawn.add(row["message_id"])
        else:
            texts[row["message_id"]] = claim.text.partition(": ")[2]
    stored = {specimen.message_id: specimen.expected for specimen in ALL if specimen.becomes == "stored"}
    corrected = {specimen.message_id: specimen.expected["text"] for specimen in ALL if specimen.becomes == "corrected"}
    gone = {specimen.message_id for specimen in ALL if specimen.becomes == "withdrawn"}
    assert withdrawn == gone
    assert texts == {
        id_: corrected.get(id_) or expected["text"] or f"[{expected['kind']}]"
        for id_, expected in stored.items()
        if id_ not in gone
    }
    states = {row["inbound_id"]: row["state"] for row in await rows(database, replies)}
    assert sorted(set(states.values())) == ["sending", "withdrawn"]
    assert (await PostgresInbox(database).backlog()).depth == len(stored) - len(gone)


async def test_a_change_may_overtake_its_message(database: Database) -> None:
    """Evolution repeats what did not arrive, so events arrive in any order."""
    for specimen in ALL:
        if specimen.becomes in {"corrected", "withdrawn"}:
            async with webhook(database) as client:
                await deliver(client, specimen.body())
    await test_only_messages_are_answered_corrected_as_they_are(database)


async def test_the_newest_correction_counts_by_the_senders_clock(database: Database) -> None:
    """Whichever arrives last."""
    message = _text("M1", "um")
    edits = [_edit("M1", text, stamp) for text, stamp in (("três", 3000), ("dois", 2000))]
    async with webhook(database) as client:
        for body in (message, *edits):
            await deliver(client, body)
    (row,) = await rows(database, inbound_messages)
    claim = await Outbox(database, {"bot"}).claim(row["id"])
    assert claim is not None
    assert claim.text == "Mensagem 1 recebida: três"


async def test_a_reply_that_may_be_sent_keeps_its_words(database: Database) -> None:
    """It is looked for in Evolution by them; one that was certainly not sent follows the correction."""
    outbox = Outbox(database, {"bot"})
    async with webhook(database) as client:
        for message_id in ("M1", "M2"):
            await deliver(client, _text(message_id, "um"))
        uncertain, certain = [row["id"] for row in await rows(database, inbound_messages)]
        for number, may_be_sent in ((uncertain, True), (certain, False)):
            claim = await outbox.claim(number)
            assert claim is not None
            claim.may_be_sent = may_be_sent
            await outbox.put_back(claim, wait_seconds=0)
        for message_id in ("M1", "M2"):
            await deliver(client, _edit(message_id, "dois", 1000))
    claims = [await outbox.claim(number) for number in (uncertain, certain)]
    assert [claim and claim.text for claim in claims] == ["Mensagem 1 recebida: um", "Mensagem 2 recebida: dois"]


def test_the_document_shows_the_table() -> None:
    """Kind by kind."""
    shown = (Path(__file__).parents[3] / "docs" / "messages.md").read_text(encoding="utf-8").splitlines()
    table = [
        f"| `{kind.name}` | {kind.treatment} | {', else '.join(f'`{reads or kind.name}`' for reads in kind.reads)} "
        f"| {kind.reason} |"
        for kind in KINDS
    ]
    assert [line for line in shown if line.startswith("| `") and line in table] == table, "\n".join(table)


def _filled(paths: list[str]) -> object:
    """A part of a message that has a text at each of the paths."""
    if paths == [""]:
        return "x"
    part: dict[str, Any] = {}
    for path in paths:
        *steps, last = path.split(".")
        place = part
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = "x"
    return part


def _names(part: object) -> set[str]:
    """Every key in it."""
    if not isinstance(part, dict):
        return set()
    return set(part).union(*(_names(value) for value in part.values()))


def _text(message_id: str, text: str) -> bytes:
    key = {"id": message_id, "remoteJid": CONTACT, "fromMe": False}
    return Specimen("", "messages.upsert", {"key": key, "message": {"conversation": text}}, "", {}).body()


def _edit(message_id: str, text: str, milliseconds: int) -> bytes:
    data = {"key": {"id": message_id}, "type": 14, "editedMessage": {"conversation": text}, "timestampMs": milliseconds}
    return Specimen("", "messages.edited", data, "", {}).body()
