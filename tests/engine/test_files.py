"""Files of a service while somebody reads them."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import docker
import pytest
from rich.console import Console

from components.base import lock
from components.base.files import DIRECTORY_MODE, VolumeFill, fill_volumes
from infra.config import image_source
from operations import images
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

NAME = "zapstack-test-files"
USER = "1000:1000"
READ = "while :; do cat /files/password || echo missing; echo; done"
FILLS = 40


@pytest.fixture
def fill(engine: docker.DockerClient) -> Iterator[Any]:
    """Fills a volume of its own, as often as it is called."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["python"], Console())
    image = lock.reference("python", source)
    volume = engine.volumes.create(NAME, labels=TEST_LABELS)

    def run(text: str) -> str:
        fills = [VolumeFill(name=NAME, mode=DIRECTORY_MODE, files={"password": text})]
        fill_volumes(engine, fills=fills, image=image, labels=TEST_LABELS, user=USER)
        return image

    yield run
    volume.remove()


def test_a_reader_never_finds_a_file_missing(engine: docker.DockerClient, fill: Any) -> None:  # noqa: ANN401 a function
    """An earlier replica serves from the files that a new release, or the way back from one, prepares again."""
    image = fill("one")
    volumes = {NAME: {"bind": "/files", "mode": "ro"}}
    with ExitStack() as stack:
        reader: Any = engine.containers.run(
            image, ["-c", READ], detach=True, entrypoint=["sh"], labels=TEST_LABELS, user=USER, volumes=volumes
        )
        stack.callback(reader.remove, force=True, v=True)
        for _ in range(FILLS):
            fill("one")
        seen = reader.logs().decode().split()
        assert len(seen) > FILLS
        assert set(seen) == {"one"}
        fill("two")
        assert reader.exec_run(["cat", "/files/password"]).output == b"two"
