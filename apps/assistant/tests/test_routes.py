"""The HTTP face, with stand-ins behind it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fakes import SECRET, FakeDependency, FakeInbox, FakeWorker, fake_assistant
from test_messages import event

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
    """2xx means safe; the worker is woken."""
    inbox, worker = FakeInbox(), FakeWorker()
    answer = await post(fake_assistant(inbox=inbox, worker=worker), event())
    assert (answer.status_code, answer.json()) == (200, {"status": "stored"})
    assert (list(inbox.stored), worker.woken) == (["M1"], 1)


async def test_a_repeated_delivery_is_a_duplicate() -> None:
    """Evolution repeats; the answer is 2xx all the same, so that it stops."""
    assistant = fake_assistant()
    await post(assistant, event())
    assert (await post(assistant, event())).json() == {"status": "duplicate"}


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
    """503 keeps Evolution's retries going; the worker is not woken for nothing."""
    inbox, worker = FakeInbox(), FakeWorker()
    inbox.lost = True
    assert (await post(fake_assistant(inbox=inbox, worker=worker), event())).status_code == 503
    assert worker.woken == 0


async def test_message_status_is_for_the_smoke() -> None:
    """Stored or not, and by what it was answered."""
    assistant = fake_assistant()
    await post(assistant, event())
    async with client_of(assistant) as client:
        known = await client.get("/messages/bot/M1", headers=BEARER)
        unknown = await client.get("/messages/bot/M2", headers=BEARER)
    assert known.json() == {"stored": True, "reply_id": "R1"}
    assert unknown.json() == {"stored": False, "reply_id": None}


async def test_health_knows_only_the_process() -> None:
    """Lost neighbours are no reason for a restart; a dead worker is."""
    worker = FakeWorker()
    lost = {"database": FakeDependency("not usable")}
    async with client_of(fake_assistant(worker=worker, dependencies=lost)) as client:
        assert (await client.get("/health")).status_code == 200
        worker.running = False
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
