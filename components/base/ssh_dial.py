"""One connection to an engine behind ssh, made as `docker -H ssh://…` makes it, or the reason why there is none.

Key, port, user and everything else come from `~/.ssh/config`, as they do for Pulumi's provider, which starts ssh
itself.

Source: https://github.com/docker/cli/tree/v28.5.2/cli/connhelper (the command on the other machine);
https://man.openbsd.org/sshd_config#MaxStartups.
"""

import http.client
import socket
import subprocess
import tempfile
import threading
import time
from typing import IO
from urllib.parse import urlsplit

from components.base.failure import EngineUnreachableError

CONNECT_SECONDS = 8
"""Longest time for reaching the host; the login and the engine's answer have to fit into what is left."""

FIRST_SECONDS = 10.0
"""Longest time until the engine has answered through the first connection: a person waits for this one."""

ANSWER_SECONDS = 30.0
"""The same for further ones: the machine is there, and may have much to do."""

END_SECONDS = 2.0
ALIVE_SECONDS = 10
"""A connection over which nothing comes is asked for a sign of life this often; the third silence ends it."""

STARTS = 4
"""Connections being made at once: an sshd drops some of those that come while ten others have not logged in yet."""

DROPPED = ("Connection closed by", "Connection reset by", "kex_exchange_identification")
"""What ssh says of a connection that the sshd has dropped before the login."""

ATTEMPTS = 4
PAUSE_SECONDS = 0.5
"""Pause before the second attempt; each further one doubles it."""

NO_SUCH_COMMAND = 127
SSH_FAILED = 255

_starting = threading.BoundedSemaphore(STARTS)
_reaping = threading.Lock()
_started: list["subprocess.Popen[bytes]"] = []


def login(address: str) -> list[str]:
    """Returns how ssh is told of a host: `-p 22 user@host`.

    Args:
        address: `ssh://[user@]host[:port][/path of the engine's socket]`.
    """
    parts = urlsplit(address)
    host = f"{parts.username}@{parts.hostname}" if parts.username else str(parts.hostname)
    return [*(["-p", str(parts.port)] if parts.port else []), host]


def dial(address: str, seconds: float) -> socket.socket:
    """Returns a connection on which the engine has answered once.

    Args:
        address: `ssh://…`.
        seconds: Longest time one attempt may take.

    Raises:
        EngineUnreachableError: It has not; with the reason, and the command that shows it.
    """
    with _starting:
        pause = PAUSE_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            with tempfile.TemporaryFile() as complaints:
                ours, process = _start(address, complaints)
                try:
                    _ask(ours, seconds)
                except (OSError, http.client.HTTPException) as error:
                    ours.close()
                    reason = _reason(error, process, complaints, seconds)
                else:
                    return ours
            if attempt == ATTEMPTS or not any(text in reason for text in DROPPED):
                break
            time.sleep(pause)
            pause *= 2
    raise _unreachable(address, reason)


def _start(address: str, complaints: IO[bytes]) -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """Starts ssh on one end of a socket pair; it ends when ours is closed, by whatever end of this process."""
    path = urlsplit(address).path.rstrip("/")
    docker = ["docker", *([f"--host=unix://{path}"] if path else []), "system", "dial-stdio"]
    options = {"BatchMode": "yes", "ConnectTimeout": CONNECT_SECONDS, "ServerAliveInterval": ALIVE_SECONDS}
    command = ["ssh", "-T", *(f"-o{name}={value}" for name, value in options.items()), *login(address), *docker]
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            # A session of its own: Ctrl-C is for Pulumi, which still needs the engine to finish what it has begun.
            process = subprocess.Popen(  # noqa: S603 a list and no shell
                command, start_new_session=True, stderr=complaints, stdin=theirs.fileno(), stdout=theirs.fileno()
            )
        except FileNotFoundError as error:
            ours.close()
            raise _unreachable(address, "there is no ssh command on PATH") from error
    with _reaping:  # those that have ended are taken off the process table
        _started[:] = [process, *(other for other in _started if other.poll() is None)]
    return ours, process


def _ask(ours: socket.socket, seconds: float) -> None:
    """Has the engine answer once; the connection can be used for other requests after it.

    Raises:
        OSError: No answer in time, or the other end is closed.
        HTTPException: The other end is closed, or something else than an engine answers.
    """
    ours.settimeout(seconds)
    ours.sendall(b"GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n")
    with http.client.HTTPResponse(ours) as response:
        response.begin()
        response.read()


def _reason(error: Exception, process: "subprocess.Popen[bytes]", complaints: IO[bytes], seconds: float) -> str:
    """Returns what is wrong in the words of whoever knows it: ssh, the other machine's shell, or its docker command."""
    if isinstance(error, TimeoutError):
        process.kill()
        process.wait()
        return f"no answer within {seconds:.0f} s"
    try:
        code = process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:  # whatever answers there is no engine, and stays
        process.kill()
        code = process.wait()
    complaints.seek(0)
    lines = [line.strip() for line in complaints.read().decode(errors="replace").splitlines() if line.strip()]
    last = (lines[-1] if lines else str(error)).rstrip(".")
    if code == NO_SUCH_COMMAND:
        return f"the host has no docker command for this user ({last})"
    return last if code == SSH_FAILED else f"the host answers, but no engine on it ({last})"


def _unreachable(address: str, reason: str) -> EngineUnreachableError:
    return EngineUnreachableError(
        f"Docker engine at {address}: {reason}. Nothing on it is read or changed until 'ssh "
        f"{' '.join(login(address))} docker version' answers without asking for anything. Key, port and host key "
        "come from ~/.ssh."
    )
