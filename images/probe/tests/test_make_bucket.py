"""What is asked of a server for a bucket, and what is said when it does not become what was declared."""

import http.server
import json
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from probe import cli

ADMIN, USER = "admin-secret", "user-secret"
POLICY = {"Statement": [], "Version": "2012-10-17"}
LISTED = "GET /media?list-type=2"
MADE, GIVEN = "PUT /media", "PUT /media?policy="


class FakeS3(http.server.ThreadingHTTPServer):
    """Keeps what it is sent; answers some requests with a code of S3, and nobody's with 403."""

    def __init__(self) -> None:
        """On a free port, with nothing in it."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.kept: dict[str, bytes] = {}
        self.refused = {LISTED: "AccessDenied"}


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FakeS3

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        place = self.path.partition("-proof-")[0]
        asked = f"{self.command} {place}"
        self.server.asked.append(asked)
        if code := self.server.refused.get(asked):
            self._say(409 if code.startswith("Bucket") else 403, f"<Error><Code>{code}</Code></Error>".encode())
        elif self.command == "GET":
            self._say(200, self.server.kept.get(place, b""))
        else:
            self.server.kept[place] = sent
            self._say(200, b"")

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.send_header("content-type", "application/xml")
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


def run(folder: Path, port: int) -> int:
    """Run the command with its settings file and the keys beside it."""
    (folder / "admin").write_text(ADMIN)
    (folder / "user").write_text(USER)
    path = folder / "bucket.json"
    wanted = {
        "admin": {"access_key": "admin", "secret_key_file": str(folder / "admin")},
        "bucket": "media",
        "host": "127.0.0.1",
        "policy": POLICY,
        "port": port,
        "region": "us-east-1",
        "users": [{"access_key": "app", "secret_key_file": str(folder / "user")}],
    }
    path.write_text(json.dumps(wanted))
    return cli.main(["bucket", "--settings", str(path)])


def test_a_bucket_is_made_closed_and_tried(server: FakeS3, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its policy before anybody uses it; nobody's request is refused; its user writes, reads and deletes."""
    assert run(tmp_path, server.server_address[1]) == 0
    own = "/media/.zapstack"
    assert server.asked == [MADE, GIVEN, LISTED, f"PUT {own}", f"GET {own}", f"DELETE {own}"]
    assert json.loads(server.kept["/media?policy="]) == POLICY
    assert capsys.readouterr().out == "bucket media: private, for app\n"


def test_a_bucket_that_is_there_stays(server: FakeS3, tmp_path: Path) -> None:
    """And gets its policy again, as often as the job runs."""
    server.refused[MADE] = "BucketAlreadyOwnedByYou"
    assert run(tmp_path, server.server_address[1]) == 0
    assert "/media?policy=" in server.kept


@pytest.mark.parametrize(
    ("request_", "code", "said"),
    [
        (
            MADE,
            "SignatureDoesNotMatch",
            "BUCKET failed: 127.0.0.1:PORT refuses admin to make it (SignatureDoesNotMatch)",
        ),
        (MADE, "BucketAlreadyExists", "BUCKET failed: 127.0.0.1:PORT refuses admin to make it (BucketAlreadyExists)"),
        (GIVEN, "MalformedPolicy", "BUCKET failed: 127.0.0.1:PORT refuses admin to make it (MalformedPolicy)"),
        (LISTED, "", "PERMISSION failed: 127.0.0.1:PORT shows it to everybody (status 200)"),
        ("PUT /media/.zapstack", "SignatureDoesNotMatch", "AUTH failed: 127.0.0.1:PORT refuses the key"),
        ("DELETE /media/.zapstack", "AccessDenied", "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
    ],
)
def test_what_fails_is_named(
    server: FakeS3, tmp_path: Path, capsys: pytest.CaptureFixture[str], request_: str, code: str, said: str
) -> None:
    """With the bucket, and without a secret."""
    server.refused[request_] = code
    port = server.server_address[1]
    assert run(tmp_path, port) == 1
    error = capsys.readouterr().err.replace(str(port), "PORT")
    assert error.startswith(f"probe bucket: bucket media: {said}")
    assert ADMIN not in error
    assert USER not in error


def test_a_server_that_is_not_there_is_named(
    server: FakeS3, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is asked of it."""
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    assert run(tmp_path, port) == 1
    assert f"bucket media: TCP failed: 127.0.0.1:{port} accepts no connection" in capsys.readouterr().err
