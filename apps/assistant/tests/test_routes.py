"""The HTTP face, with stand-ins behind it."""

import gzip
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fakes import SECRET, FakeAsides, FakeDependency, FakeInbox, FakeRelay, fake_assistant
from fastapi import Request
from prometheus_client import REGISTRY
from sqlalchemy.exc import DataError
from test_messages import event, sent_event

from assistant.app import create_app
from assistant.drain import Drain
from assistant.messages import SetAside
from assistant.payloads import NO_EVENT, NOT_STORABLE, TOO_LONG
from assistant.routes.bodies import MAX_BODY_BYTES, read_body
from assistant.state import Assistant

pytestmark = pytest.mark.anyio
BEARER = {"authorization": f"Bearer {SECRET}"}


@asynccontextmanager
async def client_of(assistant: Assistant) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the application, started with the given parts."""

    @asynccontextmanager
    async def start() -> AsyncGenerator[Assistant]:
        yield assistant

    app = create_app(start)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client,
    ):
        yield client


def changed(type_: str) -> dict[str, Any]:
    """Evolution's report of a changed message."""
    data = {"key": {"id": "M1"}, "type": type_, "editedMessage": {"conversation": "oi"}}
    return {"event": "messages.edited", "instance": "bot", "data": data}


async def post(assistant: Assistant, body: Any, headers: dict[str, str] = BEARER) -> httpx.Response:  # noqa: ANN401
    """Deliver a webhook."""
    async with client_of(assistant) as client:
        return await client.post("/webhooks/evolution", json=body, headers=headers)


async def test_a_message_is_stored_then_answered_in_the_background() -> None:
    """2xx means safe; the relay is woken."""
    inbox, relay = FakeInbox(), FakeRelay()
    answer = await post(fake_assistant(inbox=inbox, relay=relay), event())
    assert (answer.status_code, answer.json()) == (200, {"status": "stored"})
    assert (list(inbox.stored), relay.woken) == (["M1"], 1)


async def test_a_repeated_delivery_is_a_duplicate() -> None:
    """Evolution repeats; the answer is 2xx all the same, so that it stops."""
    assistant = fake_assistant()
    await post(assistant, event())
    assert (await post(assistant, event())).json() == {"status": "duplicate"}


async def test_a_sent_message_is_seen() -> None:
    """Nothing is to be done, so nobody is woken."""
    inbox, relay = FakeInbox(), FakeRelay()
    answer = await post(fake_assistant(inbox=inbox, relay=relay), sent_event("R7", "smoke"))
    assert (answer.json(), inbox.seen, inbox.stored, relay.woken) == ({"status": "seen"}, ["R7"], {}, 0)


async def test_an_event_for_nobody_is_accepted_and_forgotten() -> None:
    """Other events are not errors."""
    inbox = FakeInbox()
    answer = await post(fake_assistant(inbox=inbox), {**event(), "event": "qrcode.updated"})
    assert (answer.status_code, answer.json()["status"], inbox.stored) == (200, "ignored", {})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer"},
        {"authorization": SECRET},
        {"authorization": f"Basic {SECRET}"},
        {"authorization": f"Bearer{SECRET}"},
        {"authorization": f"Bearer {SECRET.upper()}"},
        {"authorization": "Bearer é"},
    ],
)
async def test_without_the_secret_nothing_is_read(headers: dict[str, str]) -> None:
    """401 before the body is looked at, whatever the header holds."""
    encoded = httpx.Headers([(name.encode(), value.encode("latin-1")) for name, value in headers.items()])
    inbox = FakeInbox()
    async with client_of(fake_assistant(inbox=inbox)) as client:
        answer = await client.post("/webhooks/evolution", content=b"not json", headers=encoded)
        assert (await client.get("/messages/bot/M1", headers=encoded)).status_code == 401
    assert (answer.status_code, inbox.stored) == (401, {})


@pytest.mark.parametrize("authorization", ["bearer {}", "BEARER {}", "Bearer   {}", " Bearer {} "])
async def test_the_scheme_is_written_in_any_way(authorization: str) -> None:
    """Its case and the spaces after it mean nothing."""
    answer = await post(fake_assistant(), event(), {"authorization": authorization.format(SECRET)})
    assert answer.json() == {"status": "stored"}


async def test_a_body_of_any_form_is_kept() -> None:
    """400 would end Evolution's tries, and lose it."""
    asides = FakeAsides()
    answer = await post(fake_assistant(asides=asides), {"hello": 1})
    assert (answer.status_code, answer.json()) == (200, {"status": "set_aside", "reason": NO_EVENT})
    assert [kept.data for kept in asides.kept if isinstance(kept, SetAside)] == [json.dumps('{"hello":1}')]


