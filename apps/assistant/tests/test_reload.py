"""Development: a saved file takes effect while a developer waits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from services import ROOT

PROGRAM = """
import pathlib, signal
pathlib.Path({out!r}).write_text({text!r})
try:
    signal.pause()
except KeyboardInterrupt:
    raise SystemExit(0)
"""


def wait_for(file: Path, text: str, seconds: float) -> None:
    """Fail unless the file says this in time."""
    limit = time.monotonic() + seconds
    while not (file.exists() and file.read_text() == text):
        assert time.monotonic() < limit, f"no {text!r} within {seconds} s"
        time.sleep(0.02)


def test_a_saved_file_takes_effect_in_three_seconds_and_sigterm_ends_it(tmp_path: Path) -> None:
    """Below tasks/ as below src/; the exit code of a stop is 0."""
    for folder in ("src", "tasks"):
        (tmp_path / folder).mkdir()
    out, source = tmp_path / "out", tmp_path / "src" / "toy.py"
    source.write_text(PROGRAM.format(out=str(out), text="old"))
    program = f"import pathlib, assistant.reload as r; r.run_reloading('toy', pathlib.Path({str(tmp_path)!r}))"
    path = os.pathsep.join((str(ROOT / "src"), str(tmp_path / "src")))
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}) as supervisor:  # noqa: S603
        try:
            wait_for(out, "old", 10)
            time.sleep(0.3)  # the watcher begins after the program has been started
            source.write_text(PROGRAM.format(out=str(out), text="new"))
            wait_for(out, "new", 3)
            out.unlink()
            (tmp_path / "tasks" / "other.py").write_text("")
            wait_for(out, "new", 3)
            supervisor.send_signal(signal.SIGTERM)
            assert supervisor.wait(5) == 0
        finally:
            supervisor.terminate()  # not killed: it ends its own processes, also after a failed assertion
