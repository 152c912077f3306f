"""Running other programs: watched, bounded, and ended together with everything they started."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

POLL_SECONDS = 0.5
GRACE_SECONDS = 5.0  # apt and uv tidy up when asked politely
READ_BYTES = 65536


class CommandError(Exception):
    """A program ended with an error, fell silent for too long or took too long."""

    def __init__(self, argv: Sequence[str], reason: str, lines: Sequence[str]) -> None:
        """Keep the program, the reason and its output."""
        self.argv, self.reason, self.lines = tuple(argv), reason, tuple(lines)
        super().__init__(f"{argv[0]} {reason}")

    @property
    def last_line(self) -> str:
        """The last thing the program said, or why it was ended."""
        return next((line.strip() for line in reversed(self.lines) if line.strip()), self.reason)


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    limit_seconds: float | None = None,
    on_line: Callable[[str], None] = lambda _: None,
    on_wait: Callable[[], None] = lambda: None,
    silence_seconds: float | None = None,
) -> list[str]:
    """Run a program to its end and return the lines it printed.

    Args:
        argv: The program and its arguments.
        cwd: Where it runs.
        env: Its whole environment; this program's own when not given.
        limit_seconds: It is ended after this time.
        on_line: Told every line as it arrives.
        on_wait: Called about twice a second, and between lines.
        silence_seconds: It is ended after this time without a line.

    Raises:
        CommandError: It could not be started, failed, or was ended because of a limit.
    """
    try:
        process = subprocess.Popen(
            argv, cwd=cwd, env=env, process_group=0,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except OSError as error:
        raise CommandError(argv, f"could not be started: {error.strerror}", ()) from error
    lines: list[str] = []
    try:
        reason = _follow(process, lines, on_line, on_wait, limit_seconds, silence_seconds)
    except BaseException:
        end_group(process)
        raise
    if reason:
        end_group(process)
        raise CommandError(argv, reason, lines)
    if process.returncode != 0:
        raise CommandError(argv, f"ended with exit code {process.returncode}", lines)
    return lines


def _follow(
    process: subprocess.Popen[bytes],
    lines: list[str],
    on_line: Callable[[str], None],
    on_wait: Callable[[], None],
    limit_seconds: float | None,
    silence_seconds: float | None,
) -> str:
    """Collect output until the program ends; return the limit it broke, or nothing."""
    pipe = process.stdout
    assert pipe is not None  # noqa: S101 - Popen was given a pipe
    began = heard = time.monotonic()
    rest = b""
    with pipe, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            ready = selector.select(POLL_SECONDS)
            part = os.read(pipe.fileno(), READ_BYTES) if ready else b""
            if part:
                heard = time.monotonic()
                *complete, rest = (rest + part).replace(b"\r", b"\n").split(b"\n")
                for line in complete:
                    lines.append(line.decode(errors="replace"))
                    on_line(lines[-1])
            elif ready or process.poll() is not None:
                break  # its end, or its end while something it left behind keeps the pipe open
            now = time.monotonic()
            if limit_seconds is not None and now - began > limit_seconds:
                return f"took longer than {limit_seconds:.0f} s"
            if silence_seconds is not None and now - heard > silence_seconds:
                return f"said nothing for {silence_seconds:.0f} s"
            on_wait()
    if rest:
        lines.append(rest.decode(errors="replace"))
    process.wait()
    return ""


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started: politely first, at once when the user insists."""
    try:
        _signal_group(process, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    finally:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS answers so for a group that has just ended
        os.killpg(process.pid, number)
