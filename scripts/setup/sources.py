"""Choosing the first source that works, and remembering why the ones before it did not."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.setup.atomic import write_text
from scripts.setup.failure import SetupError, UnavailableError


@dataclass(frozen=True, kw_only=True)
class Source:
    """One way to get something.

    Attributes:
        name: What the report calls it.
        install: Installs and returns the version; raises UnavailableError where this machine cannot.
    """

    name: str
    install: Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What was installed, from where, and why not from an earlier source."""

    version: str
    source: str
    why: str


def first_working(what: str, sources: Sequence[Source], *, remedy: str) -> Installed:
    """Install from the first source that can.

    Args:
        what: The thing, for the error message.
        sources: In order of preference.
        remedy: The ways out when none works.

    Raises:
        SetupError: None works; the message names each with its reason.
    """
    reasons: list[str] = []
    for source in sources:
        try:
            version = source.install()
        except UnavailableError as error:
            reasons.append(f"{source.name}: {error}")
        else:
            return Installed(version=version, source=source.name, why="; ".join(reasons) or "first choice")
    raise SetupError(
        f"{what}: none of its sources can be used on this machine",
        "Without it no stack can be previewed or created; 'make test' works without.",
        remedy,
        tuple(reasons),
    )


def record(path: Path, installed: Installed) -> None:
    """Mark something as completely installed; the mark is written last, so its presence means the rest is there."""
    write_text(path, json.dumps(asdict(installed), indent=2) + "\n")


def recorded(path: Path) -> Installed | None:
    """Return what an earlier run installed, or nothing when it never came to the end."""
    try:
        return Installed(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
