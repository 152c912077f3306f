"""Evolution by script and an outbox in memory, for the tests of what answers."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from services import CONTACT

from assistant.database.outbox import Claim, Outbox
from assistant.evolution import EvolutionClient, evolution_clients, evolution_http

TOKENS = {"bot": "token", "smoke": "smoke-token"}
CLAIM = Claim(
    attempt=1,
    first_attempt_at=datetime.fromtimestamp(1_700_000_000, UTC),
    inbound_id=7,
    instance="bot",
    may_be_sent=False,
    message_id="M1",
    received_at=datetime.fromtimestamp(1_700_000_000, UTC),
    remote_jid=CONTACT,
    text="Mensagem 1 recebida: olá",
)


class FakeOutbox(Outbox):
    """Holds one reply and writes down what becomes of it."""

    def __init__(self, claim: Claim, known: frozenset[str] = frozenset()) -> None:
        """Owe one reply; `known` are ids recorded for other messages."""
        self.pending: list[Claim] = [replace(claim)]
        self.outcome: tuple[str, Any] | None = None
        self.taken_over = False
        self._known = known

    async def claim(self, inbound_id: int) -> Claim | None:
        """Hand the reply out once."""
        return self.pending.pop() if self.pending and self.pending[0].inbound_id == inbound_id else None

    async def record_answer(self, claim: Claim, reply_id: str) -> datetime | None:
        """Write down, unless another is to have been faster."""
        self.outcome = ("answered", reply_id)
        return None if self.taken_over else claim.received_at + timedelta(seconds=2)

    async def put_back(self, claim: Claim, *, wait_seconds: float) -> bool:
        """Write down."""
        self.outcome = ("uncertain" if claim.may_be_sent else "waiting", wait_seconds)
        return True

    async def give_up(self, claim: Claim) -> bool:
        """Write down."""
        self.outcome = ("failed", claim.attempt)
        return True

    async def without_known(self, instance: str, reply_ids: list[str]) -> list[str]:
        """Filter."""
        assert instance == "bot"
        return [reply_id for reply_id in reply_ids if reply_id not in self._known]


class FakeEvolution:
    """Evolution by script: answers to sends in turn, and the messages it holds."""

    def __init__(self, *sends: Callable[[httpx.Request], httpx.Response]) -> None:
        """Answer sends by these, in order."""
        self.records: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self._sends = list(sends)

    def clients(self) -> dict[str, EvolutionClient]:
        """Real clients that reach this."""
        return evolution_clients(evolution_http("http://evolution-api:8080", httpx.MockTransport(self._handle)), TOKENS)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        _, _, route, instance = request.url.path.split("/")
        assert request.headers["apikey"] == TOKENS[instance]
        if route == "findMessages":
            wanted = body["where"]["key"]["remoteJid"]
            records = [record for record in self.records if record["key"]["remoteJid"] == wanted]
            return httpx.Response(200, json={"messages": {"total": len(records), "records": records}})
        assert route == "sendText"
        self.sent.append(body)
        return self._sends.pop(0)(request)


def accepted(message_id: str) -> Callable[[httpx.Request], httpx.Response]:
    """A send that works."""
    return lambda _: httpx.Response(201, json={"key": {"fromMe": True, "id": message_id}})


def answers(status: int, said: str = "") -> Callable[[httpx.Request], httpx.Response]:
    """A send that is answered with an error, in Evolution's own shape."""
    return lambda _: httpx.Response(status, json={"response": {"message": [said]}, "status": status})


def breaks(error: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    """A send whose connection fails."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise error("scripted", request=request)

    return fail


def sent_record(
    message_id: str, text: str = CLAIM.text, *, jid: str = "5511988887777", stamp: int = 1_700_000_001
) -> dict[str, Any]:
    """A message as findMessages lists it."""
    key = {"fromMe": True, "id": message_id, "remoteJid": jid}
    return {"id": "row", "key": key, "message": {"conversation": text}, "messageTimestamp": stamp}
