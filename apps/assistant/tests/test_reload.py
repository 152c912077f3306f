"""Development: a saved file takes effect while a developer waits."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from services import ROOT

PROGRAM = """
import pathlib, signal
pathlib.Path({out!r}).write_text({text!r})
try:
    signal.pause()
except KeyboardInterrupt:
    raise SystemExit(0)
"""


LONGEST_SECONDS = 60
"""A busy machine's; how soon a developer sees a change is measured on the running stack."""


def save_until(source: Path, content: str, out: Path, text: str) -> None:
    """Save a file again and again until the program says this: watching begins some time after the start."""
    limit = time.monotonic() + LONGEST_SECONDS
    while not (out.exists() and out.read_text() == text):
        assert time.monotonic() < limit, f"no {text!r}"
        source.write_text(content)
        time.sleep(1)


@contextmanager
def supervisor(folder: Path, program: str) -> Generator[subprocess.Popen[bytes]]:
    """The reloader as a container runs it, its log beside the source; ended with what it runs."""
    with (folder / "log").open("wb") as log:
        settings = {
            **os.environ,
            "NOT_SERVING_FILE": str(folder / "not-serving"),
            "PYTHONPATH": os.pathsep.join((str(folder / "src"), str(ROOT / "src"))),
        }
        command = [sys.executable, "-c", program]
        with subprocess.Popen(command, env=settings, stderr=log, stdout=log) as process:  # noqa: S603
            try:
                yield process
            finally:
                process.terminate()  # not killed: it ends its own processes, also after a failed assertion


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the source lies."""
    for name in ("src", "tasks"):
        (tmp_path / name).mkdir()
    return tmp_path


def of_toy(folder: Path, more: str = "") -> str:
    """The program that reloads the module `toy`, which needs no library."""
    start = f"r.run_reloading('toy', pathlib.Path({str(folder)!r}))"
    return f"import pathlib, assistant.reload as r; r.LIBRARIES = (); {more}{start}"


def wait_for(what: Callable[[], object], why: str) -> None:
    """Wait until something is so."""
    limit = time.monotonic() + LONGEST_SECONDS
    while not what():
        assert time.monotonic() < limit, why
        time.sleep(0.05)


def logged(folder: Path) -> list[dict[str, object]]:
    """The lines of the log that are JSON: a traceback is not."""
    lines = (folder / "log").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_a_saved_file_takes_effect_and_sigterm_ends_it(folder: Path) -> None:
    """Below tasks/ as below src/; the exit code of a stop is 0."""
    out, source = folder / "out", folder / "src" / "toy.py"
    source.write_text(PROGRAM.format(out=str(out), text="old"))
    with supervisor(folder, of_toy(folder)) as process:
        save_until(source, source.read_text(), out, "old")
        save_until(source, PROGRAM.format(out=str(out), text="new"), out, "new")
        out.unlink()
        save_until(folder / "tasks" / "other.py", "", out, "new")
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST_SECONDS) == 0
    assert not (folder / "not-serving").exists()


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        ("x = 1\ndef broken(:\n", "SyntaxError in src/part.py:2"),
        ("x = 1\n\n  y = 2\n", "IndentationError in src/part.py:3"),
        ("x = 1\nx = missing\n", "NameError in src/part.py:2"),
        ("import no_such_module\n", "ModuleNotFoundError in src/part.py:1"),
        ("raise SystemExit(3)\n", "ended with exit code 3"),
    ],
)
def test_a_saved_mistake_is_said_until_the_next_save(folder: Path, mistake: str, reason: str) -> None:
    """In the log and in the file that checks read; the reloader stays, and what is saved next runs."""
    out, told, part = folder / "out", folder / "not-serving", folder / "src" / "part.py"
    (folder / "src" / "toy.py").write_text("import part\n" + PROGRAM.format(out=str(out), text="served"))
    part.write_text("")
    with supervisor(folder, of_toy(folder)) as process:
        save_until(part, "", out, "served")
        part.write_text(mistake)
        wait_for(told.exists, "nothing is said")
        assert told.read_text() == f"not serving: {reason}\n"
        lines = [line for line in logged(folder) if line["message"] == "not serving"]
        assert [(line["level"], line["reason"]) for line in lines] == [("error", reason)]
        assert process.poll() is None
        out.unlink()
        part.write_text("")
        wait_for(out.exists, "not served after the repair")
        assert not told.exists()


@pytest.mark.parametrize(
    ("more", "end"), [("r.STARTING_SECONDS = 0; ", "raise SystemExit(1)"), ("", "import os; os.kill(os.getpid(), 9)")]
)
def test_what_ends_later_or_is_killed_is_the_health_checks(folder: Path, more: str, end: str) -> None:
    """A restart of the container helps there, as it does in production: the log says it, the checks are not told."""
    (folder / "src" / "toy.py").write_text(f"{end}\n")
    with supervisor(folder, of_toy(folder, more)):
        wait_for(lambda: [line for line in logged(folder) if line["message"] == "not serving"], "nothing is said")
        assert not (folder / "not-serving").exists()


@pytest.mark.parametrize("broken", ["src/assistant/logs.py", "tasks/worker.py"])
def test_a_start_with_a_mistake_waits_for_its_repair(tmp_path: Path, broken: str) -> None:
    """A reloader that imported what is broken would end, and its container would start in a loop."""
    for name in ("src", "tasks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / broken).write_text("def broken(:\n")
    module = "tasks" if broken.startswith("tasks") else "assistant"
    command = [sys.executable, "-m", "assistant.reload", module]
    told = tmp_path / "not-serving"
    path = os.pathsep.join((str(tmp_path / "src"), str(tmp_path)))
    settings = {**os.environ, "NOT_SERVING_FILE": str(told), "PYTHONPATH": path}
    with subprocess.Popen(command, cwd=tmp_path, env=settings) as process:  # noqa: S603
        try:
            wait_for(lambda: told.exists() or process.poll() is not None, "nothing is said")
            assert process.poll() is None
            assert told.read_text() == f"not serving: SyntaxError in {broken}:1\n"
        finally:
            process.terminate()
