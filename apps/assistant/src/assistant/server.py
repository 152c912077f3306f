"""Uvicorn, except that SIGTERM drains first and a clean end is exit code 0."""

import signal
from types import FrameType

import uvicorn
from fastapi import FastAPI

from assistant.drain import Drain

PORT = 8000
# Requests in progress at the end get this long. Webhooks need milliseconds, so a longer one hangs.
GRACEFUL_SECONDS = 5


class DrainingServer(uvicorn.Server):
    """A server that goes on serving after SIGTERM until its drain is finished."""

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        """Keep the drain that the routes answer from."""
        super().__init__(config)
        self._drain = drain
        self._hurried = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn calls it with both
        """SIGTERM drains; a second one, or SIGINT from a terminal, ends without waiting for the ingress.

        Uvicorn's own handler also raises the signal again at the end, which would turn a clean end into exit 143.
        """
        self._hurried = self._drain.active or sig == signal.SIGINT
        # A terminal's second Ctrl-C does not even wait for requests in progress.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self._drain.begin()
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second by uvicorn; True ends the serving."""
        return await super().on_tick(counter) and (self._hurried or self._drain.finished)


def build_server(app: FastAPI, drain: Drain) -> DrainingServer:
    """The server of a container: every address, one process, logs by our own configuration."""
    config = uvicorn.Config(
        app,
        access_log=False,  # probes every few seconds would bury what happened; events are logged where they happen
        host="0.0.0.0",  # noqa: S104 - reached through the container's networks only
        log_config=None,
        port=PORT,
        proxy_headers=False,  # nobody asks who a webhook came from
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    return DrainingServer(config, drain)
