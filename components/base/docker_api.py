"""The Docker client every part of the program shares, and the one clear error when no engine answers."""

import functools
import os

import docker
from docker.constants import MINIMUM_DOCKER_API_VERSION
from docker.errors import DockerException, ImageNotFound

from components.base.docker_ssh import SshAdapter
from components.base.failure import EngineUnreachableError

__all__ = ["LOCAL", "EngineUnreachableError", "address_of", "client", "connect", "has_image", "is_local"]

LOCAL = "unix:///var/run/docker.sock"

API_TIMEOUT_SECONDS = 60
"""Longest time one call to the engine may take; a stop with a long grace period passes its own."""

POOL_SIZE = 64
"""Connections kept to the engine: as many as gates may wait at once (`providers.process.WORKERS`)."""


@functools.cache
def client(host: str) -> docker.DockerClient:
    """Returns a client of the engine at `host`, one per process.

    Args:
        host: `unix://…`, `tcp://…` or `ssh://…`; empty means `DOCKER_HOST`, then the local socket.

    Raises:
        EngineUnreachableError: The engine does not answer, with the command that helps.
    """
    return connect(address_of(host))


def address_of(host: str) -> str:
    """Returns the address that counts where a stack names none: `DOCKER_HOST`, then the local socket."""
    return host or os.environ.get("DOCKER_HOST") or LOCAL


def is_local(host: str) -> bool:
    """Returns whether an engine is this machine's: its ports and folders are those that can be looked at here."""
    return address_of(host).startswith("unix://")


def connect(address: str, timeout_seconds: int = API_TIMEOUT_SECONDS) -> docker.DockerClient:
    """Returns a new client of an engine.

    Args:
        address: `unix://…`, `tcp://…` or `ssh://…`.
        timeout_seconds: Longest silence of the engine during one call.

    Raises:
        EngineUnreachableError: The engine does not answer, with the command that helps.
    """
    if address.startswith("ssh://"):
        return _over_ssh(address, timeout_seconds)
    try:
        return docker.DockerClient(base_url=address, max_pool_size=POOL_SIZE, timeout=timeout_seconds, version="auto")
    except DockerException as error:
        raise EngineUnreachableError(
            f"Docker engine at {address}: no answer ({error}). Nothing has been read or changed. "
            "Start it, or run 'make setup' to install and start one."
        ) from error


def _over_ssh(address: str, timeout_seconds: int) -> docker.DockerClient:
    adapter = SshAdapter(address, pool_size=POOL_SIZE, timeout_seconds=timeout_seconds)

    def speaking(version: str) -> docker.DockerClient:
        # A version that is given is not asked for, so the socket of this address, which nobody has, is never opened.
        found = docker.DockerClient(base_url="unix:///over-ssh", timeout=timeout_seconds, version=version)
        found.api.mount("http+docker://", adapter)
        return found

    return speaking(speaking(MINIMUM_DOCKER_API_VERSION).version()["ApiVersion"])


def has_image(engine: docker.DockerClient, reference: str) -> bool:
    """Returns whether an engine has an image, without asking a registry."""
    try:
        engine.images.get(reference)
    except ImageNotFound:
        return False
    return True
