"""Which step is named when a bucket does not do what its consumer needs."""

import http.server
import threading
from collections.abc import Generator

import pytest

from probe import bucket
from probe.models import S3
from probe.steps import StepError

SECRET = "made-up-secret"


class FakeS3(http.server.ThreadingHTTPServer):
    """Keeps objects; refuses one method with a code of S3."""

    def __init__(self) -> None:
        """On a free port, with nothing in it."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.objects: dict[str, bytes] = {}
        self.page = False
        self.refused: dict[str, str] = {}


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FakeS3

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.asked.append(self.command)
        if self.server.page:
            self._say(200, b"<html>not S3</html>", "text/html")
        elif code := self.server.refused.get(self.command):
            self._say(403, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), "application/xml")
        elif self.command == "PUT":
            self.server.objects[self.path] = sent
            self._say(200, b"", "application/xml")
        elif self.command == "DELETE":
            del self.server.objects[self.path]
            self._say(204, b"", "application/xml")
        else:
            self._say(200, self.server.objects[self.path], "application/octet-stream")

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


@pytest.fixture
def server() -> Generator[FakeS3]:
    """A running fake."""
    with FakeS3() as fake:
        thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield fake
        fake.shutdown()
        thread.join()


def _wanted(server: FakeS3, *, use_ssl: bool = False) -> S3:
    return S3.model_validate(
        {
            "access_key": "evolution",
            "bucket": "media",
            "host": "127.0.0.1",
            "kind": "s3",
            "name": "minio",
            "port": server.server_address[1],
            "region": "us-east-1",
            "secret_key": SECRET,
            "use_ssl": use_ssl,
        }
    )


def test_an_object_is_written_read_and_deleted(server: FakeS3) -> None:
    """And nothing is left."""
    bucket.prove(_wanted(server))
    assert server.asked == ["PUT", "GET", "DELETE"]
    assert server.objects == {}


@pytest.mark.parametrize(
    ("method", "code", "said"),
    [
        ("PUT", "InvalidAccessKeyId", 'AUTH failed: 127.0.0.1:PORT refuses the key for bucket "media"'),
        ("PUT", "SignatureDoesNotMatch", 'AUTH failed: 127.0.0.1:PORT refuses the key for bucket "media"'),
        ("PUT", "NoSuchBucket", 'BUCKET failed: 127.0.0.1:PORT has no bucket "media" in region us-east-1'),
        ("PUT", "AccessDenied", "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
        ("GET", "AccessDenied", "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
        ("DELETE", "AccessDenied", "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
        ("PUT", "XMinioStorageFull", "HTTP failed: 127.0.0.1:PORT fails on bucket"),
    ],
)
def test_the_step_that_is_refused_is_named(server: FakeS3, method: str, code: str, said: str) -> None:
    """With what to do, and without the secret."""
    server.refused = {method: code}
    with pytest.raises(StepError) as found:
        bucket.prove(_wanted(server))
    error = str(found.value).replace(str(server.server_address[1]), "PORT")
    assert error.startswith(said)
    assert SECRET not in error


def test_a_server_that_is_none_of_s3_is_named(server: FakeS3) -> None:
    """Such as a console's port: it answers with pages."""
    server.page = True
    with pytest.raises(StepError, match=r"HTTP failed: .* did not answer as S3 does"):
        bucket.prove(_wanted(server))


def test_plain_http_where_tls_is_expected_is_named(server: FakeS3) -> None:
    """Within the time there is."""
    with pytest.raises(StepError, match="TLS failed: "):
        bucket.prove(_wanted(server, use_ssl=True))
