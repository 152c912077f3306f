"""A sender of webhooks that goes on as Evolution does, at a rate that no slow answer slows down.

Source: evolution-api 2.3.7, src/api/integrations/event/webhook/webhook.controller.ts, lines 61-330: what is repeated,
after which pauses and how often; measured against the twin, which has a test of the same.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0
TRIES = 10
TIMEOUT_SECONDS = 30.0
NOT_REPEATED = frozenset({400, 401, 403, 404, 422})
PATH = "/webhooks/evolution"


@dataclass(kw_only=True)
class Deliveries:
    """What became of what was sent.

    Attributes:
        statuses: Of all answers; 0 for none.
        seconds: From the time a message was due to its acceptance, of those accepted at the first try.
        without_pause: Answers 503 that did not say after which time to send again.
        given_up: Messages that were never accepted.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    without_pause: int = 0
    given_up: list[str] = field(default_factory=list)

    def percentile(self, part: float) -> float:
        """Returns the time within which that part was accepted, in seconds."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(part * len(self.seconds)))]


class Sender:
    """Evolution's webhooks of one instance, sent straight to the ingress."""

    def __init__(self, port: int, secret: str, instance: str = "assistant") -> None:
        """Keeps where to and with which secret."""
        self.deliveries = Deliveries()
        self._port = port
        self._secret = secret
        self._instance = instance
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    def send(self, contacts: Sequence[str], *, area: str, per_second: float) -> Deliveries:
        """Sends one message of each contact at a steady pace and returns when each is accepted or given up.

        Args:
            contacts: Telephone numbers.
            area: Tells the messages of this call from others'.
            per_second: Messages in a second.
        """
        asyncio.run(self._send(contacts, area, per_second))
        return self.deliveries

    async def _send(self, contacts: Sequence[str], area: str, per_second: float) -> None:
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, contact in enumerate(contacts):
                due = began + number / per_second
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(self._deliver(self._body(contact, f"{area}-{number}"), due))
        for _, writer in self._idle:
            writer.close()

    async def _deliver(self, body: bytes, due: float) -> None:
        pause = FIRST_PAUSE_SECONDS
        for number in range(TRIES):
            status = await self._try(body)
            self.deliveries.statuses[status] += 1
            if status in range(200, 300):
                if number == 0:
                    self.deliveries.seconds.append(time.monotonic() - due)
                return
            if status in NOT_REPEATED:
                break
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self.deliveries.given_up.append(body.decode())

    async def _try(self, body: bytes) -> int:
        """Returns the answer's status; 0 where there was none."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                reader, writer = await self._connection()
                writer.write(self._head(len(body)) + body)
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(_header(head, b"content-length") or 0))
        except (OSError, asyncio.IncompleteReadError):
            return 0
        status = int(head[9:12])
        if status == 503 and not _header(head, b"retry-after"):
            self.deliveries.without_pause += 1
        if _header(head, b"connection") == b"close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        return status

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    def _head(self, length: int) -> bytes:
        return (
            f"POST {PATH} HTTP/1.1\r\nhost: ingress\r\nauthorization: Bearer {self._secret}\r\n"
            f"content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        ).encode()

    def _body(self, contact: str, message_id: str) -> bytes:
        key = {"fromMe": False, "id": message_id, "remoteJid": f"{contact}@s.whatsapp.net"}
        message = {"conversation": f"pedido {message_id}"}
        data = {
            "key": key,
            "message": message,
            "messageTimestamp": round(time.time()),
            "messageType": "conversation",
            "pushName": "Ana",
        }
        return json.dumps({"data": data, "event": "messages.upsert", "instance": self._instance}).encode()


def _header(head: bytes, name: bytes) -> bytes:
    return head.partition(name + b":")[2].partition(b"\r\n")[0].strip()
