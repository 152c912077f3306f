"""Copies local images from this machine's engine to the one a stack runs on, so that they are built once."""

import os
import time
from collections.abc import Iterator, Sequence
from typing import Any

from docker import DockerClient
from docker.errors import DockerException
from requests.exceptions import RequestException
from rich.console import Console

from components.base import lock
from components.base.docker_api import LOCAL, EngineUnreachableError, address_of, connect, has_image

SILENCE_SECONDS = 600
"""Longest silence of either engine: one unpacks all layers of an image before it says the next word."""

PIECE_BYTES = 1024 * 1024
MIB = 1024 * 1024


class CopyFailedError(Exception):
    """An image did not arrive."""


def ensure(docker_host: str, names: Sequence[str], console: Console) -> None:
    """Copies what the stack's engine lacks and this machine's has; with one engine for both there is nothing to do.

    Args:
        docker_host: Address of the stack's engine; empty means the environment's.
        names: Image names of the lock file.
        console: Where progress goes.

    Raises:
        CopyFailedError: The connection broke, or the other engine refuses an image.
        EngineUnreachableError: The stack's engine does not answer.
    """
    there = address_of(docker_host)
    here = local_address()
    if there == here:
        return
    target = connect(there, SILENCE_SECONDS)
    missing = [name for name in lock.local_used(names) if not has_image(target, lock.local_reference(name))]
    if not missing:
        return
    try:
        source = connect(here, SILENCE_SECONDS)
    except EngineUnreachableError:  # then they are built on the other one
        return
    if not _same_machine(source, target):
        return
    wanted = [name for name in missing if has_image(source, lock.local_reference(name))]
    for number, name in enumerate(wanted, start=1):
        started = time.monotonic()
        size = copy(source, target, lock.local_reference(name))
        seconds = time.monotonic() - started
        what = f"{name} copied to {there}, {size // MIB} MiB in {seconds:.0f} s"
        console.print(f"image {number} of {len(wanted)}: {what}", highlight=False, soft_wrap=True)


def local_address() -> str:
    """Returns the address of this machine's own engine: `DOCKER_HOST` may name another machine's."""
    chosen = os.environ.get("DOCKER_HOST", "")
    return chosen if chosen.startswith("unix://") else LOCAL


def copy(source: DockerClient, target: DockerClient, reference: str) -> int:
    """Sends one image from an engine to another, without a file in between.

    Args:
        source: An engine that has it.
        target: The other one.
        reference: The image.

    Returns:
        Bytes sent.

    Raises:
        CopyFailedError: It did not arrive.
    """
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for piece in source.api.get_image(reference, PIECE_BYTES):
            sent += len(piece)
            yield piece

    stream: Any = pieces()  # the stubs know bytes and files; the client takes whatever comes in pieces
    try:
        target.images.load(stream)
    except (DockerException, RequestException) as error:
        raise CopyFailedError(
            f"image {reference} did not arrive after {sent // MIB} MiB ({error}). Nothing was started; what has "
            "arrived stays. Run the same command again."
        ) from error
    return sent


def _same_machine(source: DockerClient, target: DockerClient) -> bool:
    """Returns whether programs of one engine run on the other: an image is made for one kind of processor."""
    return all(source.version()[part] == target.version()[part] for part in ("Os", "Arch"))
