"""Whether the kernel killed processes of a container for want of memory, and what a person does then.

The engine says so of a container that has ended. While one lives, `State.OOMKilled` stays false on engine 20.10
whatever died in it (measured): a worker, a reload, a probe. The kernel's own counter can be read inside.

Source: https://docs.kernel.org/admin-guide/cgroup-v2.html (`memory.events`) and .../cgroup-v1/memory.html, 10. OOM
Control (`oom_kill` in `memory.oom_control`).
"""

import itertools
from collections.abc import Mapping
from typing import Any, Final

from docker.errors import APIError
from docker.models.containers import Container

MIB: Final = 1024 * 1024
OOM: Final = "OOM"
"""The word by which every message and verdict calls it."""

KILLED_CODE: Final = 137
"""Exit code of a process that was killed: 128 and the number of SIGKILL."""

NOT_RUNNING: Final = frozenset({400, 404, 409, 500})
"""Statuses by which the engine says that a command cannot run in a container: it has ended before the command was made,
or between its making and its start."""

COUNTERS: Final = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
"""Files with a line `oom_kill NUMBER`: cgroup v2, v1."""


def killed(container: Container) -> int:
    """Returns how many processes of a running container were killed for want of memory since it started.

    Args:
        container: The container; one that cannot be asked has none that anybody could tell.
    """
    try:
        said: Any = container.exec_run(["cat", *COUNTERS], stderr=False).output
    except APIError as error:
        if error.status_code in NOT_RUNNING:  # not running (any more), or too full for one more process
            return 0
        raise
    words = (said or b"").decode(errors="replace").split()
    return sum(int(count) for name, count in itertools.pairwise(words) if name == "oom_kill")


def how(state: Mapping[str, Any]) -> str:
    """Returns with which exit code a container ended, and that it was for want of memory.

    Args:
        state: `State` of the engine's `inspect`.
    """
    return f"exit {state['ExitCode']}" + (f", {OOM}" if state["OOMKilled"] else "")


def explanation(container: Container, *, code: int | None = None) -> str:
    """Returns a sentence that says what was killed for want of memory and what to raise; empty when nothing was.

    Args:
        container: The container, inspected at or after the failure.
        code: Exit code of the command that failed in it, where there was one.
    """
    state: Mapping[str, Any] = container.attrs["State"]
    limit = int(container.attrs["HostConfig"]["Memory"]) // MIB
    raise_it = f"Its memory limit is {limit} MiB: raise its memoryMib, where docs/configuration.md has one."
    if not state["Running"] or state["Restarting"]:
        if state["OOMKilled"]:
            return f"It ran out of memory ({OOM}). {raise_it}"
        if state["ExitCode"] == KILLED_CODE:
            return f"Exit {KILLED_CODE} without {OOM}: it was killed from outside, or the whole machine lacked memory."
        return ""
    number = killed(container)
    if number:
        return f"{number} of its processes were killed for want of memory ({OOM}) since it started. {raise_it}"
    if code == KILLED_CODE:
        return f"It was killed (exit {KILLED_CODE}), not at its own memory limit: by somebody, or by a machine in need."
    return ""
