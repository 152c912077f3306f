"""What a sender sees: keys, inputs, bounds."""

import base64
import http.server
import socket
import threading
import urllib.parse
from collections.abc import Generator

import pytest
from conftest import BOUNDARY, KEY, Ask

from converter import audio, fetch, server
from converter.errors import RefusedError
from converter.server import Server

SOUND = bytes(range(256)) * 8 + b"\r\n--almost a boundary\r\n\r\n"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str]]:
    """What would be converted: these tests are about the way there."""
    calls: list[tuple[bytes, str]] = []

    def convert(data: bytes, wanted: str) -> audio.Converted:
        calls.append((data, wanted))
        return audio.Converted(data=b"converted " + data[:4], seconds=7)

    monkeypatch.setattr(audio, "convert", convert)
    return calls


def test_a_file_comes_back_as_base64(ask: Ask, told: list[tuple[bytes, str]]) -> None:
    """Every byte of it is converted, and ogg is what nobody asked for."""
    status, content = ask({"file": SOUND})
    assert (status, content["duration"], content["format"]) == (200, 7, "ogg")
    assert base64.b64decode(content["audio"]) == b"converted " + SOUND[:4]
    assert told == [(SOUND, "ogg")]


@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_base64_in_both_kinds_of_form(ask: Ask, told: list[tuple[bytes, str]], kind: str) -> None:
    """Evolution API sends multipart, people with curl the other, in lines or not."""
    fields = {"base64": base64.encodebytes(SOUND), "format": b"mp4"}
    if kind == "multipart":
        status, _ = ask(fields)
    else:
        form = {"content-type": "application/x-www-form-urlencoded"}
        status, _ = ask(body=urllib.parse.urlencode(fields).encode(), headers=form)
    assert (status, told) == (200, [(SOUND, "mp4")])


def test_a_body_in_chunks(ask: Ask, told: list[tuple[bytes, str]]) -> None:
    """What HTTP libraries send when they do not know the length."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=file\r\n\r\n".encode()
    chunked = {"transfer-encoding": "chunked"}
    pieces = [head, SOUND[:100], SOUND[100:], f"\r\n--{BOUNDARY}--\r\n".encode()]
    framed = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"
    assert ask(body=framed, headers=chunked)[0] == 200
    assert told == [(SOUND, "ogg")]


@pytest.mark.parametrize(
    ("key", "words"), [("", "API_KEY not provided"), (KEY[:-1], "Invalid API_KEY"), ("ünknown", "Invalid API_KEY")]
)
def test_keys_are_checked(ask: Ask, told: list[tuple[bytes, str]], key: str, words: str) -> None:
    """Before anything is read; the answer arrives although a megabyte is on its way."""
    assert ask({"file": SOUND * 500}, headers={"apikey": key}) == (401, {"error": words})
    assert told == []


def test_without_a_key_of_its_own_nobody_is_served(server: Server, ask: Ask) -> None:
    """As the original: an empty key is a fault of the server, not an open door."""
    server.api_key = ""
    assert ask({"file": SOUND}, headers={"apikey": ""}) == (500, {"error": "Internal server error"})
    assert ask({"file": SOUND})[0] == 500


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 400, "no file, base64 or URL provided"),
        ({"base64": b"QU*JD"}, 400, "base64: illegal data"),
        ({"base64": b"QUJ"}, 400, "base64: illegal data"),
        ({"file": SOUND, "format": b"flac"}, 400, "format: one of ['mp3', 'mp4', 'ogg']"),
        ({"url": b"file:///etc/passwd"}, 400, "url: only http and https"),
        ({str(number): b"x" for number in range(20)}, 400, "more than 16 fields"),
    ],
)
def test_wrong_input_is_named(ask: Ask, fields: dict[str, bytes], status: int, words: str) -> None:
    """One line each."""
    assert ask(fields) == (status, {"error": words})


def test_other_paths_are_not_found(ask: Ask) -> None:
    """With the key, too."""
    assert ask({"file": SOUND}, path="/transcribe")[0] == 404


def test_a_form_cut_short_is_refused(ask: Ask, told: list[tuple[bytes, str]]) -> None:
    """Half an audio is not converted."""
    body = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc'.encode()
    assert ask(body=body) == (400, {"error": "the multipart body ends early"})
    assert told == []


@pytest.mark.parametrize("chunked", [False, True])
def test_the_size_of_a_request_is_bounded(ask: Ask, monkeypatch: pytest.MonkeyPatch, *, chunked: bool) -> None:
    """Whether its length is announced or not."""
    monkeypatch.setattr(server, "MAX_BODY_BYTES", 1000)
    large = b"x" * 600
    if chunked:
        body = (b"258\r\n" + large + b"\r\n") * 2 + b"0\r\n\r\n"
        answer = ask(body=body, headers={"transfer-encoding": "chunked"})
    else:
        answer = ask({"file": large * 2})
    assert answer == (413, {"error": "more than 1000 bytes"})


def test_an_impossible_chunk_is_refused(ask: Ask) -> None:
    """A negative size would read for ever."""
    chunked = {"transfer-encoding": "chunked"}
    assert ask(body=b"-1\r\n", headers=chunked)[0] == 413
    assert ask(body=b"zz\r\n", headers=chunked) == (400, {"error": "a chunk without a size"})


def test_when_every_place_is_taken_the_sender_is_told(
    server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instead of more audio in memory than there is memory."""
    monkeypatch.setattr("converter.server.WAIT_SECONDS", 0.01)
    for _ in range(2):
        server.slots.acquire()
    assert ask({"file": SOUND})[0] == 503
    server.slots.release(2)
    assert ask({"file": SOUND})[0] == 200


