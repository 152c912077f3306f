"""Development: run a process and start it anew whenever a Python file below `src/` or `tasks/` is saved.

Production never loads this. Only directories are watched, so a read-only root with mounted sources is enough, and an
editor that replaces a file instead of writing into it is noticed too. Where a mount delivers no events (Docker
Desktop), WATCHFILES_FORCE_POLLING=true makes the watcher look by itself.

Most of a start is importing libraries that no saved file changes: a fork server imports them once and every start is a
fork of it. That keeps a restart far below the three seconds a developer waits, also in a container with half a core.
"""

import multiprocessing
import os
import runpy
import signal
import sys
import threading
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import FrameType

from watchfiles import PythonFilter, watch

from assistant.logs import configure_logging

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

_ROOT = Path(__file__).parents[2]


def run_reloading(module: str, root: Path = _ROOT) -> int:
    """Run `python3 -m <module>` until SIGTERM or Ctrl-C, restarting it on every change.

    Args:
        module: Takes SIGINT as the order to stop quickly, SIGTERM as the order to stop with care.
        root: Where the folders are.

    Returns:
        The exit code, 0: ending was asked for, whatever state the edited process was in.
    """
    configure_logging()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(list(LIBRARIES))
    folders = [folder for name in FOLDERS if (folder := root / name).is_dir()]
    process = server.Process(target=_run, args=(module,))
    process.start()
    for _ in watch(*folders, stop_event=stopping, watch_filter=PythonFilter()):
        _end(process, signal.SIGINT, RESTART_SECONDS)
        process = server.Process(target=_run, args=(module,))
        process.start()
    _end(process, signal.SIGTERM, STOP_SECONDS)
    return 0


def _end(process: ForkServerProcess, number: signal.Signals, seconds: float) -> None:
    if process.is_alive() and process.pid is not None:
        os.kill(process.pid, number)
        process.join(seconds)
        process.kill()  # without effect on one that has ended
    process.join()


def _run(module: str) -> None:
    """In the new process: what `python3 -m <module>` would do."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
