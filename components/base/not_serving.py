"""A process that says why it does not serve: what a reloader holds until the next saved file repairs it.

It writes the reason into a file of its container. The health check then succeeds with the reason as its output, because
a restart would not help; the engine keeps that output, so that one look at the container shows the reason.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

FILE: Final = "/tmp/not-serving"  # noqa: S108 inside the container, gone with its process
ENVIRONMENT: Final[Mapping[str, str]] = {"NOT_SERVING_FILE": FILE}
"""Where the process finds the file's name."""

PREFIX: Final = "not serving: "
"""What the file begins with."""


def held(command: Sequence[str]) -> tuple[str, ...]:
    """Returns a health check that succeeds while there is a reason.

    Args:
        command: The check itself.
    """
    return _told(command, code=0)


def refused(command: Sequence[str]) -> tuple[str, ...]:
    """Returns a readiness probe that fails while there is a reason.

    Args:
        command: The probe itself.
    """
    return _told(command, code=1)


def reason(inspected: Mapping[str, Any]) -> str:
    """Returns why a container does not serve, as its last health check said; empty where it said nothing of it.

    Args:
        inspected: The engine's `inspect` of the container.
    """
    checks = (inspected["State"].get("Health") or {}).get("Log") or []
    if not checks or _before(checks[-1]["Start"], inspected["State"]["StartedAt"]):
        return ""  # the engine keeps what the checks of the run before have said
    said = str(checks[-1]["Output"]).strip()
    return said if said.startswith(PREFIX) else ""


def _before(one: str, other: str) -> bool:
    """Compares two moments of the engine, which writes them in different time zones."""
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def _told(command: Sequence[str], *, code: int) -> tuple[str, ...]:
    script = f'[ -s {FILE} ] || exec "$@"; cat {FILE}; exit {code}'
    return ("sh", "-c", script, "not-serving", *command)
