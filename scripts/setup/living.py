"""Whether a process that is known by its number still runs: the one answer for set-up and for the verbs."""

import os
from pathlib import Path

PROCESSES = Path("/proc")
"""Only on Linux; elsewhere a process is asked for by signal 0."""

DEAD = ("Z", "X")
"""States of a process that has ended: not collected by its parent yet, or in the middle of it.

Source: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html, State.
"""


def runs(number: int, program: str) -> bool:
    """Tell whether a process runs a program: its number may be in use again, or only its entry be left.

    Args:
        number: The process's number.
        program: Its name, as the kernel shortens it: 15 characters at most.
    """
    if PROCESSES.is_dir():
        try:
            text = (PROCESSES / str(number) / "status").read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):  # the latter when it ends while it is read
            return False
        lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        return lines["Name"].strip() == program and not lines["State"].strip().startswith(DEAD)
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process: it lives
        return True
    return True
