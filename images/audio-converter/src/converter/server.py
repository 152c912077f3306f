"""The HTTP side: who may ask, how much may be sent, how many conversions run at a time."""

import base64
import binascii
import contextlib
import hmac
import json
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from converter import audio, fetch, forms
from converter.errors import RefusedError

PATH: Final = "/process-audio"
MAX_BODY_BYTES: Final = 24 << 20
"""WhatsApp takes 16 MB of audio, which is 21.4 MB in base64."""

SLOTS: Final = 2
"""Conversions at a time: each holds its audio several times over, and ffmpeg uses every core by itself."""

WAIT_SECONDS: Final = 30
SOCKET_SECONDS: Final = 30
LINGER_SECONDS: Final = 2.0
CHUNK_LINE_BYTES: Final = 64


class Server(ThreadingHTTPServer):
    """One route.

    Attributes:
        api_key: What senders must know.
    """

    daemon_threads = False  # what is being converted at the end is finished
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], api_key: str) -> None:
        """Listen.

        Args:
            address: Host and port.
            api_key: What senders must know.
        """
        super().__init__(address, _Handler)
        self.api_key = api_key
        self.slots = threading.BoundedSemaphore(SLOTS)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say in one line that a client went away, and in full what is a fault of this program."""
        error = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
        if isinstance(error, OSError):
            print(f"connection lost: {type(error).__name__}", file=sys.stderr)
        else:
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # senders of large bodies wait for "100 Continue"
    server: Server
    server_version = "converter"
    sys_version = ""
    timeout = SOCKET_SECONDS

    def do_POST(self) -> None:
        """Answer one request and say so in one line: no header, no query, nothing of the body."""
        started = time.monotonic()
        try:
            content = self._process()
            status = 200
        except RefusedError as refused:
            content, status = {"error": refused.words}, refused.status
        print(f"POST {status} {(time.monotonic() - started) * 1000:.0f} ms", file=sys.stderr)
        self._answer(status, content)

    def log_message(self, *_: object) -> None:
        """Say nothing: what the library prints includes the line of the request."""

    def _process(self) -> dict[str, object]:
        if self.path.partition("?")[0] != PATH:
            raise RefusedError(404, "404 page not found")
        self._authorise()
        if not self.server.slots.acquire(timeout=WAIT_SECONDS):
            raise RefusedError(503, f"{SLOTS} conversions are running and none ended within {WAIT_SECONDS} s")
        try:
            fields = forms.parse(self.headers.get("content-type", ""), self._body())
            wanted = fields.get("format", b"").decode(errors="replace") or "ogg"
            if wanted not in audio.ENCODERS:
                raise RefusedError(400, f"format: one of {sorted(audio.ENCODERS)}")
            converted = audio.convert(_input(fields), wanted)
            encoded = base64.b64encode(converted.data).decode()
            return {"audio": encoded, "duration": converted.seconds, "format": wanted}
        finally:
            self.server.slots.release()

    def _authorise(self) -> None:
        if not self.server.api_key:
            raise RefusedError(500, "Internal server error")
        given = self.headers.get("apikey", "")
        if not given:
            raise RefusedError(401, "API_KEY not provided")
        if not hmac.compare_digest(given.encode(), self.server.api_key.encode()):
            raise RefusedError(401, "Invalid API_KEY")

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        length = self.headers.get("content-length", "0")
        if not length.isdecimal():
            raise RefusedError(400, "Content-Length is no number")
        return self._read(int(length), MAX_BODY_BYTES)

    def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            size = self.rfile.readline(CHUNK_LINE_BYTES).partition(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                raise RefusedError(400, "a chunk without a size") from None
            body += self._read(length, MAX_BODY_BYTES - len(body))
            self.rfile.readline(CHUNK_LINE_BYTES)
            if length == 0:
                return bytes(body)

    def _read(self, length: int, limit: int) -> bytes:
        if not 0 <= length <= limit:
            raise RefusedError(413, f"more than {MAX_BODY_BYTES} bytes")
        data = self.rfile.read(length)
        if len(data) < length:
            raise RefusedError(400, "the body ends early")
        return data

    def _answer(self, status: int, content: dict[str, object]) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.end_headers()
        self.wfile.write(data)
        if status != 200:  # noqa: PLR2004 HTTP
            self._linger()

    def _linger(self) -> None:
        """Throw away what was not read: closing before it has arrived would take the answer from its sender."""
        with contextlib.suppress(OSError):  # the sender has gone, with or without having read
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER_SECONDS)
            end = time.monotonic() + LINGER_SECONDS
            while time.monotonic() < end and self.rfile.read1(1 << 16):
                pass


def _input(fields: dict[str, bytes]) -> bytes:
    """Return the audio: a file, base64, or what is at an address."""
    if fields.get("file"):
        return fields["file"]
    if fields.get("base64"):
        try:
            return base64.b64decode(fields["base64"].translate(None, b"\r\n"), validate=True)
        except binascii.Error:
            raise RefusedError(400, "base64: illegal data") from None
    if fields.get("url"):
        return fetch.fetch(fields["url"].decode(errors="replace"), MAX_BODY_BYTES)
    raise RefusedError(400, "no file, base64 or URL provided")
