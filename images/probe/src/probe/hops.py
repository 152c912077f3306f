"""The hops of the smoke conversation: what each is called, where to look when it fails, and how both are told."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from probe.errors import ProbeError
from probe.output import say
from probe.steps import StepError

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Hop:
    """One step of a message's way.

    Attributes:
        number: Its place, from 1.
        what: What has happened once it is done, by the service that did it.
        suspects: The services to look at when it does not happen.
    """

    number: int
    what: str
    suspects: str


TAKEN_IN = Hop(1, "evolution-api took the message", "evolution-api")
STORED = Hop(
    2,
    "app stored it",
    "the webhook of the instance in evolution-api (its url and secret), or ingress, or app: "
    "'make logs SERVICE=evolution-api' tells what the webhook was answered, 'make logs SERVICE=app' what arrived",
)
QUEUED = Hop(
    3,
    "rabbitmq took it",
    "rabbitmq, or the application's relay to it: 'make status' shows rabbitmq, 'make logs SERVICE=app' the relay",
)
TAKEN = Hop(
    4,
    "a worker took it",
    "worker: 'make status' shows whether one runs, 'make logs SERVICE=worker' whether it consumes",
)
ANSWERED = Hop(
    5,
    "answered through evolution-api, exactly once",
    "worker, or the token it shows to evolution-api (EVOLUTION_API_KEY, EVOLUTION_INSTANCES): "
    "'make logs SERVICE=worker' says why the reply is postponed",
)
ANSWERED_SOMEHOW = Hop(
    ANSWERED.number,
    "answered through evolution-api",
    "the application (app, worker), its webhook in evolution-api, rabbitmq, or its token: "
    "this application tells no steps, so only the logs do: 'make logs'",
)
SEEN = Hop(
    6,
    "the send.message event came back to app",
    "the webhook of the instance in evolution-api: is SEND_MESSAGE among its events, is its secret the application's? "
    "'make logs SERVICE=evolution-api' tells what it was answered",
)
KEPT_NUMBER = 7
CONVERTED = Hop(
    8,
    "audio-converter takes evolution-api's key, makes voice messages, and refuses the rest",
    "audio-converter: 'make status' shows whether it runs, 'make logs SERVICE=audio-converter' what it says",
)
COUNT = CONVERTED.number
OWN_SERVER = ".internal"
"""How the name of a bucket's server ends that is a service of the stack; the rest of it is the service's."""


def kept(host: str) -> Hop:
    """Return the hop of the bucket of media, with the server that keeps it.

    Args:
        host: Name of the server.
    """
    service = host.removesuffix(OWN_SERVER)
    inside = f"{service} ('make status', 'make logs SERVICE={service}')"
    outside = f"the bucket's server, {host}, which is none of this stack (s3.host)"
    return Hop(
        KEPT_NUMBER,
        "the bucket of media takes evolution-api's key, opens a signed link, and refuses the rest",
        outside if service == host else inside,
    )


def follow(hop: Hop, step: Callable[[], _Value | None], words: Callable[[], str] = lambda: "") -> _Value:
    """Wait for a hop and print a line about it.

    Args:
        hop: Which.
        step: Returns once the hop is done; None when it was not in time.
        words: What services say of themselves, asked when it was not in time.

    Raises:
        ProbeError: The hop failed, with its number and time.
    """
    begun = time.monotonic()
    try:
        result, problem = step(), ""
    except ProbeError as error:
        result, problem = None, str(error)
    took = f"{(time.monotonic() - begun) * 1000:.0f} ms"
    if result is None:
        problem = problem or f"it did not happen in time{words()}. Look at {hop.suspects}"
        raise ProbeError(f"hop {hop.number} of {COUNT} failed ({took}): {hop.what}: {problem}")
    say(f"hop {hop.number} of {COUNT}: {hop.what} ({took})")
    return result


def attempt(hop: Hop, check: Callable[[], None]) -> None:
    """Make a hop that nothing else brings about, and print a line about it.

    Raises:
        ProbeError: The hop failed, with its number and time, the step, and where to look.
    """

    def step() -> bool:
        try:
            check()
        except (ProbeError, StepError) as error:
            said = str(error)
            raise ProbeError(f"{said}{'' if said.endswith(('.', '?')) else '.'} Look at {hop.suspects}") from error
        return True

    follow(hop, step)


def recheck(hop: Hop, check: Callable[[], None]) -> None:
    """Check that a hop still holds.

    Raises:
        ProbeError: It does not, with its number.
    """
    try:
        check()
    except ProbeError as error:
        raise ProbeError(f"hop {hop.number} of {COUNT} failed after all: {hop.what}: {error}") from error


def leave_out(*hops: Hop) -> None:
    """Print that nobody can say whether these happened."""
    for hop in hops:
        say(f"hop {hop.number} of {COUNT}: {hop.what}: not told by this application")
