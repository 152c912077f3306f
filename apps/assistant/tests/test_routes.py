"""The HTTP face, with stand-ins behind it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fakes import SECRET, FakeDependency, FakeInbox, FakeRelay, fake_assistant
from prometheus_client import REGISTRY
from test_messages import event, sent_event

from assistant.app import create_app
from assistant.drain import Drain
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
    "headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": SECRET}, {"authorization": "Bearer é"}]
)
async def test_without_the_secret_nothing_is_read(headers: dict[str, str]) -> None:
    """401 before the body is looked at, whatever the header holds."""
    encoded = httpx.Headers([(name.encode(), value.encode("latin-1")) for name, value in headers.items()])
    inbox = FakeInbox()
    async with client_of(fake_assistant(inbox=inbox)) as client:
        answer = await client.post("/webhooks/evolution", content=b"not json", headers=encoded)
        assert (await client.get("/messages/bot/M1", headers=encoded)).status_code == 401
    assert (answer.status_code, inbox.stored) == (401, {})


async def test_a_malformed_body_is_not_worth_repeating() -> None:
    """400 ends Evolution's retries."""
    assert (await post(fake_assistant(), {"hello": 1})).status_code == 400


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
        "refused": (fake_assistant(), {}),
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
