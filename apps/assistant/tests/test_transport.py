"""What a broken request says about the message in it: real sockets, because that is where it is decided."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from processes import free_port

from assistant.evolution import EvolutionClient, NotSentError, UncertainError, UnderWayError, evolution_http

pytestmark = pytest.mark.anyio
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SENT = b'{"key": {"id": "R1"}}'


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    return head + await reader.readexactly(length)


def accept(writer: asyncio.StreamWriter) -> None:
    """Answer as Evolution does."""
    writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: %d\r\n\r\n%b" % (len(SENT), SENT))


@asynccontextmanager
async def evolution(serve: Serve) -> AsyncGenerator[EvolutionClient]:
    """A client of a server that behaves so."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, evolution_http(f"http://127.0.0.1:{port}") as http:
        yield EvolutionClient(http, "bot", "token")


async def test_requests_share_a_connection() -> None:
    """And carry the token and the text."""
    connections: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(b"")
        for _ in range(2):
            connections[-1] += await read_request(reader)
            accept(writer)
        writer.close()

    async with evolution(serve) as client:
        assert [await client.send_text("5511", text) for text in ("olá", "tudo")] == ["R1", "R1"]
    assert len(connections) == 1
    assert b"apikey: token" in connections[0]
    assert "olá".encode() in connections[0]


async def test_without_a_connection_nothing_was_sent() -> None:
    """Sending again is safe."""
    async with evolution_http(f"http://127.0.0.1:{free_port()}") as http:
        with pytest.raises(NotSentError):
            await EvolutionClient(http, "bot", "token").send_text("5511", "olá")


@pytest.mark.parametrize("answered_before", [0, 1])
async def test_a_connection_that_breaks_after_the_request_says_nothing(answered_before: int) -> None:
    """A new one or a kept one: the message may have left, and is sent once only."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for place in range(answered_before + 1):
            received.append(await read_request(reader))
            if place < answered_before:
                accept(writer)
        writer.transport.abort()

    async with evolution(serve) as client:
        for _ in range(answered_before):
            await client.send_text("5511", "olá")
        with pytest.raises(UncertainError):
            await client.send_text("5511", "olá")
    assert len(received) == answered_before + 1


async def test_half_an_answer_says_nothing() -> None:
    """The server died while it told."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()

    async with evolution(serve) as client:
        with pytest.raises(UncertainError):
            await client.send_text("5511", "olá")


async def test_no_answer_in_time_may_still_be_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits any more; Evolution may."""
    monkeypatch.setattr("assistant.evolution.REQUEST_SECONDS", 0.2)
    may_end = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await may_end.wait()
        writer.close()

    async with evolution(serve) as client:
        with pytest.raises(UnderWayError):
            await client.send_text("5511", "olá")
        may_end.set()
