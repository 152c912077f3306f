"""What is measured, in which order; the same for both sides."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from docker import DockerClient

from bench import load, usage
from bench.command import LIMIT_SECONDS, BenchFailedError, Ended
from bench.death import DeathWatch
from bench.side import BROKEN_EXIT, BROKEN_SERVICE, Side
from bench.usage import Usage

COLD = "cold up"
SAME = "up with nothing to do"
PREVIEW = "preview"
DOWN = "down"
AGAIN = "up after down"
VERDICT = "verdict on an application that dies at start"
ORDER = (COLD, SAME, PREVIEW, DOWN, AGAIN, VERDICT)

SETTLE_SECONDS = 15.0
IDLE_SECONDS = 30.0
"""A multiple of the intervals of all health checks, so that each weighs what it costs."""

VERDICT_LIMIT_SECONDS = 60.0
"""So long a command may go on after the start of an `up` that cannot succeed."""

Say = Callable[[str], None]


@dataclass(kw_only=True)
class Measured:
    """What was measured of one side.

    Attributes:
        title: Name of its column.
        answered: Contacts answered exactly once under load.
        idle: Service to what it uses when nobody writes.
        loaded: The same under load.
        seconds: Measure to its values; None where the command had to be ended.
        written: Contacts who wrote under load.
    """

    title: str
    answered: int = 0
    idle: dict[str, Usage] = field(default_factory=dict)
    loaded: dict[str, Usage] = field(default_factory=dict)
    seconds: dict[str, list[float | None]] = field(default_factory=dict)
    written: int = 0

    def note(self, measure: str, seconds: float | None) -> None:
        """Adds a value."""
        self.seconds.setdefault(measure, []).append(seconds)


def starts(side: Side, repeat: int, say: Say) -> Measured:
    """Measures how long starts take, and nothing else; it is up at the end.

    Args:
        side: Who.
        repeat: How often.
        say: Told of each value.
    """
    found = Measured(title=side.title)
    _colds(side, found, repeat, say)
    _downs(side, found, repeat, say)
    return found


def everything(side: Side, engine: DockerClient, repeat: int, say: Say) -> Measured:
    """Measures all there is; it is up at the end.

    Args:
        side: Who.
        engine: Where its containers are.
        repeat: How often what is timed is done.
        say: Told of each value.
    """
    found = Measured(title=side.title)
    _colds(side, found, repeat, say)
    time.sleep(SETTLE_SECONDS)
    found.idle = usage.measured(engine, side.project, IDLE_SECONDS)
    say(f"{side.title}: idle: {_spoken(found.idle)}")
    found.loaded, found.written, found.answered = load.while_writing(
        side.talk(), lambda: usage.measured(engine, side.project, load.SECONDS)
    )
    say(f"{side.title}: loaded: {_spoken(found.loaded)}; answered {found.answered} of {found.written}")
    for _ in range(repeat):
        _note(found, SAME, lambda: side.up(LIMIT_SECONDS), say)
    for _ in range(repeat):
        _note(found, PREVIEW, side.preview, say)
    for _ in range(repeat):
        seconds = _verdict(side, engine)
        found.note(VERDICT, seconds)
        say(f"{side.title}: {VERDICT}: {seconds} s")
        side.up(LIMIT_SECONDS).must(f"{side.title}: going back from a broken release")
        if seconds is None:
            break  # it would be the same again
    _downs(side, found, repeat, say)
    return found


def _spoken(rows: dict[str, Usage]) -> str:
    used = usage.total(rows)
    return f"{used.cpu_percent:.0f} % CPU, {used.memory_mib:.0f} MiB"


def _colds(side: Side, found: Measured, repeat: int, say: Say) -> None:
    for _ in range(repeat):
        side.clear()
        _note(found, COLD, lambda: side.up(LIMIT_SECONDS), say)


def _downs(side: Side, found: Measured, repeat: int, say: Say) -> None:
    for _ in range(repeat):
        _note(found, DOWN, side.down, say)
        _note(found, AGAIN, lambda: side.up(LIMIT_SECONDS), say)


def _note(found: Measured, measure: str, act: Callable[[], Ended], say: Say) -> None:
    seconds = act().must(f"{found.title}: {measure}").seconds
    found.note(measure, seconds)
    say(f"{found.title}: {measure}: {seconds:.1f} s")


def _verdict(side: Side, engine: DockerClient) -> float | None:
    """Returns the time from an application's death to the end of the command; None when there was no end.

    Raises:
        BenchFailedError: The command did not fail, or nothing died.
    """
    with side.broken(), DeathWatch(engine, side.project, BROKEN_SERVICE, BROKEN_EXIT) as death:
        ended = side.up(VERDICT_LIMIT_SECONDS)
    if ended.code == 0 or death.at is None:
        raise BenchFailedError(f"{side.title}: a broken release was not noticed:\n{ended.text}")
    return None if ended.code is None else ended.at - death.at
