"""What the user sees and what make sees at the end."""

import fcntl
import signal
import sys
import threading
from pathlib import Path

import pytest

from scripts.setup import command, report
from scripts.setup.failure import SetupError
from scripts.setup.locking import exclusive


@pytest.fixture(autouse=True)
def signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the test runner's signals alone."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def end_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the next run end with an exception."""

    def run_step(*_: object) -> None:
        raise error

    monkeypatch.setattr(command, "run_step", run_step)


def test_error_is_a_message_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three parts and the log lines, no traceback."""
    end_with(monkeypatch, SetupError("engine: does not answer", "Nothing works.", "Start it.", ("last line",)))
    assert command.main([]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: engine: does not answer",
        "         | last line",
        "       Nothing works.",
        "       Start it.",
    ]


def test_interruption_says_how_to_continue(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is the shell's for Ctrl-C, so make stops too."""
    end_with(monkeypatch, KeyboardInterrupt())
    assert command.main(["toolchain"]) == 130
    assert "'scripts/setup.sh toolchain' continues from here" in capsys.readouterr().err
    assert command.main([]) == 130
    assert "'make setup' continues" in capsys.readouterr().err


def test_unknown_step_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt step does not start the longest one."""
    with pytest.raises(SystemExit):
        command.main(["toolchains"])
    assert "invalid choice" in capsys.readouterr().err


def test_old_python_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The start script looks for a newer one; whoever bypasses it learns about it."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    assert command.main(["python"]) == 1
    assert "scripts/setup.sh" in capsys.readouterr().err


def test_second_set_up_waits_and_says_for_whom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two terminals do not build the same thing at once."""
    done: list[str] = []

    def second() -> None:
        with exclusive(tmp_path, "toolchain"):
            done.append("second")

    with (tmp_path / "toolchain.lock").open("w", encoding="utf-8") as file:
        file.write("4711")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        assert not done
    thread.join(5)
    assert done == ["second"]
    assert "another set-up (process 4711) is busy with it -> waiting" in capsys.readouterr().out


def test_progress_prints_a_line_now_and_then_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A CI log shows life without drowning in it."""
    shown = report.Progress("pulumi", now=0.0)
    for second in range(31):
        shown.tick(now=float(second))
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["15", "30"]
