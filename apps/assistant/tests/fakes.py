"""Stand-ins for what the routes use."""

from dataclasses import replace
from typing import Any

from sqlalchemy.exc import OperationalError

from assistant.drain import Drain
from assistant.messages import InboundMessage, MessageStatus
from assistant.settings import Settings
from assistant.state import Assistant

SECRET = "webhook-secret"
SETTINGS = Settings(
    database_url="postgresql+psycopg://u:p@db/chat",
    evolution_api_key="token",
    evolution_instance="bot",
    evolution_url="http://evolution-api:8080",
    webhook_secret=SECRET,
)


class FakeInbox:
    """Keeps messages in memory; fails like a lost database when told to."""

    def __init__(self) -> None:
        """Begin empty."""
        self.stored: dict[str, InboundMessage] = {}
        self.lost = False

    async def store(self, message: InboundMessage) -> bool:
        """Keep once."""
        if self.lost:
            raise OperationalError("INSERT …", {}, Exception("connection refused"))
        is_new = message.message_id not in self.stored
        self.stored[message.message_id] = message
        return is_new

    async def status(self, instance: str, message_id: str) -> MessageStatus:
        """Stored messages of `bot` are answered by R1."""
        stored = instance == "bot" and message_id in self.stored
        return MessageStatus(stored=stored, reply_id="R1" if stored else None)


class FakeDependency:
    """Has the problem it is given."""

    def __init__(self, problem: str | None = None) -> None:
        """Keep the problem."""
        self.trouble = problem

    async def problem(self) -> str | None:
        """The given problem."""
        return self.trouble


class FakeWorker:
    """Counts how often it was woken."""

    def __init__(self) -> None:
        """Begin healthy."""
        self.running = True
        self.woken = 0

    def wake(self) -> None:
        """Count."""
        self.woken += 1


def fake_assistant(**changes: Any) -> Assistant:  # noqa: ANN401 - any field
    """A healthy assistant, with some parts replaced."""
    healthy = Assistant(
        dependencies={"database": FakeDependency(), "evolution": FakeDependency()},
        drain=Drain(),
        inbox=FakeInbox(),
        instance="bot",
        webhook_secret=SECRET,
        worker=FakeWorker(),
    )
    return replace(healthy, **changes)
