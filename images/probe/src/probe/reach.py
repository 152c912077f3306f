"""`probe reach`: whether names and ports can be reached from here, and which step failed: DNS or TCP."""

import time
from functools import partial
from pathlib import Path

from pydantic import ConfigDict, Field, RootModel

from probe import steps
from probe.files import SettingsModel, read_settings
from probe.parallel import OK, report


class Target(SettingsModel):
    """A port that must accept connections."""

    name: str
    host: str
    port: int = Field(ge=1, le=65535)


class Targets(RootModel[tuple[Target, ...]]):
    """The settings file of this command; an empty one would prove nothing."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    root: tuple[Target, ...] = Field(min_length=1)


def run(path: Path, seconds: float) -> int:
    """Try all at once and print a line each, in the file's order.

    Args:
        path: The settings file.
        seconds: Limit of it all.

    Returns:
        0 when all can be reached, 1 otherwise.

    Raises:
        ProbeError: The settings file is wrong.
    """
    targets = read_settings(path, Targets).root
    return report([(target.name, partial(_try, target)) for target in targets], seconds)


def _try(target: Target) -> str:
    started = time.monotonic()
    try:
        steps.reach(target.host, target.port)
    except steps.StepError as error:
        return str(error)
    return f"{OK} ({target.host}:{target.port}, {(time.monotonic() - started) * 1000:.0f} ms)"
