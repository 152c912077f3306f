"""Other programs are watched, bounded, and ended with all they started."""

import os
import time
from pathlib import Path

import pytest

from scripts.setup import processes
from scripts.setup.bounded import bounded
from scripts.setup.failure import UnavailableError
from scripts.setup.processes import CommandError, run


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait milliseconds where users wait seconds."""
    monkeypatch.setattr(processes, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.2)


def shell(script: str) -> list[str]:
    """Return the command that runs a script."""
    return ["/bin/sh", "-c", script]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_lines_arrive_one_by_one_from_both_outputs() -> None:
    """Progress sees what a user would see; a rewritten line counts as lines."""
    seen: list[str] = []
    assert run(shell("echo one; printf 'two\\rthree\\n' >&2; printf end"), on_line=seen.append)[-1] == "end"
    assert seen == ["one", "two", "three"]


def test_failure_carries_what_the_program_said() -> None:
    """The last line that is not empty is the reason shown."""
    with pytest.raises(CommandError, match="ended with exit code 3") as error:
        run(shell("echo no space left; echo; exit 3"))
    assert error.value.last_line == "no space left"


def test_missing_program_is_an_ordinary_failure() -> None:
    """No traceback for what is not installed."""
    with pytest.raises(CommandError, match="could not be started: No such file"):
        run(["/nowhere/pulumi"])


def test_silence_ends_the_program() -> None:
    """A network that swallows everything cannot hold the set-up."""
    began = time.monotonic()
    with pytest.raises(CommandError, match="said nothing for 0 s"):
        run(shell("sleep 60"), silence_seconds=0.1)
    assert time.monotonic() - began < 3


def test_time_limit_ends_the_program_however_much_it_says() -> None:
    """Output alone is no progress where one answer is expected."""
    with pytest.raises(CommandError, match="took longer than 0 s"):
        run(shell("while :; do echo; sleep 0.01; done"), limit_seconds=0.1)


def test_interruption_ends_children_of_children(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a build leaves no compiler behind, not even one that ignores a polite request."""
    note = tmp_path / "pid"

    def interrupt() -> None:
        if note.is_file() and note.read_text(encoding="utf-8").endswith("\n"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(shell(f"trap '' INT; sh -c \"trap '' INT; sleep 60\" & echo $! > '{note}'; wait"), on_wait=interrupt)
    pid = int(note.read_text(encoding="utf-8"))
    end = time.monotonic() + 3
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert not is_alive(pid)
    assert pid != os.getpid()


def test_program_that_leaves_a_child_with_its_output_is_not_waited_for() -> None:
    """A daemon started by a package script must not hold the set-up."""
    began = time.monotonic()
    assert run(shell("sleep 3 & echo done")) == ["done"]
    assert time.monotonic() - began < 2


def test_hung_call_is_given_up() -> None:
    """A name server that never answers has no limit of its own."""
    with pytest.raises(UnavailableError, match="no answer within"):
        bounded(0.05, lambda: time.sleep(2))
    assert bounded(1, lambda: "answer") == "answer"


def test_error_of_a_bounded_call_is_its_own() -> None:
    """A refused connection is told as that, not as a time-out."""

    def refuse() -> str:
        raise UnavailableError("connection refused")

    with pytest.raises(UnavailableError, match="connection refused"):
        bounded(1, refuse)
