"""A registry on the loopback, filled with the local images: what production does with official ones."""

import contextlib
import io
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import docker
import requests

from components.base import lock
from tests.engine.checkout import TEST_LABELS

PORT: Final = 15055
REGISTRY: Final = f"127.0.0.1:{PORT}"
READY_SECONDS: Final = 30
CONFIG: Final = """version: 0.1
storage: {filesystem: {rootdirectory: /var/lib/registry}}
http: {addr: ":5000"}
"""
DOCKERFILE: Final = """ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends docker-registry
"""


@contextmanager
def registry(engine: docker.DockerClient) -> Iterator[None]:
    """Runs a registry; nothing of it is left at the end but its image."""
    image, _ = engine.images.build(
        buildargs={"BASE_IMAGE": lock.local_reference("base")},
        fileobj=io.BytesIO(DOCKERFILE.encode()),
        network_mode="host",
        rm=True,
        tag=f"{lock.LOCAL_PREFIX}/registry:test",
    )
    script = f"cat >/tmp/config.yml <<'END'\n{CONFIG}END\nexec docker-registry serve /tmp/config.yml"
    running: Any = engine.containers.run(
        str(image.id), ["sh", "-c", script], detach=True, labels=TEST_LABELS, ports={"5000/tcp": ("127.0.0.1", PORT)}
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers():
            assert time.monotonic() < deadline, running.logs().decode()
            time.sleep(0.1)
        yield
    finally:
        running.remove(force=True, v=True)


def _answers() -> bool:
    try:
        return bool(requests.get(f"http://{REGISTRY}/v2/", timeout=2).ok)
    except requests.ConnectionError:
        return False


def pushed(engine: docker.DockerClient, names: Sequence[str]) -> Mapping[str, str]:
    """Pushes local images and forgets them under the registry's names, so that they have to be pulled.

    Returns:
        Image name to its reference by digest.
    """
    api: Any = engine.api
    found: dict[str, str] = {}
    for name in names:
        repository = f"{REGISTRY}/{name}"
        engine.images.get(lock.local_reference(name)).tag(repository, "local")
        for answer in api.push(repository, tag="local", stream=True, decode=True):
            assert "error" not in answer, answer
            if digest := answer.get("aux", {}).get("Digest"):
                found[name] = f"{repository}@{digest}"
        engine.images.remove(f"{repository}:local")
    forget(engine, found)
    return found


def forget(engine: docker.DockerClient, references: Mapping[str, str]) -> None:
    """Removes the registry's names from images, which stay under their own."""
    for reference in references.values():
        with contextlib.suppress(docker.errors.ImageNotFound):
            engine.images.remove(reference)
