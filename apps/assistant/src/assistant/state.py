"""What a running assistant consists of, as the routes see it: interfaces, so that they are tested without Postgres."""

from dataclasses import dataclass, field
from typing import Protocol, cast

from fastapi import Request

from assistant.drain import Drain
from assistant.messages import InboundMessage, MessageStatus


class Inbox(Protocol):
    """Durable store of inbound messages."""

    async def store(self, message: InboundMessage) -> bool:
        """Keep a message for good; False when it was already there."""

    async def status(self, instance: str, message_id: str) -> MessageStatus:
        """Say whether a message is stored and how it was answered."""


class Dependency(Protocol):
    """Something the assistant cannot serve without."""

    async def problem(self) -> str | None:
        """What is wrong with it now, in words fit for a log; None when nothing is."""


class Worker(Protocol):
    """The background task that answers."""

    @property
    def running(self) -> bool:
        """Whether it still works; False after an error that it does not know."""

    def wake(self) -> None:
        """Say that there is something to do."""


@dataclass(frozen=True, kw_only=True)
class Assistant:
    """The parts the routes use.

    Attributes:
        dependencies: By name, what readiness asks.
        drain: Whether this process is leaving.
        inbox: Where messages are kept.
        instance: The Evolution instance whose messages are answered.
        webhook_secret: What callers must present.
        worker: The task that answers.
    """

    dependencies: dict[str, Dependency]
    drain: Drain
    inbox: Inbox
    instance: str
    webhook_secret: str = field(repr=False)
    worker: Worker


def current_assistant(request: Request) -> Assistant:
    """The assistant that the application was started with, as a FastAPI dependency."""
    return cast("Assistant", request.app.state.assistant)
