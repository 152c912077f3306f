"""The cheap question over HTTP, asked of servers that answer in every way."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from components.base.http_check import http_check


@contextmanager
def server(*parts: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers one call with some bytes, and its port and what it was asked."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        asked: list[bytes] = []

        def answer() -> None:
            call, _ = listening.accept()
            with call:
                asked.append(call.recv(4096))
                for part in parts:
                    call.sendall(part)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listening.getsockname()[1], asked
        thread.join(timeout=10)


def ask(port: int, path: str = "/up?a=b") -> subprocess.CompletedProcess[str]:
    """Runs the command."""
    return subprocess.run(http_check(port, path), capture_output=True, check=False, text=True, timeout=30)


@pytest.mark.parametrize(
    ("parts", "good"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",), True),
        ((b"HTTP/1.0 204 No Content\r\n\r\n",), True),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",), True),
        ((b"HTTP/1.1 200", b" OK\r\n", b"\r\n"), True),
        ((b"HTTP/1.1 200\r\n\r\n",), True),
        ((b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n",), False),
        ((b"HTTP/1.1 404 Not Found\r\n\r\n",), False),
        ((b"HTTP/1.1 503 Service Unavailable\r\n\r\n",), False),
        ((b"HTTP/1.1 2\r\n\r\n",), False),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), False),
        ((b"\r\n",), False),
        ((), False),
    ],
)
def test_only_a_status_of_success_is_one(parts: tuple[bytes, ...], good: bool) -> None:  # noqa: FBT001 a table
    """Whatever shape the answer has."""
    with server(*parts) as (port, asked):
        done = ask(port)
    assert (done.returncode == 0) is good, done.stderr
    assert asked[0].startswith(b"GET /up?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Connection: close" in asked[0]
    if not good:
        assert "/up?a=b answered" in done.stderr


def test_nobody_who_listens_is_a_failure() -> None:
    """At once."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
    assert ask(port).returncode != 0


def test_silence_is_a_failure() -> None:
    """A server that takes the call and says nothing; the backlog of one that hangs does the same."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        done = ask(listening.getsockname()[1])
    assert "TimeoutError" in done.stderr


def test_it_imports_nothing_of_the_library() -> None:
    """Official images have it without bytecode: each module would be compiled at every check."""
    *python, script, port, path = http_check(1, "/")
    script = f"import sys; before = set(sys.modules)\n{script.partition('call = ')[0]}print(set(sys.modules) - before)"
    done = subprocess.run([*python, script, port, path], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "{'_socket'}"
