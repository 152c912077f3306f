"""Opens and closes the real parts of the HTTP process: database, Evolution's clients and the relay."""

import asyncio
import gc
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from assistant.database.asides import Asides
from assistant.database.engine import Database
from assistant.database.handover import Handover
from assistant.database.inbox import PostgresInbox
from assistant.database.people import People
from assistant.drain import Drain
from assistant.evolution import EvolutionClient, evolution_http
from assistant.logs import log_event
from assistant.relay import Relay
from assistant.settings import AppSettings
from assistant.state import Assistant

_LOGGER = logging.getLogger(__name__)


def settle() -> None:
    """Leave what the start has made out of every later collection: it stays, and is most of what there is."""
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def running_assistant(settings: AppSettings, drain: Drain) -> AsyncGenerator[Assistant]:
    """Run an assistant for the duration of the block.

    Args:
        settings: Checked settings.
        drain: Shared with the server, which ends it.

    Yields:
        The parts the routes use. At the end the hand-over in progress is finished before connections close.
    """
    async with Database(settings.database_url) as database, evolution_http(settings.evolution_url) as http:
        instances = frozenset(settings.tokens)
        relay = Relay(Handover(database, instances), settings.rabbitmq_url)
        task = asyncio.create_task(relay.run(), name="relay")
        settle()
        log_event(_LOGGER, logging.INFO, "assistant started", instances=sorted(instances))
        try:
            yield Assistant(
                asides=Asides(database),
                dependencies={
                    "database": database,
                    "rabbitmq": relay,
                    # The main instance only: a further one may come and go without making this process useless.
                    "evolution": EvolutionClient(http, settings.instance, settings.tokens[settings.instance]),
                },
                drain=drain,
                inbox=PostgresInbox(database),
                intake_limit=settings.intake_limit,
                instances=instances,
                people=People(database),
                relay=relay,
                webhook_secret=settings.webhook_secret,
            )
        finally:
            relay.stop()
            await task
            log_event(_LOGGER, logging.INFO, "assistant stopped")
