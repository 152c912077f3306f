"""Locks that a killed run left in the state: nothing else can end them, and every later run would stop at them."""

import json
import os
import socket
from pathlib import Path

import typer

from operations import stack_file
from scripts.setup.living import runs

FILE_BACKEND = "file://"
PROGRAM = "pulumi"


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
        if lock.get("hostname") == socket.gethostname() and not runs(int(lock["pid"]), PROGRAM):
            path.unlink()
            typer.echo(f"removed the lock of an earlier run that was killed (process {lock['pid']})")
