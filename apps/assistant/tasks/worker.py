"""Opens and closes the real parts of the worker, and listens for the signal to stop."""

import asyncio
import logging
import signal
from pathlib import Path

from prometheus_client import start_http_server

from assistant.database.engine import Database
from assistant.database.outbox import Outbox
from assistant.evolution import evolution_clients, evolution_http
from assistant.logs import log_event
from assistant.replier import Replier
from assistant.retry import Signal
from assistant.runtime import settle
from assistant.settings import WorkerSettings
from tasks.consumer import Consumer
from tasks.health import ALIVE_FILE, BEAT_SECONDS

METRICS_PORT = 8001

_LOGGER = logging.getLogger(__name__)


async def run_worker(settings: WorkerSettings) -> None:
    """Answer until SIGTERM or SIGINT, then finish what has begun."""
    until = Signal()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, until.stop)
    metrics, serving = start_http_server(METRICS_PORT)
    try:
        async with Database(settings.database_url) as database, evolution_http(settings.evolution_url) as http:
            outbox = Outbox(database, settings.tokens.keys())
            replier = Replier(outbox, evolution_clients(http, settings.tokens))
            settle()
            log_event(_LOGGER, logging.INFO, "worker started", instances=sorted(settings.tokens))
            async with asyncio.TaskGroup() as group:
                beating = group.create_task(_beat())
                await Consumer(replier.answer, settings.rabbitmq_url).run(until)
                beating.cancel()
            log_event(_LOGGER, logging.INFO, "worker stopped")
    finally:
        metrics.shutdown()
        serving.join()


async def _beat() -> None:
    """Show that this process is not stuck, whatever it waits for; see `tasks.health`."""
    while True:
        Path(ALIVE_FILE).touch()  # noqa: ASYNC240 - in memory, a system call
        await asyncio.sleep(BEAT_SECONDS)
