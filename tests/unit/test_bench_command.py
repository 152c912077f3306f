"""The commands the bench runs: which compose there is, and what becomes of a command that is late or fails."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import compose
from bench.command import BenchFailedError, run

DEATH_SECONDS = 10
"""A kill is a request: the process may be seen for a moment longer."""


def running(process: int) -> bool:
    """Returns whether a process is there and has not ended."""
    seen = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, check=False, text=True)
    return bool(seen.stdout.strip()) and not seen.stdout.startswith("Z")


@pytest.mark.parametrize(
    ("script", "found"),
    [
        pytest.param("echo 2.40.3", "2.40.3", id="plugin"),
        pytest.param("echo v2.20.0", "2.20.0", id="older plugin"),
        pytest.param("echo 1.29.2", None, id="version 1 cannot wait"),
        pytest.param("echo \"docker: 'compose' is not a docker command\" >&2; exit 1", None, id="no plugin"),
    ],
)
def test_which_compose_is_there(
    script: str, found: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever `docker compose` says of itself."""
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert compose.version() == found


def test_no_docker_program_is_no_compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine can do without it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compose.version() is None


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    """It has no exit code, and what it printed so far is kept."""
    script = f"echo begun; sleep 60 & echo $! > {tmp_path}/child; wait"
    ended = run(["sh", "-c", script], cwd=tmp_path, environment={"PATH": "/usr/bin:/bin"}, limit_seconds=0.5)
    assert ended.code is None
    assert ended.text == "begun\n"
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + DEATH_SECONDS
    while running(child):
        assert time.monotonic() < deadline, "its child goes on"
        time.sleep(0.01)


def test_a_command_that_fails_ends_the_bench_with_its_last_lines(tmp_path: Path) -> None:
    """A time of something that does not work is no time."""
    script = "print('\\x1b[31mno licence\\x1b[0m'); raise SystemExit(3)"
    ended = run([sys.executable, "-c", script], cwd=tmp_path, environment={})
    with pytest.raises(BenchFailedError, match=r"cold up failed \(exit 3\)") as failed:
        ended.must("cold up")
    assert str(failed.value).endswith("\nno licence")
