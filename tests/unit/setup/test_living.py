"""Whether a process runs: one that is dead and not collected yet does not."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from scripts.setup import engine_start, living, pins, report
from scripts.setup.engine_start import remove_stale
from scripts.setup.places import Places

from .fake_engine import FakeEngine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is called like the engine, a child that nobody collects until the end."""
    program = tmp_path / "dockerd"
    shutil.copy2(str(shutil.which("sleep")), program)
    with subprocess.Popen([str(program), "60"]) as process:
        name = Path(f"/proc/{process.pid}/comm")
        while name.read_text(encoding="utf-8") != "dockerd\n":
            time.sleep(0.01)
        yield process
        process.kill()


def kill(process: subprocess.Popen[bytes]) -> None:
    """End it as `kill -9` does; its entry stays in the process table."""
    process.send_signal(signal.SIGKILL)
    status = Path(f"/proc/{process.pid}/status")
    while "State:\tZ" not in status.read_text(encoding="utf-8"):
        time.sleep(0.01)


def test_a_dead_process_that_is_not_collected_does_not_run(engine: subprocess.Popen[bytes]) -> None:
    """A number of another program is no answer either."""
    assert living.runs(engine.pid, "dockerd")
    assert not living.runs(engine.pid, "containerd")
    kill(engine)
    assert not living.runs(engine.pid, "dockerd")
    engine.wait()
    assert not living.runs(engine.pid, "dockerd")


def test_the_file_of_an_engine_that_was_killed_makes_way(engine: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Whoever took it for one that is starting would wait for a minute, and then fail."""
    path = tmp_path / "docker.pid"
    path.write_text(f"{engine.pid}\n", encoding="utf-8")
    assert not remove_stale(path, "dockerd")
    kill(engine)
    assert remove_stale(path, "dockerd")
    assert not path.exists()


def test_no_number_is_no_process(tmp_path: Path) -> None:
    """Signal 0 to number 0 or a negative one would ask a whole group."""
    path = tmp_path / "docker.pid"
    for content in ("0", "-1"):
        path.write_text(content, encoding="utf-8")
        assert remove_stale(path, "dockerd")


@pytest.mark.parametrize("before", [True, False])
def test_an_engine_that_ends_instead_of_answering_is_replaced(
    *,
    before: bool,
    engine: subprocess.Popen[bytes],
    fake_engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    places: Places,
    tmp_path: Path,
) -> None:
    """Before the first look or while it is waited for: the next one is started at once."""
    path = tmp_path / "docker.pid"
    path.write_text(str(engine.pid), encoding="utf-8")
    started: list[list[str]] = []

    def start(argv: list[str], _log: Path) -> subprocess.Popen[bytes]:
        started.append(argv)
        monkeypatch.setattr(engine_start, "DEFAULT_HOST", fake_engine.host)
        return cast("subprocess.Popen[bytes]", SimpleNamespace(poll=lambda: None))

    def die_while_waited_for(_text: str) -> None:
        if engine.poll() is None:
            kill(engine)

    monkeypatch.setattr(engine_start, "DEFAULT_HOST", f"unix://{tmp_path}/nobody.sock")
    monkeypatch.setattr(engine_start, "ENGINE_FILE", path)
    monkeypatch.setattr(engine_start, "PID_FILES", {path: "dockerd"})
    monkeypatch.setattr(engine_start, "SYSTEMD", tmp_path / "none")
    monkeypatch.setattr(engine_start, "start_detached", start)
    monkeypatch.setattr(pins, "ENGINE_START_SECONDS", 5)
    if before:
        kill(engine)
    else:
        monkeypatch.setattr(report.Progress, "update", lambda _self, text: die_while_waited_for(text))
    engine_start.start_engine(places, "no answer")
    assert started == [["dockerd"]]
