"""A server of S3 as far as proofs ask it: objects, signed requests and links, refusals."""

import http.server
from typing import Any
from urllib.parse import urlsplit

ACCESS_KEY = "made-up-access"
BUCKET = "media"
SECRET_KEY = "made-up-secret"


class FakeS3(http.server.ThreadingHTTPServer):
    """Keeps objects; refuses one method with a code of S3. Signatures are looked for, not computed."""

    def __init__(self) -> None:
        """On a free port, with nothing in it."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.link_refused = ""
        self.objects: dict[str, bytes] = {}
        self.page = False
        self.public = False
        self.refused: dict[str, str] = {}

    @property
    def settings(self) -> dict[str, Any]:
        """The bucket as settings files describe it, without a key."""
        return {
            "bucket": BUCKET,
            "host": "127.0.0.1",
            "kind": "s3",
            "name": "minio",
            "port": self.server_address[1],
            "region": "us-east-1",
            "use_ssl": False,
        }


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FakeS3

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        url = urlsplit(self.path)
        linked = "X-Amz-Signature=" in url.query
        signed = linked or "authorization" in self.headers
        self.server.asked.append(self.command if signed else f"unsigned {self.command}")
        code = "" if signed or self.server.public else "AccessDenied"
        code = code or (self.server.link_refused if linked else "") or self.server.refused.get(self.command, "")
        if self.server.page:
            self._say(200, b"<html>not S3</html>", "text/html")
        elif code:
            self._say(403, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), "application/xml")
        elif self.command == "PUT":
            self.server.objects[url.path] = sent
            self._say(200, b"", "application/xml")
        elif self.command == "DELETE":
            del self.server.objects[url.path]
            self._say(204, b"", "application/xml")
        else:
            self._say(200, self.server.objects[url.path], "application/octet-stream")

    def _say(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.send_header("content-type", kind)
        self.send_header("etag", '"x"')
        self.end_headers()
        self.wfile.write(content)

    do_DELETE = _answer  # noqa: N815 - names given by the standard library
    do_GET = _answer  # noqa: N815
    do_PUT = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""
