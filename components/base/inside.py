"""Looks into volumes and images without running anything in them: a container that is created and never started.

The engine's archive call reads from such a container as from any other.
"""

import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, cast

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container

VOLUME = "/volume"
"""Where a volume is mounted."""


@contextmanager
def opened(client: DockerClient, image: str, labels: Mapping[str, str], *, volume: str = "") -> Iterator[Container]:
    """Yields a container of an image that is never started, and removes it.

    Args:
        client: The engine.
        image: An image the engine has.
        labels: Labels by which one that an interrupted run has left is recognised.
        volume: A volume mounted at `VOLUME`; it must exist, or the engine would make it.
    """
    container = client.containers.create(
        image,
        entrypoint=["/never-started"],
        command=[],
        labels=dict(labels),
        network_mode="none",
        volumes={volume: {"bind": VOLUME, "mode": "rw"}} if volume else {},
    )
    try:
        yield container
    finally:
        # v removes the anonymous volume an image's VOLUME line has just made, and never a named one.
        container.remove(force=True, v=True)


def head(client: DockerClient, container: Container, path: str, most_bytes: int) -> str | None:
    """Returns the beginning of a file, a character for each byte; None where there is no such file.

    A store's file may have gigabytes: what follows the beginning is not transferred.

    Args:
        client: The engine.
        container: What `opened` has yielded.
        path: Absolute path.
        most_bytes: Length of the beginning.
    """
    try:
        stream, _ = client.api.get_archive(str(container.id), path)
    except NotFound:
        return None
    with tarfile.open(fileobj=cast("IO[bytes]", _Pipe(iter(stream))), mode="r|") as tar:
        entry = tar.next()
        member = tar.extractfile(entry) if entry else None
        return member.read(most_bytes).decode("latin-1") if member else None


def has_volume(client: DockerClient, name: str) -> bool:
    """Returns whether the engine has a volume."""
    try:
        client.volumes.get(name)
    except NotFound:
        return False
    return True


class _Pipe:
    """What `tarfile` reads a stream by."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (chunk := next(self._chunks, b"")):
            self._rest += chunk
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
