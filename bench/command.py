"""Runs one command and times it; one that takes too long is ended with everything it has started."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 900.0
LAST_LINES = 25
END_SECONDS = 30.0
"""Time a command that is ended has to leave by itself."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class BenchFailedError(Exception):
    """What was to be measured does not work, so there is nothing to measure."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A command that is over.

    Attributes:
        at: When, in seconds of the wall clock.
        code: Its exit code; None when its time was up.
        seconds: How long it took.
        text: What it printed, without colours.
    """

    at: float
    code: int | None
    seconds: float
    text: str

    def must(self, what: str) -> "Ended":
        """Returns itself.

        Args:
            what: What it was to do, for the message.

        Raises:
            BenchFailedError: It failed, with its last lines.
        """
        if self.code != 0:
            why = "was not over in time" if self.code is None else f"failed (exit {self.code})"
            lines = "\n".join(self.text.splitlines()[-LAST_LINES:])
            raise BenchFailedError(f"{what} {why}; its last lines:\n{lines}")
        return self


def run(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], limit_seconds: float = LIMIT_SECONDS
) -> Ended:
    """Runs a command to its end.

    Args:
        command: Program and arguments.
        cwd: Where.
        environment: Its whole environment.
        limit_seconds: Longest time it may take.
    """
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        with subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment),
            start_new_session=True,  # so that it can be ended with its children
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
        ) as process:
            code: int | None = None
            try:
                code = process.wait(limit_seconds)
            except subprocess.TimeoutExpired:
                _end(process)
            except BaseException:
                _end(process)
                raise
        seconds, at = time.monotonic() - began, time.time()
        output.seek(0)
        text = _COLOURS.sub("", output.read().decode(errors="replace"))
    return Ended(at=at, code=code, seconds=seconds, text=text)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Asks a command and its children to leave, and kills what does not."""
    for how in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(END_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
