"""What a running assistant consists of, as the routes see it: interfaces, so that they are tested without Postgres."""

from dataclasses import dataclass, field
from typing import Protocol, cast

from fastapi import Request

from assistant.drain import Drain
from assistant.messages import Change, InboundMessage, MessageStatus, SentMessage, SetAside


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What is still to be answered.

    Attributes:
        depth: Replies owed, due or not.
        given_up: Replies nobody will try again by itself.
        oldest_due_seconds: How long the one that is due longest has been due; 0 when none is.
    """

    depth: int
    given_up: int
    oldest_due_seconds: float


class Inbox(Protocol):
    """Durable store of messages."""

    @property
    def waiting(self) -> int:
        """How many messages and reports are taken in and not safe yet."""

    async def store(self, message: InboundMessage) -> bool:
        """Keep a message for good; False when it was already there."""

    async def mark_seen(self, message: SentMessage) -> None:
        """Note that Evolution reported a message as sent."""

    async def status(self, instance: str, message_id: str) -> MessageStatus:
        """Say how far a message has come."""

    async def backlog(self) -> Backlog:
        """Say what is still to be answered."""


class Asides(Protocol):
    """Durable store of what is no message to answer."""

    async def keep(self, event: Change | SetAside) -> bool:
        """Keep an event for good; False when it was already there."""


class People(Protocol):
    """Who is who."""

    async def unite(self, message: InboundMessage) -> None:
        """After a message is stored: keep one person's messages together."""


class Dependency(Protocol):
    """Something the assistant cannot serve without."""

    async def problem(self) -> str | None:
        """What is wrong with it now, in words fit for a log; None when nothing is."""


class Relay(Protocol):
    """The background task that tells the broker what is owed."""

    @property
    def running(self) -> bool:
        """Whether it still works; False after an error that it does not know."""

    def wake(self) -> None:
        """Say that there is something to do."""


@dataclass(frozen=True, kw_only=True)
class Assistant:
    """The parts the routes use.

    Attributes:
        asides: Where everything else is kept.
        dependencies: By name, what readiness asks.
        drain: Whether this process is leaving.
        inbox: Where messages are kept.
        intake_limit: How many events may wait to be stored.
        instances: The Evolution instances whose messages are answered.
        people: Who is who.
        relay: The task that tells the broker.
        webhook_secret: What callers must present.
    """

    asides: Asides
    dependencies: dict[str, Dependency]
    drain: Drain
    inbox: Inbox
    intake_limit: int
    instances: frozenset[str]
    people: People
    relay: Relay
    webhook_secret: str = field(repr=False)


async def current_assistant(request: Request) -> Assistant:
    """The assistant that the application was started with, as a FastAPI dependency.

    Asynchronous without awaiting: FastAPI gives every ordinary function a thread.
    """
    return cast("Assistant", request.app.state.assistant)