def test_nothing_of_a_request_is_logged(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    """Not the key, not the query, not the audio."""
    ask({"file": SOUND, "format": b"private"}, path="/process-audio?private=1")
    ask({"file": SOUND}, headers={"apikey": "private"})
    said = capsys.readouterr()
    assert said.err.startswith("POST 400")
    assert KEY not in said.err + said.out
    assert "private" not in said.err + said.out


def test_a_client_that_leaves_is_one_line(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """And the next one is served."""
    with socket.create_connection(server.server_address[:2]) as sender:  # type: ignore[arg-type]
        head = f"POST /process-audio HTTP/1.1\r\nHost: x\r\napikey: {KEY}\r\nContent-Length: 100\r\n\r\nabc"
        sender.sendall(head.encode())
        sender.shutdown(socket.SHUT_WR)
        assert b"the body ends early" in sender.makefile("rb").read()
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture
def elsewhere() -> Generator[str]:
    """A server that has audio, a redirection to it, and an error."""

    class Files(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = {"/sound": 200, "/moved": 302}.get(self.path, 403)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/sound")
            self.end_headers()
            if status == 200:
                self.wfile.write(SOUND)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Files) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_audio_at_an_address(ask: Ask, told: list[tuple[bytes, str]], elsewhere: str) -> None:
    """Evolution API passes addresses on."""
    assert ask({"url": f"{elsewhere}/sound".encode()})[0] == 200
    assert told == [(SOUND, "ogg")]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/moved", 400, "url: answered with status 302"),
        ("/signed?secret", 400, "url: answered with status 403"),
    ],
)
def test_what_an_address_answers_is_told_without_the_address(
    ask: Ask, elsewhere: str, path: str, status: int, words: str
) -> None:
    """It may be a signed one."""
    assert ask({"url": f"{elsewhere}{path}".encode()}) == (status, {"error": words})


def test_an_address_nobody_answers_at(ask: Ask) -> None:
    """A word, not a stack trace."""
    status, content = ask({"url": b"http://127.0.0.1:1/x"})
    assert (status, content["error"]) == (400, "url: could not be fetched (URLError)")


def test_what_an_address_has_is_bounded(elsewhere: str) -> None:
    """As what is sent."""
    with pytest.raises(RefusedError, match="more than 10 bytes"):
        fetch.fetch(f"{elsewhere}/sound", 10)
