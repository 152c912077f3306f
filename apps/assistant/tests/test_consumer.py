"""The worker's loop: when an order is acknowledged, and what a stop waits for."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from assistant.retry import Signal
from tasks import consumer as consumer_module
from tasks.consumer import Consumer

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage

pytestmark = pytest.mark.anyio


class FakeOrder:
    """A delivered message that remembers how it was settled."""

    def __init__(self, body: bytes = b"7") -> None:
        """Begin unsettled."""
        self.body = body
        self.settled: list[str] = []

    async def ack(self) -> None:
        """Forget it."""
        self.settled.append("ack")

    async def nack(self, *, requeue: bool) -> None:
        """Deliver it again."""
        self.settled.append(f"nack {requeue}")


def counted(result: str) -> float:
    """How often that was the result."""
    return REGISTRY.get_sample_value("assistant_replies_total", {"result": result}) or 0


async def settle(outcome: Any, tmp_path: Path, body: bytes = b"7") -> list[str]:  # noqa: ANN401 - a result or an error
    """What happens to an order whose answer has that outcome, once a stop has waited for it."""
    begun = asyncio.Event()

    async def answer(inbound_id: int) -> str:
        begun.set()
        await asyncio.sleep(0.01)
        if isinstance(outcome, Exception):
            raise outcome
        assert inbound_id == 7
        return cast("str", outcome)

    consumer = Consumer(answer, "amqp://x", str(tmp_path / "consuming"))
    order = FakeOrder(body)
    await consumer._begin(cast("AbstractIncomingMessage", order))  # noqa: SLF001 - what the client calls
    if body.isdigit():
        await begun.wait()
        assert order.settled == []
    stopped = Signal()
    stopped.stop()
    await consumer.run(stopped)
    return order.settled


@pytest.mark.parametrize("result", ["sent", "postponed", "not_due"])
async def test_an_order_is_acknowledged_when_its_reply_is_safe(tmp_path: Path, result: str) -> None:
    """In whatever state; a stop waits for that, and the result is counted."""
    before = counted(result)
    assert await settle(result, tmp_path) == ["ack"]
    assert counted(result) == before + 1


async def test_a_lost_database_sends_the_order_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was recorded, so the broker keeps it."""
    monkeypatch.setattr(consumer_module, "RETRY_SECONDS", 0)
    assert await settle(OperationalError("UPDATE …", {}, Exception("gone")), tmp_path) == ["nack True"]


async def test_an_answer_that_hangs_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop waits no longer than that."""
    monkeypatch.setattr(consumer_module, "ANSWER_SECONDS", 0.001)
    assert await settle("sent", tmp_path) == ["nack True"]


@pytest.mark.parametrize(("outcome", "body"), [(ZeroDivisionError(), b"7"), ("sent", b"not a number")])
async def test_an_impossible_order_does_not_stop_the_others(tmp_path: Path, outcome: object, body: bytes) -> None:
    """It is counted and forgotten; its reply, if there is one, falls due again by itself."""
    before = counted("error")
    assert await settle(outcome, tmp_path, body) == ["ack"]
    assert counted("error") == before + 1
