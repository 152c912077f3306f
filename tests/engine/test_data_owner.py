"""An image that has given an empty data volume to somebody else."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import docker
import pytest
from rich.console import Console

from components.base import lock
from components.base.data_owner import require_usable
from components.base.failure import ServiceFailedError
from components.base.files import VolumeFill, fill_volumes
from infra.config import image_source
from operations import images
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

NAME = "zapstack-test-data-owner"
USER = "1000:1000"
WHAT = r"has a directory /data of its own, which belongs to 0:0 with mode 755\."


@pytest.fixture
def prepared(engine: docker.DockerClient) -> Iterator[Any]:
    """Builds an image of some lines and prepares an empty volume for it, as `Prepare` does; returns the image."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["python"], Console())
    base = lock.reference("python", source)
    with ExitStack() as after:
        after.callback(engine.volumes.create(NAME, labels=TEST_LABELS).remove)

        def prepare(lines: str) -> str:
            image = f"{NAME}:{len(lines)}"
            engine.images.build(fileobj=io.BytesIO(f"FROM {base}\n{lines}\n".encode()), rm=True, tag=image)
            after.callback(engine.images.remove, image)
            fills = [VolumeFill(name=NAME, mode=0o700, files={})]
            fill_volumes(engine, fills=fills, image=image, labels=TEST_LABELS, user=USER)
            rows = [{"mode": 0o700, "path": "/data", "volume": NAME}]
            require_usable(engine, image=image, labels=TEST_LABELS, rows=rows, user=USER)
            return image

        yield prepare


def written(engine: docker.DockerClient, image: str) -> str:
    """Returns what a server's first write to its volume prints."""
    volumes = {NAME: {"bind": "/data", "mode": "rw"}}
    output: bytes = engine.containers.run(
        image,
        ["-c", "touch /data/new && stat -c %u:%g /data"],
        entrypoint=["sh"],
        labels=TEST_LABELS,
        remove=True,
        user=USER,
        volumes=volumes,
    )
    return output.decode().strip()


@pytest.mark.parametrize("lines", ["RUN mkdir /data", "VOLUME /data\nRUN true"])
def test_a_directory_of_roots_is_named(prepared: Any, lines: str) -> None:  # noqa: ANN401 a function
    """The engine copies its owner onto a volume that was prepared: the server would die at its first write.

    The older builder makes such a directory for each RUN that follows a VOLUME line.
    """
    with pytest.raises(ServiceFailedError, match=WHAT):
        prepared(lines)


def test_the_remedy_that_is_named_works(engine: docker.DockerClient, prepared: Any) -> None:  # noqa: ANN401 a function
    """Its line, copied into the Dockerfile."""
    with pytest.raises(ServiceFailedError, match=WHAT) as told:
        prepared("RUN mkdir /data")
    remedy = str(told.value).partition("with '")[2].partition("'")[0]
    assert written(engine, prepared(f"RUN mkdir /data\n{remedy}")) == USER


@pytest.mark.parametrize("lines", ["VOLUME /data", "RUN mkdir /data && touch /data/content\nVOLUME /data"])
def test_what_can_be_put_right_is(engine: docker.DockerClient, prepared: Any, lines: str) -> None:  # noqa: ANN401 a function
    """No directory in the image, or one whose content the volume has taken: what was prepared stays."""
    assert written(engine, prepared(lines)) == USER
