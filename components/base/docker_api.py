"""The Docker client every part of the program shares, and the one clear error when no engine answers."""

import functools
import os

import docker
from docker.errors import DockerException, ImageNotFound

API_TIMEOUT_SECONDS = 60
"""Longest time one call to the engine may take; a stop with a long grace period passes its own."""

POOL_SIZE = 64
"""Connections kept to the engine: as many as gates may wait at once (`providers.process.WORKERS`)."""


class EngineUnreachableError(Exception):
    """No Docker engine answers at the configured address."""


@functools.cache
def client(host: str) -> docker.DockerClient:
    """Returns a client of the engine at `host`, one per process.

    Args:
        host: `unix://…`, `tcp://…` or `ssh://…`; empty means `DOCKER_HOST`, then the local socket.

    Raises:
        EngineUnreachableError: The engine does not answer, with the command that helps.
    """
    address = host or os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    try:
        return docker.DockerClient(
            base_url=address,
            max_pool_size=POOL_SIZE,
            timeout=API_TIMEOUT_SECONDS,
            use_ssh_client=address.startswith("ssh://"),
            version="auto",
        )
    except DockerException as error:
        raise EngineUnreachableError(
            f"Docker engine at {address}: no answer ({error}). Nothing has been read or changed. "
            "Start it, or run 'make setup' to install and start one."
        ) from error


def has_image(engine: docker.DockerClient, reference: str) -> bool:
    """Returns whether an engine has an image, without asking a registry."""
    try:
        engine.images.get(reference)
    except ImageNotFound:
        return False
    return True
