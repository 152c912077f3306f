"""Starting an installed Docker engine so that it outlives the program that started it."""

import subprocess
import time
from pathlib import Path

from scripts.setup import pins
from scripts.setup.engine_location import DEFAULT_HOST, engine_version
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.living import runs
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.report import Progress, progress, say

# A machine that was cut off leaves these behind; the number in them may belong to another program by now, and then
# the engine refuses to start or waits for a containerd that is not one.
ENGINE_FILE = Path("/var/run/docker.pid")
PID_FILES = {
    ENGINE_FILE: "dockerd",
    Path("/var/run/docker/containerd/containerd.pid"): "containerd",
}
SYSTEMD = Path("/run/systemd/system")
LOG_LINES = 8
POLL_SECONDS = 0.25


def start_engine(places: Places, reason: str) -> None:
    """Start the engine and wait until it answers.

    Args:
        places: The state directory takes its log.
        reason: Why it is needed, for the line that says so.

    Raises:
        SetupError: It did not answer in time, or ended at once.
    """
    if SYSTEMD.is_dir():
        say("engine", f"dockerd is not running -> systemctl start docker ({reason})")
        _start_with_systemd()
        return
    process = None
    if _gone():
        process = _start(places, reason)
    else:
        say("engine", f"dockerd is running without answering -> waiting for it ({reason})")
    with progress("engine") as shown:
        _wait(shown, process, places)


def _gone() -> bool:
    """Tell whether no dockerd runs; what a dead one has left in the way of the next is removed."""
    return {path: remove_stale(path, program) for path, program in PID_FILES.items()}[ENGINE_FILE]


def _start(places: Places, reason: str) -> subprocess.Popen[bytes]:
    say("engine", f"dockerd is not running -> starting it in the background, log in {_log(places)} ({reason})")
    return start_detached(["dockerd"], _log(places))


def remove_stale(path: Path, program: str) -> bool:
    """Remove a process-id file unless it names a living process of that program.

    A dead engine may be an entry of the process table for long: where nothing collects it, as in a container without
    an init.

    Args:
        path: The file.
        program: The name the process must have.

    Returns:
        Whether the program is certainly not running.
    """
    try:
        number = int(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        number = 0
    if number > 0 and runs(number, program):
        return False
    path.unlink(missing_ok=True)
    return True


def start_detached(argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own: neither Ctrl-C nor the end of make reaches it."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))  # what is shown after a failure belongs to this start
    with log.open("wb") as output:
        return subprocess.Popen(
            argv, cwd="/", start_new_session=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )


def _start_with_systemd() -> None:
    try:
        run(["systemctl", "start", "docker"], limit_seconds=pins.ENGINE_START_SECONDS)
        engine_version(DEFAULT_HOST)
    except (CommandError, UnavailableError) as error:
        raise SetupError(
            f"engine: 'systemctl start docker' did not help: {error}",
            "Without an engine no stack can be previewed or created.",
            "Look at 'journalctl --unit docker --no-pager --lines 30', repair it, then run 'make setup' again.",
        ) from error


def _wait(shown: Progress, process: subprocess.Popen[bytes] | None, places: Places) -> None:
    """Wait for the answer of an engine; another one is started when that which ran already was only ending."""
    log = _log(places)
    end = time.monotonic() + pins.ENGINE_START_SECONDS
    problem = f"does not answer after {pins.ENGINE_START_SECONDS} s"
    while time.monotonic() < end:
        try:
            engine_version(DEFAULT_HOST)
        except UnavailableError:
            shown.update("waiting for the engine to answer")
        else:
            return
        if process is None and _gone():
            process = _start(places, "the one that ran has ended")
        if process is not None and process.poll() is not None:
            problem = f"ended with exit code {process.returncode}"
            break
        time.sleep(POLL_SECONDS)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
    raise SetupError(
        f"engine: dockerd {problem}; the end of {log}:",
        "Without an engine no stack can be previewed or created.",
        "Repair what the log names (often kernel modules, iptables or disk space), then run 'make setup' again.",
        tuple(lines[-LOG_LINES:]),
    )


def _log(places: Places) -> Path:
    return places.state / "dockerd.log"
