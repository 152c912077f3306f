"""Opens and closes the real parts: database, Evolution client and the task that answers."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from assistant.database.engine import Database
from assistant.database.inbox import PostgresInbox
from assistant.database.outbox import Outbox
from assistant.drain import Drain
from assistant.evolution import EvolutionClient, evolution_http
from assistant.logs import log_event
from assistant.replier import Replier
from assistant.settings import Settings
from assistant.state import Assistant

_LOGGER = logging.getLogger(__name__)


@asynccontextmanager
async def running_assistant(
    settings: Settings, drain: Drain, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncGenerator[Assistant]:
    """Run an assistant for the duration of the block.

    Args:
        settings: Checked settings.
        drain: Shared with the server, which ends it.
        transport: How Evolution is reached; replaced in tests.

    Yields:
        The parts the routes use. At the end the reply in progress is finished before connections close.
    """
    async with Database(settings.database_url) as database, evolution_http(settings, transport) as http:
        await database.create_tables()
        evolution = EvolutionClient(http, settings.evolution_instance)
        replier = Replier(Outbox(database, settings.evolution_instance), evolution)
        task = asyncio.create_task(replier.run(), name="replier")
        log_event(_LOGGER, logging.INFO, "assistant started", instance=settings.evolution_instance)
        try:
            yield Assistant(
                dependencies={"database": database, "evolution": evolution},
                drain=drain,
                inbox=PostgresInbox(database),
                instance=settings.evolution_instance,
                webhook_secret=settings.webhook_secret,
                worker=replier,
            )
        finally:
            replier.stop()
            await task
            log_event(_LOGGER, logging.INFO, "assistant stopped")
