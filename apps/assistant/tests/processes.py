"""The real processes and an Evolution that answers over HTTP, for the tests of a whole conversation."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from fakes import SECRET
from services import ROOT

# Ports and the sign of life are constants of a container; here several containers share one machine.
APP = "import sys, assistant.server as s; s.PORT = {port}; import assistant.__main__ as m; sys.exit(m.main())"
WORKER = (
    "import sys, tasks.health as h; h.CONSUMING_FILE = {beat!r}; import tasks.worker as w; w.METRICS_PORT = {port}; "
    "import tasks.__main__ as m; sys.exit(m.main())"
)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class StubEvolution:
    """Sends, and lists what it sent; can hold its answers back, as a slow Evolution does."""

    def __init__(self) -> None:
        """Begin fast."""
        self.port = free_port()
        self.sent: list[dict[str, Any]] = []
        self.answering = asyncio.Event()
        self.answering.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["StubEvolution"]:
        """Serve for the duration of the block."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            self.answering.set()
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    (line[16:] for line in head.split("\r\n") if line.lower().startswith("content-length:")), "0"
                )
                body = json.loads(await reader.readexactly(int(length)) or "{}")
                answer = json.dumps(await self._answer(head.split(" ")[1], body)).encode()
                writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.startswith("/chat/findMessages/"):
            jid = body["where"]["key"]["remoteJid"]
            records = [record for record in self.sent if record["key"]["remoteJid"] == jid]
            return {"messages": {"total": len(records), "records": records}}
        if not path.startswith("/message/sendText/"):
            return {"instance": {"state": "open"}}
        key = {"fromMe": True, "id": f"R{len(self.sent) + 1}", "remoteJid": body["number"]}
        message = {"conversation": body["text"]}
        self.sent.append({"key": key, "message": message, "messageTimestamp": int(time.time())})
        await self.answering.wait()
        return self.sent[-1]


def environment(database_url: str, rabbitmq_url: str, evolution: StubEvolution) -> dict[str, str]:
    """What the containers are given."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "EVOLUTION_API_KEY": "token",
        "EVOLUTION_INSTANCE": "bot",
        "EVOLUTION_URL": f"http://127.0.0.1:{evolution.port}",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "RABBITMQ_URL": rabbitmq_url,
        "WEBHOOK_SECRET": SECRET,
    }


@contextmanager
def python(program: str, settings: dict[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """Run a program; it is killed at the end of the block if it still runs."""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=settings) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def worker(settings: dict[str, str], beat: Path) -> Generator[subprocess.Popen[bytes]]:
    """A worker of its own."""
    with python(WORKER.format(beat=str(beat), port=free_port()), settings) as process:
        yield process


@contextmanager
def app(settings: dict[str, str], port: int) -> Generator[subprocess.Popen[bytes]]:
    """An HTTP process on a port of its own."""
    with python(APP.format(port=port), settings) as process:
        yield process