@pytest.mark.parametrize(
    "content_type", [None, "application/json", "Application/JSON; charset=UTF-8", "text/plain", "nonsense"]
)
async def test_a_message_is_one_whatever_its_type_is_called(content_type: str | None) -> None:
    """What it is, its content says."""
    headers = {**BEARER, **({"content-type": content_type} if content_type else {})}
    async with client_of(fake_assistant()) as client:
        answer = await client.post("/webhooks/evolution", content=json.dumps(event()), headers=headers)
    assert answer.json() == {"status": "stored"}


async def test_events_on_a_path_of_their_own_arrive() -> None:
    """As Evolution posts them with `webhookByEvents`: 404 would lose them."""
    async with client_of(fake_assistant()) as client:
        answer = await client.post("/webhooks/evolution/messages-upsert", json=event(), headers=BEARER)
        assert (await client.post("/webhooks/evolution/messages-upsert", json=event())).status_code == 401
    assert answer.json() == {"status": "stored"}


async def test_a_content_coding_is_refused_so_that_it_is_sent_again() -> None:
    """415 says what to send instead, and is no answer that ends Evolution's tries."""
    async with client_of(fake_assistant()) as client:
        headers = {**BEARER, "content-encoding": "gzip"}
        answer = await client.post("/webhooks/evolution", content=gzip.compress(b"{}"), headers=headers)
        assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
        headers["content-encoding"] = "Identity"
        answer = await client.post("/webhooks/evolution", content=json.dumps(event()), headers=headers)
        assert answer.json() == {"status": "stored"}


async def test_a_body_without_end_is_kept_by_its_beginning() -> None:
    """In bounded memory; its rest is heard, and it is not sent again."""
    asides = FakeAsides()
    body = json.dumps(event())[:-1].encode() + b', "more": "' + b"x" * MAX_BODY_BYTES + b'"}'

    async def chunks() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    async with client_of(fake_assistant(asides=asides)) as client:
        answer = await client.post("/webhooks/evolution", content=chunks(), headers=BEARER)
    assert (answer.status_code, answer.json()) == (200, {"status": "set_aside", "reason": TOO_LONG})
    (kept,) = asides.kept
    assert isinstance(kept, SetAside)
    assert "M1" in kept.data


@pytest.mark.parametrize(("chunks", "whole"), [(2, True), (3, False), (5, False)])
async def test_no_more_of_a_body_is_held_than_may_be(chunks: int, whole: bool) -> None:  # noqa: FBT001 - a table
    """A body as long as allowed is whole; of a longer one nothing beyond that is in memory."""
    chunk = b"x" * (MAX_BODY_BYTES // 2)
    parts = [{"type": "http.request", "body": chunk, "more_body": place + 1 < chunks} for place in range(chunks)]

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    body = await read_body(Request({"type": "http", "headers": []}, receive))
    assert (len(body[0]), body[1], parts) == (MAX_BODY_BYTES, whole, [])


@pytest.mark.parametrize(
    "refusal",
    [
        DataError("INSERT …", {}, Exception("invalid byte sequence")),
        UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"),  # the driver's, before anything is sent
    ],
    ids=["by the server", "by the driver"],
)
async def test_what_the_database_refuses_for_ever_is_set_aside(refusal: Exception) -> None:
    """A refusal of this very event is no lost database: trying again would end in losing it."""
    inbox, asides = FakeInbox(), FakeAsides()
    inbox.refusal = refusal
    answer = await post(fake_assistant(inbox=inbox, asides=asides), event())
    assert (answer.status_code, answer.json()) == (200, {"status": "set_aside", "reason": NOT_STORABLE})
    assert [kept.message_id for kept in asides.kept] == ["M1"]


async def test_methods_are_those_of_the_resource() -> None:
    """HEAD wherever GET is; any other is told what is allowed."""
    async with client_of(fake_assistant()) as client:
        for path in ("/health", "/ready", "/up", "/metrics", "/messages/bot/M1"):
            assert (await client.head(path, headers=BEARER)).status_code == 200, path
            refused = await client.post(path, headers=BEARER)
            assert (refused.status_code, set(refused.headers["allow"].split(", "))) == (405, {"GET", "HEAD"}), path
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            refused = await client.request(method, "/webhooks/evolution", headers=BEARER)
            assert (refused.status_code, refused.headers["allow"]) == (405, "POST"), method


async def test_an_address_that_no_message_has_is_no_error() -> None:
    """Postgres has no NUL."""
    async with client_of(fake_assistant()) as client:
        answer = await client.get("/messages/bot/M%00", headers=BEARER)
    assert answer.json()["stored"] is False


async def test_a_lost_database_asks_for_a_repetition() -> None:
    """503 keeps Evolution's retries going; the relay is not woken for nothing."""
    inbox, relay = FakeInbox(), FakeRelay()
    inbox.lost = True
    assert (await post(fake_assistant(inbox=inbox, relay=relay), event())).status_code == 503
    assert relay.woken == 0


async def test_message_status_is_for_the_smoke() -> None:
    """Five steps, and nothing of the content."""
    assistant = fake_assistant()
    await post(assistant, event())
    async with client_of(assistant) as client:
        known = await client.get("/messages/bot/M1", headers=BEARER)
        unknown = await client.get("/messages/bot/M2", headers=BEARER)
    assert known.json() == {"stored": True, "queued": True, "taken": True, "reply_id": "R1", "seen": False}
    assert unknown.json() == {"stored": False, "queued": False, "taken": False, "reply_id": None, "seen": False}


async def test_health_knows_only_the_process() -> None:
    """Lost neighbours are no reason for a restart; a dead relay is."""
    relay = FakeRelay()
    lost = {"database": FakeDependency("not usable")}
    async with client_of(fake_assistant(relay=relay, dependencies=lost)) as client:
        assert (await client.get("/health")).status_code == 200
        relay.running = False
        assert (await client.get("/health")).status_code == 503


async def test_ready_names_what_is_missing() -> None:
    """Each dependency by name."""
    async with client_of(fake_assistant()) as client:
        ready = await client.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "evolution": "ok"})
    lost = {"database": FakeDependency(), "evolution": FakeDependency("no answer (ConnectError)")}
    async with client_of(fake_assistant(dependencies=lost)) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()["evolution"]) == (503, "no answer (ConnectError)")


