"""A running server, and a way to ask it."""

import http.client
import json
import threading
from collections.abc import Callable, Generator
from typing import Any

import pytest

from converter.server import Server

KEY = "the-key-of-this-test"
BOUNDARY = "----test"
Ask = Callable[..., tuple[int, dict[str, Any]]]


def multipart(fields: dict[str, bytes]) -> bytes:
    """Return a body as HTTP libraries send it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="x"\r\n\r\n'.encode()
        + value
        + b"\r\n"
        for name, value in fields.items()
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def server() -> Generator[Server]:
    """A server on a free port of the loopback."""
    with Server(("127.0.0.1", 0), KEY) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def ask(server: Server) -> Ask:
    """Post a form, and return status and JSON."""

    def send(
        fields: dict[str, bytes] | None = None,
        *,
        body: bytes | list[bytes] | None = None,
        headers: dict[str, str] | None = None,
        path: str = "/process-audio",
    ) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "apikey": KEY}
        sent = {name: value for name, value in {**kind, **(headers or {})}.items() if value}
        connection.request("POST", path, multipart(fields or {}) if body is None else body, sent)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        return answer.status, content

    return send
