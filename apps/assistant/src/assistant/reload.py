"""Development: run a process and start it anew whenever a Python file below `src/` or `tasks/` is saved.

`python3 -m assistant.reload <module>` in place of `python3 -m <module>`; production never loads this. Only directories
are watched, so a read-only root with mounted sources is enough, and an editor that replaces a file instead of writing
into it is noticed too. Where a mount delivers no events (Docker Desktop), WATCHFILES_FORCE_POLLING=true makes the
watcher look by itself.

Most of a start is importing libraries that no saved file changes: a fork server imports them once and every start is a
fork of it. That keeps a restart far below the three seconds a developer waits, also in a container with half a core.

A file saved with a mistake ends the process, and no restart of the container would help: why is written to the log and
to the file that NOT_SERVING_FILE names, and the next save starts the process again. So nothing of the application is
imported here: what is broken must not end the one who waits for its repair.
"""

import json
import multiprocessing
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from watchfiles import PythonFilter, watch

LIBRARIES = (
    "aio_pika",
    "fastapi",
    "httpx",
    "prometheus_client",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.ext.asyncio",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)
FOLDERS = ("src", "tasks")
# A developer waits for this. What a killed worker had begun is finished by the next one, see `assistant.replier`.
RESTART_SECONDS = 0.5
# As long as a container's stop may take.
STOP_SECONDS = 15.0
# Between two looks whether the process still runs.
LOOK_MILLISECONDS = 250
# An end by its own error this soon is the saved file's fault; a later one is the health check's to judge, as anywhere.
STARTING_SECONDS = 30.0

_ROOT = Path(__file__).parents[2]


class _Application:
    """The process that is edited: one at a time."""

    def __init__(self, module: str, root: Path) -> None:
        self._server = multiprocessing.get_context("forkserver")
        self._server.set_forkserver_preload(list(LIBRARIES))
        self._module, self._root = module, root
        named = os.environ.get("NOT_SERVING_FILE", "")
        self._file = Path(named) if named else None

    def start(self) -> None:
        """Start it; what was wrong before is forgotten."""
        if self._file:
            self._file.unlink(missing_ok=True)
        self._told, sender = self._server.Pipe(duplex=False)
        self._process = self._server.Process(target=_run, args=(self._module, self._root, sender))
        self._process.start()
        sender.close()
        self._began = time.monotonic()
        self._seen = False

    def look(self) -> None:
        """Say once that it has ended, and why where it told."""
        if self._seen or self._process.is_alive():
            return
        self._seen = True
        code = self._process.exitcode or 0
        reason = self._why() or (f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}")
        _say("error", "not serving", module=self._module, reason=reason, until="the next saved file")
        if self._file and code > 0 and time.monotonic() - self._began < STARTING_SECONDS:
            whole = self._file.with_suffix(".new")
            whole.write_text(f"not serving: {reason}\n", encoding="utf-8")
            whole.replace(self._file)  # a check never reads half of it

    def end(self, number: signal.Signals, seconds: float) -> None:
        """End it, politely for so long."""
        if self._process.is_alive() and self._process.pid is not None:
            os.kill(self._process.pid, number)
            self._process.join(seconds)
            self._process.kill()  # without effect on one that has ended
        self._process.join()
        self._told.close()

    def _why(self) -> str:
        try:
            return str(self._told.recv()) if self._told.poll() else ""
        except EOFError:  # it ended without a word
            return ""


def run_reloading(module: str, root: Path = _ROOT) -> int:
    """Run `python3 -m <module>` until SIGTERM or Ctrl-C, restarting it on every change.

    Args:
        module: Takes SIGINT as the order to stop quickly, SIGTERM as the order to stop with care.
        root: Where the folders are.

    Returns:
        The exit code, 0: ending was asked for, whatever state the edited process was in.
    """
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    folders = [folder for name in FOLDERS if (folder := root / name).is_dir()]
    application = _Application(module, root)
    application.start()
    looks = watch(
        *folders,
        rust_timeout=LOOK_MILLISECONDS,
        stop_event=stopping,
        watch_filter=PythonFilter(),
        yield_on_timeout=True,
    )
    for changes in looks:
        if changes:
            saved = sorted({_within(root, path) for _, path in changes})
            _say("info", "starting anew", module=module, saved=saved)
            application.end(signal.SIGINT, RESTART_SECONDS)
            application.start()
        else:
            application.look()
    application.end(signal.SIGTERM, STOP_SECONDS)
    return 0


def _run(module: str, root: Path, told: Connection) -> None:
    """In the new process: what `python3 -m <module>` would do, and the place of the error that ended it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.argv = [module]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except Exception as error:
        told.send(_place(error, root))
        raise


def _place(error: Exception, root: Path) -> str:
    """Name the error and the line of the source that it came from; its text may quote what a customer wrote."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{type(error).__name__} in {_within(root, error.filename)}:{error.lineno}"
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(root)]
    here = [frame for frame in own if frame.filename != __file__]
    return (
        f"{type(error).__name__} in {_within(root, here[-1].filename)}:{here[-1].lineno}"
        if here
        else type(error).__name__
    )


def _within(root: Path, path: str) -> str:
    return str(Path(path).relative_to(root)) if Path(path).is_relative_to(root) else path


def _say(level: str, message: str, **fields: object) -> None:
    """Write a line as `assistant.logs` does, without importing it."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"time": now, "level": level, "logger": "assistant.reload", "message": message, **fields}
    sys.stdout.write(f"{json.dumps(line, ensure_ascii=False)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run_reloading(sys.argv[1]))
