"""Signals: SIGTERM serves on until the ingress knows, everything else is quicker."""

import signal

import pytest
from fakes import fake_assistant

from assistant.drain import TOLD_CHECKS, Drain
from assistant.server import DrainingServer, build_server
from assistant.state import Assistant

pytestmark = pytest.mark.anyio
TICK = 1  # any but every tenth, when uvicorn also renews its date header


def watched_server(assistant: Assistant) -> DrainingServer:
    """A server whose ingress has just asked."""
    assistant.drain.ask()
    return build_server(lambda: None, assistant.drain)  # type: ignore[arg-type]  # never called


async def test_a_server_without_signals_goes_on() -> None:
    """The ordinary state."""
    assert not await watched_server(fake_assistant()).on_tick(TICK)


async def test_sigterm_serves_on_until_the_ingress_knows() -> None:
    """And then ends by itself."""
    drain = Drain()
    server = watched_server(fake_assistant(drain=drain))
    server.handle_exit(signal.SIGTERM, None)
    assert not await server.on_tick(TICK)
    for _ in range(TOLD_CHECKS):
        drain.ask()
    assert await server.on_tick(TICK)


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]])
async def test_an_impatient_signal_does_not_wait_for_the_ingress(signals: list[signal.Signals]) -> None:
    """Requests in progress are still finished."""
    server = watched_server(fake_assistant())
    for received in signals:
        server.handle_exit(received, None)
    assert await server.on_tick(TICK)
    assert not server.force_exit


async def test_a_second_interrupt_ends_requests_too() -> None:
    """A developer's second Ctrl-C."""
    server = watched_server(fake_assistant())
    server.handle_exit(signal.SIGINT, None)
    server.handle_exit(signal.SIGINT, None)
    assert server.force_exit
