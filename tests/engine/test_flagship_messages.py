"""What people send, from the twin through webhook, broker and worker: `docs/messages.md` on a running stack."""

import functools
import json
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import docker
import pytest
import requests

from components.evolution_instance import EVENTS
from tests.engine.conftest import Checkout, containers
from tests.engine.flagship import EVOLUTION, Conversation

pytestmark = pytest.mark.engine

SPECIMENS = Path(__file__).parents[2] / "apps" / "assistant" / "tests" / "events.json"
ID_PREFIX = "3EB0"
"""Of every id in the specimens, also where one names another."""

ONE_OF_EACH = {
    "a text",
    "a picture with words",
    "a text that vanishes",
    "a button that was pressed",
    "an answer to a message",
    "a reaction",
    "an edit",
    "a deletion",
    "a text in a group",
    "a text of the same person with the number beside",
    "half a surrogate pair in the name",
    "an id without end",
}
CHANGES = ("corrected", "withdrawn")
MAX_ID_LENGTH = 200
ARRIVAL_SECONDS = 30
ANSWER_SECONDS = 120

KEPT = """
SELECT 'stored' AS becomes, message_id, text, message_type AS kind, NULL AS reason FROM inbound_messages
UNION ALL SELECT 'set_aside', message_id, NULL, kind, reason FROM set_aside
UNION ALL SELECT CASE WHEN text IS NULL THEN 'withdrawn' ELSE 'corrected' END, message_id, text, NULL, NULL FROM changes
"""
REPLIES = """
SELECT m.message_id, r.state, r.text, s.message_id IS NOT NULL AS seen
FROM inbound_messages m JOIN replies r ON r.inbound_id = m.id
LEFT JOIN sent_events s ON s.instance = r.instance AND s.message_id = r.reply_id
"""

Row = dict[str, Any]


def specimens(names: set[str] | None) -> list[Row]:
    """Returns the specimens that the instance's webhook asks for, with ids that no run before this one had."""
    fresh = f"{ID_PREFIX}{secrets.token_hex(4).upper()}"
    every: list[Row] = json.loads(SPECIMENS.read_text(encoding="utf-8").replace(ID_PREFIX, fresh))
    asked = [each for each in every if each["event"].replace(".", "_").upper() in EVENTS]
    return [each for each in asked if names is None or each["name"] in names]


def announce(key: str, chosen: Sequence[Row], address: str = EVOLUTION) -> None:
    """The twin says that these happened."""
    for each in chosen:
        # As JavaScript writes it: half a surrogate pair travels escaped.
        body = {"instance": "assistant", "event": each["event"], "data": each["data"]}
        answer = requests.post(f"{address}/twin/events", headers={"apikey": key}, json=body, timeout=30)
        assert answer.status_code == 202, answer.text


def asked(engine: docker.DockerClient, sql: str) -> list[Row]:
    """Asks the application's database."""
    container: Any = engine.containers.get(containers(engine)["db"]["Id"])  # partly untyped in the stubs
    as_json = f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) found"  # noqa: S608 ours
    done = container.exec_run(["psql", "-U", "postgres", "-d", "assistant", "-v", "ON_ERROR_STOP=1", "-Atc", as_json])
    assert done.exit_code == 0, done.output
    found: list[Row] = json.loads(done.output)
    return found


def expected(each: Row) -> Row:
    """Returns the row that a specimen becomes."""
    own = each["data"].get("key", each["data"]).get("id")
    told = {"message_id": own if own and len(own) <= MAX_ID_LENGTH else None, **each}
    return {name: told.get(name) for name in ("becomes", "message_id", "text", "kind", "reason")}


def missing(chosen: Sequence[Row], ask: Callable[[str], list[Row]]) -> list[Row]:
    """Returns the specimens that have left no trace of the expected form."""
    kept = ask(KEPT)
    return [each for each in chosen if each["becomes"] not in {"seen", "ignored"} and expected(each) not in kept]


def eventually(nothing_left: Callable[[], list[Row]], seconds: float) -> None:
    """Waits until nothing is left to wait for."""
    deadline = time.monotonic() + seconds
    while left := nothing_left():
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def check(key: str, chosen: Sequence[Row], ask: Callable[[str], list[Row]], address: str = EVOLUTION) -> None:
    """Announces specimens, and judges what became of each; changes come before what they change, so that all count."""
    changes = [each for each in chosen if each["becomes"] in CHANGES]
    others = [each for each in chosen if each["becomes"] not in CHANGES]
    for some in (changes, others):
        announce(key, some, address)
        eventually(functools.partial(missing, some, ask), ARRIVAL_SECONDS)
    stored = {each["data"]["key"]["id"]: each for each in chosen if each["becomes"] == "stored"}
    corrected = {each["message_id"]: each["text"] for each in changes if each["becomes"] == "corrected"}
    withdrawn = {each["message_id"] for each in changes if each["becomes"] == "withdrawn"}

    def unfinished() -> list[Row]:
        """What is still owed, or sent and not reported."""
        ours = [reply for reply in ask(REPLIES) if reply["message_id"] in stored]
        done = {("answered", True), ("withdrawn", False)}
        return [reply for reply in ours if (reply["state"], reply["seen"]) not in done] if ours else [{"replies": 0}]

    eventually(unfinished, ANSWER_SECONDS)
    replies = {reply["message_id"]: reply for reply in ask(REPLIES) if reply["message_id"] in stored}
    assert set(replies) == set(stored)
    assert {id_ for id_, reply in replies.items() if reply["state"] == "withdrawn"} == withdrawn & set(stored)
    told = {id_: reply["text"].partition(": ")[2] for id_, reply in replies.items() if reply["state"] == "answered"}
    assert told == {
        id_: corrected.get(id_) or stored[id_]["text"] or f"[{stored[id_]['kind']}]" for id_ in set(stored) - withdrawn
    }


@pytest.fixture(scope="module")
def key(checkout: Checkout, talk: Conversation) -> str:
    """The twin's global key, as a person looks it up."""
    assert talk
    shown = checkout.pulumi("stack output credentials --show-secrets --json")
    return str(json.loads(shown.text)["evolution"]["evolution-api"]["apikey"])


@pytest.mark.parametrize(
    "names", [pytest.param(ONE_OF_EACH, id="one of each"), pytest.param(None, id="all", marks=pytest.mark.long)]
)
def test_events_become_what_the_document_says(
    key: str, talk: Conversation, engine: docker.DockerClient, names: set[str] | None
) -> None:
    """Stored, answered once as corrected, withdrawn or set aside; who only reacted hears nothing."""
    chosen = specimens(names)
    assert len(chosen) == len(names) if names else len(chosen) >= 60
    reaction = next(each for each in chosen if each["name"] == "a reaction")
    contact = reaction["data"]["key"]["remoteJid"].partition("@")[0]
    check(key, chosen, lambda sql: asked(engine, sql))
    assert talk.answers(contact) == []
