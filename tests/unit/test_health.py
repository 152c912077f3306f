"""The check that ends a hung service: its script, run by a real shell on threads of paper."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from components.base import health

BUSYBOX = shutil.which("busybox")
SHELLS = [("sh",), *([(BUSYBOX, "ash")] if BUSYBOX else [])]
PAUSES = "sleep 1; waited; sleep 1; waited"
HUNG = {"1/task/1": "20 30 1", "8/task/8": "50 900000000 4", "8/task/9": "50 1000 4"}
"""Thread to what the kernel says of it: time on a CPU, time waited for one, turns. The past does not matter."""


class Machine:
    """A container of paper: its threads at two moments, and a tmpfs."""

    def __init__(self, folder: Path, shell: tuple[str, ...]) -> None:
        """Takes a folder of its own and the shell of the image."""
        self.folder = folder
        self.shell = shell
        (folder / "marks").mkdir()

    def check(self, command: str, later: Mapping[str, str] = HUNG, earlier: Mapping[str, str] = HUNG) -> int:
        """Runs one check; returns its exit code."""
        for name, threads in (("before", earlier), ("after", later)):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            for thread, said in threads.items():
                place = self.folder / name / thread
                place.mkdir(exist_ok=True, parents=True)
                (place / "schedstat").write_text(f"{said}\n")
        *_, script, _name, _command = health.self_healing(("sh",))
        assert PAUSES in script
        assert "kill -9 -1" in script
        script = script.replace("/proc/", f"{self.folder}/before/").replace(health.MARKS, f"{self.folder}/marks")
        # Only a check that fails by itself needs no time to begin before it is judged.
        pause = ":" if command.endswith("exit 1") else "sleep 0.5"
        script = script.replace(PAUSES, f"waited; cp -R {self.folder}/after/. {self.folder}/before; waited; {pause}")
        script = script.replace("kill -9 -1", f": >{self.folder}/shot")
        done = subprocess.run(
            [*self.shell, "-c", script, "health", *self.shell, "-c", command],
            check=False,
            capture_output=True,
            env={"PATH": os.environ["PATH"]},
            text=True,
            timeout=60,
        )
        self.said = done.stdout + done.stderr
        return done.returncode

    @property
    def shot(self) -> bool:
        """Whether everything was killed."""
        return (self.folder / "shot").exists()


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[-1])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """A container whose image has a certain shell."""
    return Machine(tmp_path, request.param)


def test_two_failures_in_a_row_after_a_success_end_it(machine: Machine) -> None:
    """And nothing before the first success, nor with a success between."""
    assert [machine.check("exit 1") for _ in range(3)] == [1, 1, 1]
    assert [machine.check(command) for command in ("exit 0", "exit 1", "exit 0", "exit 1")] == [0, 1, 0, 1]
    assert not machine.shot
    assert machine.check("exit 1") == 1
    assert machine.shot


def test_a_check_without_an_answer_has_failed(machine: Machine) -> None:
    """It is ended by the judgement, long before the time that is only its outer limit."""
    assert machine.check("exit 0") == 0
    assert [machine.check("exec sleep 30") for _ in range(2)] == [1, 1]
    assert machine.shot


@pytest.mark.parametrize(
    "later",
    [
        {**HUNG, "8/task/9": "50 300001000 5"},
        {**HUNG, "77/task/77": "5 400000000 2"},  # the check itself, which is new
        {**HUNG, "8/task/9": "50 130001000 5", "1/task/1": "20 130000030 2"},
    ],
)
def test_waiting_for_a_cpu_is_no_failure(machine: Machine, later: Mapping[str, str]) -> None:
    """However long it lasts; a verdict that there was before stays."""
    assert machine.check("exit 0") == 0
    for _ in range(4):
        assert machine.check("exit 1", later) == 0
        assert "too little CPU" in machine.said
    assert not machine.shot
    assert machine.check("exit 1") == 1
    assert machine.check("exit 1", later) == 1
    assert not machine.shot


def test_a_check_that_waits_for_a_cpu_has_more_time(machine: Machine) -> None:
    """It may still have its answer; without that a busy service would never have its first success."""
    assert machine.check("sleep 0.6; exit 0", {**HUNG, "8/task/9": "50 300001000 5"}) == 0
    assert "too little CPU" not in machine.said
    assert (machine.folder / "marks" / "once").exists()


def test_a_little_waiting_is_a_failure(machine: Machine) -> None:
    """Threads of a service that hangs are not never scheduled."""
    later = {**HUNG, "8/task/9": "50 200001000 5"}
    assert machine.check("exit 0") == 0
    for _ in range(2):
        assert not machine.shot
        assert machine.check("exit 1", later) == 1
    assert machine.shot


def test_a_kernel_that_does_not_count_takes_a_minute(machine: Machine) -> None:
    """It has zeros there, which must not be taken for an idle machine."""
    zeros = {"1/task/1": "0 0 0", "8/task/8": "0 0 0"}
    assert machine.check("exit 0", zeros, zeros) == 0
    for number in range(health.FAILURES_UNSEEN):
        assert not machine.shot, number
        assert machine.check("exit 1", zeros, zeros) == 1
    assert machine.shot
