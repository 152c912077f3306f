"""Builds the local equivalents of third-party images, for machines that reach no registry."""

import os
import subprocess
import time
from collections.abc import Sequence

from docker import DockerClient
from docker.errors import ImageNotFound
from rich.console import Console

from components.base import lock

BUILD_ENVIRONMENT = {"DOCKER_BUILDKIT": "1"}


def ensure(client: DockerClient, names: Sequence[str], console: Console) -> None:
    """Builds what is missing among local images and what they start from; present ones cost one look each.

    Args:
        client: The engine.
        names: Image names of the lock file.
        console: Where progress goes.

    Raises:
        subprocess.CalledProcessError: A build failed; its output has been shown.
    """
    missing = [name for name in lock.local_closure(list(names)) if not _exists(client, lock.local_reference(name))]
    for number, name in enumerate(missing, start=1):
        console.print(f"image {number} of {len(missing)}: {name} ({lock.local_reference(name)})")
        started = time.monotonic()
        build(name)
        console.print(f"image {number} of {len(missing)}: {name} built in {time.monotonic() - started:.0f} s")


def _exists(client: DockerClient, reference: str) -> bool:
    try:
        client.images.get(reference)
    except ImageNotFound:
        return False
    return True


def build(name: str) -> None:
    """Builds one local equivalent; what it starts from must be there.

    Raises:
        subprocess.CalledProcessError: The build failed.
        KeyError: There is no local equivalent of that name.
    """
    entry = lock.load()[name].local
    if entry is None:
        raise KeyError(name)
    context = lock.CHECKOUT / entry.context
    if entry.base is None:
        _import_root(str(context / "build.sh"), entry.version, lock.local_reference(name))
        return
    subprocess.run(
        [
            "docker",
            "build",
            *("--network", "host"),  # package mirrors on the host's own networks are reached by builds too
            *("--build-arg", f"BASE_IMAGE={lock.local_reference(entry.base)}"),
            *("--tag", lock.local_reference(name)),
            str(context),
        ],
        check=True,
        env={**os.environ, **BUILD_ENVIRONMENT},
    )


def _import_root(script: str, version: str, reference: str) -> None:
    """Turns the root file system a script writes into an image."""
    with subprocess.Popen(["bash", script, version], stdout=subprocess.PIPE) as root:
        subprocess.run(["docker", "import", "-", reference], check=True, stdin=root.stdout)
    if root.returncode:
        raise subprocess.CalledProcessError(root.returncode, script)
