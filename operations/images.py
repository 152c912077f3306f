"""Builds the local equivalents of third-party images, for machines that reach no registry."""

import collections
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from docker import DockerClient
from docker.utils.build import exclude_paths
from rich.console import Console

from components.base import lock
from components.base.docker_api import has_image

BUILD_TIMEOUT_SECONDS = 1800
"""Longest silence of the engine during a build: some steps download hundreds of megabytes."""

FAILURE_LINES = 20


class BuildFailedError(Exception):
    """A local image could not be built."""


def ensure(client: DockerClient, names: Sequence[str], console: Console) -> None:
    """Builds what is missing among local images and what they start from; present ones cost one look each.

    Args:
        client: The engine.
        names: Image names of the lock file.
        console: Where progress goes.

    Raises:
        BuildFailedError: With the last lines of the build.
    """

    def lacks(name: str) -> bool:
        return not has_image(client, lock.local_reference(name))

    # What only others start from is no reason to build: they may have come from another engine.
    missing = list(filter(lacks, lock.local_closure(list(filter(lacks, lock.local_used(names))))))
    for number, name in enumerate(missing, start=1):
        console.print(f"image {number} of {len(missing)}: {name} ({lock.local_reference(name)})", soft_wrap=True)
        started = time.monotonic()
        build(client, name, console)
        console.print(f"image {number} of {len(missing)}: {name} built in {time.monotonic() - started:.0f} s")


def build(client: DockerClient, name: str, console: Console) -> None:
    """Builds one local equivalent; what it starts from must be there.

    Args:
        client: The engine.
        name: Image name of the lock file.
        console: Where progress goes.

    Raises:
        BuildFailedError: With the last lines of its output.
        KeyError: There is no local equivalent of that name.
    """
    entry = lock.load()[name].local
    if entry is None:
        raise KeyError(name)
    base = lock.local_reference(entry.base) if entry.base else ""
    build_as(client, entry, lock.local_reference(name), base=base, console=console)


def build_as(
    client: DockerClient,
    entry: lock.LocalImage,
    reference: str,
    *,
    base: str,
    console: Console,
    overlay: Mapping[str, Path] | None = None,
) -> None:
    """Builds what an entry of the lock file describes.

    The engine's own builder is asked through its API, so that no client program has to be installed.

    Args:
        client: The engine.
        entry: What to build.
        reference: Its name and tag.
        base: What it starts from; empty for one that starts from nothing.
        console: Where progress goes.
        overlay: Name in the context to the file that goes there instead of ours.

    Raises:
        BuildFailedError: With the last lines of its output.
    """
    context = lock.CHECKOUT / entry.context
    repository, tag = reference.rsplit(":", 1)
    if not base:
        _import_root(client, context / "build.sh", entry.version, repository, tag)
        return
    lines: collections.deque[str] = collections.deque(maxlen=FAILURE_LINES)
    with tempfile.TemporaryFile() as archive:
        pack(context, entry.dockerfile, archive, overlay)
        answers = client.api.build(
            buildargs={"BASE_IMAGE": base, "VERSION": entry.version},
            custom_context=True,
            decode=True,
            dockerfile=entry.dockerfile,
            fileobj=archive,
            network_mode="host",  # package mirrors on the host's own networks are reached by builds too
            rm=True,
            tag=reference,
            timeout=BUILD_TIMEOUT_SECONDS,
        )
        for answer in answers:
            text = str(answer.get("stream") or answer.get("error") or "").strip()
            if text:
                lines.append(text)
            if text.startswith("Step "):
                console.print(f"  {text.splitlines()[0][:110]}", highlight=False, markup=False, soft_wrap=True)
            if "error" in answer:
                raise BuildFailedError(
                    f"image {repository} could not be built; nothing was started. Its last lines:\n" + "\n".join(lines)
                )


def pack(context: Path, dockerfile: str, archive: IO[bytes], overlay: Mapping[str, Path] | None = None) -> None:
    """Writes a build context in which everybody may read everything, as services do that are not root.

    A checkout made under `umask 077` has files for its owner only, and the tag of an image does not know that.

    Args:
        context: The folder; what its `.dockerignore` lists stays out.
        dockerfile: Name of the Dockerfile in it.
        archive: Where the tar archive goes; at its start afterwards.
        overlay: Name in the context to the file that goes there instead.
    """

    def readable(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        ours = (context / entry.name).lstat().st_mode  # a file that goes there instead has to do what ours does
        entry.mode |= 0o755 if entry.isdir() or ours & 0o100 else 0o644
        entry.uid = entry.gid = 0
        return entry

    ignore = context / ".dockerignore"
    lines = [line.strip() for line in ignore.read_text().splitlines()] if ignore.exists() else []
    patterns = [line for line in lines if line and not line.startswith("#")]
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in sorted(exclude_paths(str(context), patterns, dockerfile)):
            tar.add((overlay or {}).get(name, context / name), arcname=name, filter=readable, recursive=False)
    archive.seek(0)


def _import_root(client: DockerClient, script: Path, version: str, repository: str, tag: str) -> None:
    """Turns the root file system a script writes into an image."""
    with subprocess.Popen(["bash", str(script), version], stdout=subprocess.PIPE) as root:
        client.api.import_image_from_stream(root.stdout, repository=repository, tag=tag)
    if root.returncode:
        client.api.remove_image(f"{repository}:{tag}", force=True)  # half a file system under a good name
        raise BuildFailedError(f"{script} ended with exit code {root.returncode}; nothing was started")
