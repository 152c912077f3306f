"""Locks that a killed run left in the state: nothing else can end them, and every later run would stop at them."""

import json
import os
import socket
from pathlib import Path

import typer

from operations import stack_file

FILE_BACKEND = "file://"
PROGRAM = "pulumi"
PROCESSES = Path("/proc")
"""Only on Linux; elsewhere a process is asked for by signal 0."""


def clear_stale_locks(stack: str) -> None:
    """Removes locks of this machine whose process is gone; others are left for Pulumi to report.

    Args:
        stack: Stack name.
    """
    backend = os.environ.get("PULUMI_BACKEND_URL", "")
    if not backend.startswith(FILE_BACKEND):
        return
    folder = Path(backend.removeprefix(FILE_BACKEND)) / ".pulumi" / "locks"
    for path in sorted(folder.glob(f"organization/{stack_file.PROJECT}/{stack}/*.json")):
        lock = json.loads(path.read_text())
        if lock.get("hostname") == socket.gethostname() and not _alive(int(lock["pid"])):
            path.unlink()
            typer.echo(f"removed the lock of an earlier run that was killed (process {lock['pid']})")


def _alive(pid: int) -> bool:
    """Returns whether a process still runs Pulumi: a number may be in use again, or its process dead but not reaped."""
    if PROCESSES.is_dir():
        status = PROCESSES / str(pid) / "status"
        try:
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except FileNotFoundError:
            return False
        return lines["Name"].strip() == PROGRAM and not lines["State"].strip().startswith("Z")
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process: it lives
        return True
    return True
