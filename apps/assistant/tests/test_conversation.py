"""The real processes with a real Postgres and RabbitMQ: one message, one reply, whoever dies in between."""

import asyncio
import signal
import time
from pathlib import Path

import httpx
import pytest
from fakes import SECRET
from processes import StubEvolution, app, environment, free_port, worker
from services import eventually
from test_database import store
from test_messages import event, sent_event

from assistant.broker import open_queue
from assistant.database.claims import CLAIM_SECONDS
from assistant.database.engine import Database
from assistant.database.handover import Handover
from assistant.database.inbox import PostgresInbox

pytestmark = pytest.mark.anyio
BEARER = {"authorization": f"Bearer {SECRET}"}
START_SECONDS = 20


async def hand_over(database: Database, broker: str, *inbound_ids: int) -> None:
    """What a relay does, once."""
    handover = Handover(database, {"bot"})
    await handover.take(100)
    async with open_queue(broker, "assistant tests") as queue:
        if inbound_ids:
            await queue.hand_over(inbound_ids)
    await handover.confirm(inbound_ids)


@pytest.mark.usefixtures("database")
async def test_a_message_goes_all_the_way(database_url: str, broker: str, tmp_path: Path) -> None:
    """Webhook, database, broker, worker, Evolution and back; both processes then end with 0."""
    port = free_port()
    async with StubEvolution().running() as evolution, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        settings = environment(database_url, broker, evolution)
        with app(settings, port) as http, worker(settings, tmp_path / "beat") as answering:

            async def ready() -> bool:
                try:
                    found: dict[str, str] = (await client.get("/ready")).json()
                    return found == dict.fromkeys(("database", "rabbitmq", "evolution"), "ok")
                except httpx.ConnectError:
                    return False

            async def come_to(**expected: object) -> None:
                async def has() -> bool:
                    status: dict[str, object] = (await client.get("/messages/bot/M1", headers=BEARER)).json()
                    return expected.items() <= status.items()

                await eventually(has, START_SECONDS)

            await eventually(ready, START_SECONDS)
            assert (await client.post("/webhooks/evolution", json=event(), headers=BEARER)).json() == {
                "status": "stored"
            }
            await come_to(stored=True, queued=True, taken=True, reply_id="R1", seen=False)
            await client.post("/webhooks/evolution", json=sent_event("R1"), headers=BEARER)
            await come_to(seen=True)
            assert len(evolution.sent) == 1
            for process in (http, answering):
                process.send_signal(signal.SIGTERM)
            assert [await asyncio.to_thread(process.wait, 15) for process in (http, answering)] == [0, 0]


async def test_a_worker_killed_after_sending_leaves_one_reply(
    database: Database, database_url: str, broker: str, tmp_path: Path
) -> None:
    """Its order goes to another, which waits for the claim to expire and finds the reply in Evolution."""
    number = await store(database, "M1")
    inbox = PostgresInbox(database)
    async with StubEvolution().running() as evolution:
        settings = environment(database_url, broker, evolution)
        evolution.answering.clear()
        with worker(settings, tmp_path / "first") as first:
            await hand_over(database, broker, number)

            async def sent() -> bool:
                return len(evolution.sent) == 1

            await eventually(sent, START_SECONDS)
            first.kill()
            first.wait()
        killed = time.monotonic()
        evolution.answering.set()
        with worker(settings, tmp_path / "second"):

            async def answered() -> bool:
                if due := await Handover(database, {"bot"}).take(10):
                    await hand_over(database, broker, *due)
                return (await inbox.status("bot", "M1")).reply_id == "R1"

            await eventually(answered, CLAIM_SECONDS + 5)
        assert time.monotonic() - killed > CLAIM_SECONDS - 5
        assert len(evolution.sent) == 1


async def test_sigterm_finishes_the_reply_in_progress(
    database: Database, database_url: str, broker: str, tmp_path: Path
) -> None:
    """It is recorded, what had not begun is left to others, the sign of life is gone, and the exit code is 0."""
    number, beat = await store(database, "M1"), tmp_path / "beat"
    async with StubEvolution().running() as evolution:
        evolution.answering.clear()
        with worker(environment(database_url, broker, evolution), beat) as process:
            await hand_over(database, broker, number)

            async def sent() -> bool:
                return len(evolution.sent) == 1

            async def stopped() -> bool:
                return not beat.exists()

            await eventually(sent, START_SECONDS)
            assert beat.exists()
            process.send_signal(signal.SIGTERM)
            await eventually(stopped, 5)
            later = await store(database, "M2")
            await hand_over(database, broker, later)
            evolution.answering.set()
            assert await asyncio.to_thread(process.wait, 15) == 0
    inbox = PostgresInbox(database)
    assert (await inbox.status("bot", "M1")).reply_id == "R1"
    assert not (await inbox.status("bot", "M2")).taken
    async with open_queue(broker, "assistant tests") as queue:
        assert await queue.depth() == 1