async def test_up_turns_away_while_draining() -> None:
    """And everything else is still served."""
    drain = Drain()
    async with client_of(fake_assistant(drain=drain)) as client:
        assert (await client.get("/up")).status_code == 200
        drain.begin()
        assert (await client.get("/up")).status_code == 503
        assert (await client.get("/health")).status_code == 200


async def test_webhooks_are_counted_by_result() -> None:
    """Each way a webhook can go."""

    def counted(result: str) -> float:
        return REGISTRY.get_sample_value("assistant_webhooks_total", {"result": result}) or 0

    lost = FakeInbox()
    lost.lost = True
    ways = {
        "stored": (fake_assistant(), event()),
        "seen": (fake_assistant(), sent_event()),
        "ignored": (fake_assistant(), {**event(), "event": "qrcode.updated"}),
        "corrected": (fake_assistant(), changed("MESSAGE_EDIT")),
        "withdrawn": (fake_assistant(), changed("REVOKE")),
        "set_aside": (fake_assistant(), {}),
        "unavailable": (fake_assistant(inbox=lost), event()),
    }
    before = {result: counted(result) for result in ways}
    for assistant, body in ways.values():
        await post(assistant, body)
    assert {result: counted(result) - before[result] for result in ways} == dict.fromkeys(ways, 1)


async def test_metrics_show_the_outbox() -> None:
    """As the database has it at that moment; a lost database costs these figures only."""
    inbox = FakeInbox()
    async with client_of(fake_assistant(inbox=inbox)) as client:
        await client.post("/webhooks/evolution", json=event(), headers=BEARER)
        shown = (await client.get("/metrics")).text
        inbox.lost = True
        lost = await client.get("/metrics")
    assert "assistant_outbox_depth 1.0" in shown
    assert "assistant_outbox_oldest_due_seconds 1.5" in shown
    assert "assistant_outbox_given_up 2.0" in shown
    assert lost.status_code == 200
    assert "assistant_outbox_depth NaN" in lost.text
    assert "5511988887777" not in shown
    assert "olá" not in shown


async def test_what_cannot_be_stored_in_time_is_sent_away() -> None:
    """With the time after which to send it again, before anything of it is read; other requests are served."""
    inbox = FakeInbox()
    inbox.waiting = 1
    assistant = fake_assistant(inbox=inbox)
    assert (await post(assistant, event())).status_code == 200
    inbox.waiting = 2
    busy = await post(assistant, sent_event())
    assert (busy.status_code, busy.headers["retry-after"], inbox.seen) == (503, "5", [])
    async with client_of(assistant) as client:
        assert (await client.get("/up")).status_code == 200
    inbox.waiting = 1
    assert (await post(assistant, sent_event())).status_code == 200
