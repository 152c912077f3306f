"""Stand-ins for what the routes use."""

from dataclasses import replace
from typing import Any

from sqlalchemy.exc import OperationalError

from assistant.drain import Drain
from assistant.messages import Change, InboundMessage, MessageStatus, SentMessage, SetAside
from assistant.state import Assistant, Backlog

SECRET = "webhook-secret"


class FakeInbox:
    """Keeps messages in memory; fails like a lost database when told to."""

    def __init__(self) -> None:
        """Begin empty."""
        self.stored: dict[str, InboundMessage] = {}
        self.seen: list[str] = []
        self.lost = False
        self.refusal: Exception | None = None
        self.waiting = 0

    async def store(self, message: InboundMessage) -> bool:
        """Keep once."""
        self._check()
        is_new = message.message_id not in self.stored
        self.stored[message.message_id] = message
        return is_new

    async def mark_seen(self, message: SentMessage) -> None:
        """Keep the id."""
        self._check()
        self.seen.append(message.message_id)

    async def status(self, instance: str, message_id: str) -> MessageStatus:
        """Stored messages of `bot` are answered by R1, which nobody has seen."""
        stored = instance == "bot" and message_id in self.stored
        reply_id = "R1" if stored else None
        return MessageStatus(stored=stored, queued=stored, taken=stored, reply_id=reply_id, seen=False)

    async def backlog(self) -> Backlog:
        """Every stored message is still owed."""
        self._check()
        return Backlog(depth=len(self.stored), given_up=2, oldest_due_seconds=1.5)

    def _check(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        if self.lost:
            raise OperationalError("INSERT …", {}, Exception("connection refused"))


class FakeAsides:
    """Keeps everything else in memory."""

    def __init__(self) -> None:
        """Begin empty."""
        self.kept: list[Change | SetAside] = []

    async def keep(self, event: Change | SetAside) -> bool:
        """Keep."""
        self.kept.append(event)
        return True


class FakePeople:
    """Knows nobody."""

    async def unite(self, message: InboundMessage) -> None:
        """Nothing to do."""


class FakeDependency:
    """Has the problem it is given."""

    def __init__(self, problem: str | None = None) -> None:
        """Keep the problem."""
        self.trouble = problem

    async def problem(self) -> str | None:
        """The given problem."""
        return self.trouble


class FakeRelay:
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
        asides=FakeAsides(),
        dependencies={"database": FakeDependency(), "evolution": FakeDependency()},
        drain=Drain(),
        inbox=FakeInbox(),
        instances=frozenset({"bot", "smoke"}),
        intake_limit=2,
        webhook_secret=SECRET,
        people=FakePeople(),
        relay=FakeRelay(),
    )
    return replace(healthy, **changes)
