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


LONGEST_SECONDS = 60
"""A busy machine's; how soon a developer sees a change is measured on the running stack."""


def save_until(source: Path, content: str, out: Path, text: str) -> None:
    """Save a file again and again until the program says this: watching begins some time after the start."""
    limit = time.monotonic() + LONGEST_SECONDS
    while not (out.exists() and out.read_text() == text):
        assert time.monotonic() < limit, f"no {text!r}"
        source.write_text(content)
        time.sleep(1)


def test_a_saved_file_takes_effect_and_sigterm_ends_it(tmp_path: Path) -> None:
    """Below tasks/ as below src/; the exit code of a stop is 0."""
    for folder in ("src", "tasks"):
        (tmp_path / folder).mkdir()
    out, source = tmp_path / "out", tmp_path / "src" / "toy.py"
    source.write_text(PROGRAM.format(out=str(out), text="old"))
    program = f"import pathlib, assistant.reload as r; r.run_reloading('toy', pathlib.Path({str(tmp_path)!r}))"
    path = os.pathsep.join((str(ROOT / "src"), str(tmp_path / "src")))
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}) as supervisor:  # noqa: S603
        try:
            save_until(source, source.read_text(), out, "old")
            save_until(source, PROGRAM.format(out=str(out), text="new"), out, "new")
            out.unlink()
            save_until(tmp_path / "tasks" / "other.py", "", out, "new")
            supervisor.send_signal(signal.SIGTERM)
            assert supervisor.wait(LONGEST_SECONDS) == 0
        finally:
            supervisor.terminate()  # not killed: it ends its own processes, also after a failed assertion
