"""Finding the Docker engine that answers, the way Pulumi's Docker provider will look for it."""

import http.client
import json
import os
import shutil
import socket
from typing import Any

from scripts.setup.failure import UnavailableError
from scripts.setup.processes import CommandError, run

DEFAULT_HOST = "unix:///var/run/docker.sock"
ANSWER_SECONDS = 5.0
REMOTE_SECONDS = 20.0  # ssh needs several round trips


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket file."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("engine", timeout=timeout)
        self._path = path
        self._seconds = timeout

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._seconds)
        self.sock.connect(self._path)


def speaks_http(host: str) -> bool:
    """Tell whether the engine can be asked directly: a socket file, or TCP without certificates."""
    return host.startswith("unix://") or (host.startswith("tcp://") and not os.environ.get("DOCKER_TLS_VERIFY"))


def ask(host: str, path: str, *, seconds: float = ANSWER_SECONDS) -> tuple[int, Any]:
    """Send one GET request to the engine.

    Args:
        host: Its address, as in DOCKER_HOST.
        path: The path of its API, e.g. ``/version``.
        seconds: How long to wait for the answer.

    Returns:
        The status and the decoded body.

    Raises:
        UnavailableError: Nothing answered; the message is the reason.
    """
    connection: http.client.HTTPConnection
    if host.startswith("unix://"):
        connection = _UnixConnection(host.removeprefix("unix://"), seconds)
    else:
        connection = http.client.HTTPConnection(host.removeprefix("tcp://").rstrip("/"), timeout=seconds)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read() or b"null")
    except TimeoutError as error:
        raise UnavailableError(f"no answer within {seconds:.0f} s") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError(getattr(error, "strerror", None) or str(error) or type(error).__name__) from error
    finally:
        connection.close()


def engine_version(host: str) -> str:
    """Return the version of the engine at an address.

    Raises:
        UnavailableError: Nothing answered; the message is the reason.
    """
    if speaks_http(host):
        status, answer = ask(host, "/version")
        if status != http.HTTPStatus.OK:
            raise UnavailableError(f"the engine answered {status}")
        return str(answer["Version"])
    if not shutil.which("docker"):
        raise UnavailableError(f"{host.partition(':')[0]}:// needs the docker command, which is not on PATH")
    try:
        lines = run(["docker", "-H", host, "version", "-f", "{{.Server.Version}}"], limit_seconds=REMOTE_SECONDS)
    except CommandError as error:
        raise UnavailableError(error.last_line) from error
    return lines[-1]


def find_engine() -> tuple[str, str]:
    """Return the address and version of the engine in use.

    DOCKER_HOST decides when it is set. Else the system's socket is asked, then the one of the docker command's
    present context (rootless Docker, Docker Desktop, colima), which Pulumi would not find by itself.

    Raises:
        UnavailableError: Nothing answered; the message is the reason at the first place.
    """
    chosen = os.environ.get("DOCKER_HOST")
    if chosen:
        return chosen, engine_version(chosen)
    try:
        return DEFAULT_HOST, engine_version(DEFAULT_HOST)
    except UnavailableError:
        other = _context_host()
        if other in {"", DEFAULT_HOST}:
            raise
        return other, engine_version(other)


def _context_host() -> str:
    if not shutil.which("docker"):
        return ""
    try:
        command = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
        return "".join(run(command, limit_seconds=ANSWER_SECONDS)).strip()
    except CommandError:
        return ""
