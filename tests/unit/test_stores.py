"""A stack with data: where its images come from, and which of their changes are refused."""

from dataclasses import replace
from typing import Any, cast

import pulumi
import pytest
from docker import DockerClient

from components import redis
from components.base import lock
from components.base.lock import Source
from infra import stores
from infra.errors import UserError
from infra.state import IMAGE, PREPARE, Known, Store, known
from operations import lifecycle, pulumi_cli
from operations.stack_file import StackFile
from tests.recorder import stack_config
from tests.unit.paper_engine import VOLUME, PaperEngine

LOCAL = lock.local_reference("redis")
REGISTRY = lock.reference("redis", "registry")
ROWS = [{"formats": [vars(redis.FORMAT)], "mode": 448, "service": "redis", "volume": VOLUME}]
BASE = {
    "appendonlydir/appendonly.aof.1.base.rdb": "REDIS0012",
    "appendonlydir/appendonly.aof.manifest": "file appendonly.aof.1.base.rdb seq 1 type b\n",
}


@pytest.fixture(autouse=True)
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told, by a program of stack `dev`."""
    found: list[str] = []
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    monkeypatch.setattr(pulumi.log, "info", found.append)
    return found


def row(kind: str, urn: str, **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 any input
    """Returns a resource of an exported state."""
    return {"id": urn, "inputs": inputs, "type": kind, "urn": f"urn:pulumi:dev::zapstack::{kind}::{urn}"}


def state(image: str) -> list[dict[str, Any]]:
    """Returns the state of a stack whose Redis runs on an image."""
    return [
        row(IMAGE, "image-redis", name=image),
        row(IMAGE, "image-app", name="zapstack.local/zapstack-dev-evolution-app:1"),
        row(PREPARE, "app-prepare", data=[], image="zapstack.local/zapstack-dev-evolution-app:1", labels={}),
        row(IMAGE, "image-minio", name="mine.example/minio:1"),
        row(PREPARE, "m-prepare", data=[{"formats": [], "volume": "m"}], image="mine.example/minio:1", labels={}),
        row(PREPARE, "redis-prepare", data=ROWS, image=image, labels={"zapstack.service": "redis"}),
        row("docker:index/volume:Volume", VOLUME),
    ]


@pytest.mark.parametrize(
    ("image", "source"), [(LOCAL, "local"), (REGISTRY, "registry"), ("mine.example/redis:7", None), ("sha256:0f", None)]
)
def test_the_state_says_where_stores_have_their_images_from(image: str, source: str | None) -> None:
    """Only services with data whose version is compared; an override is from neither source."""
    found = known(state(image))
    assert found.stores == [Store(image=image, image_name="redis", labels={"zapstack.service": "redis"}, rows=ROWS)]
    assert found.image_source == source


def test_a_state_of_an_earlier_program_names_no_stores() -> None:
    """What it wrote down of formats is of another form, and `Prepare` compares all the same."""
    for older in ({"format": {"file": "PG_VERSION"}}, {"formats": [{"file": "PG_VERSION"}]}):
        data = [{**older, "volume": VOLUME}]
        found = known([row(IMAGE, "image-redis", name=LOCAL), row(PREPARE, "p", data=data, image=LOCAL, labels={})])
        assert found.stores == []
        assert found.image_source == "local"


def test_a_stack_that_is_down_remembers_its_source() -> None:
    """In an output: nothing that uses an image is left in its state."""
    stack = {"outputs": {"imageSource": "local"}, "type": "pulumi:pulumi:Stack", "urn": "urn"}
    assert known([stack, row("docker:index/volume:Volume", VOLUME)]).image_source == "local"
    assert known([*state(REGISTRY), stack]).image_source == "registry"


KNOWN = known(state(LOCAL))


def test_auto_keeps_the_source_of_a_stack_with_data(said: list[str]) -> None:
    """And says how it is changed; a person's own word counts, and so does auto where there are no data."""
    auto = stack_config()
    assert auto.image_source == "registry"
    assert stores.keep_source(auto, KNOWN).image_source == "local"
    (line,) = said
    assert line.endswith("pulumi config set zapstack:images registry --stack dev")
    for config, state_known in (
        (replace(auto, image_source_is_given=True), KNOWN),
        (auto, replace(KNOWN, volumes={})),
        (auto, Known()),
        (replace(auto, image_source="local"), KNOWN),
    ):
        assert stores.keep_source(config, state_known) is config
    assert len(said) == 1


@pytest.mark.parametrize(
    ("given", "machine", "asked", "source"),
    [
        (True, "registry", False, "registry"),
        (False, "local", False, "local"),
        (False, "registry", True, "local"),
    ],
)
def test_verbs_build_the_images_that_the_program_asks_for(
    monkeypatch: pytest.MonkeyPatch,
    machine: Source,
    source: str,
    *,
    given: bool,
    asked: bool,
) -> None:
    """The state is asked only where it can make a difference."""
    calls: list[StackFile] = []

    def read(stack: StackFile) -> Known:
        calls.append(stack)
        return KNOWN

    monkeypatch.setattr(pulumi_cli, "state", read)
    stack = StackFile(
        development=True,
        docker_host="",
        image_source=machine,
        image_source_is_given=given,
        images=(),
        name="dev",
        systems=(),
    )
    assert lifecycle.settled_source(stack) == source
    assert bool(calls) is asked


def refuse(engine: PaperEngine, wanted: str, *images: str) -> None:
    """Compares a stack whose stores run on some images with one image for all."""
    found = [Store(image=image, image_name="redis", labels={}, rows=ROWS) for image in images]
    config = replace(stack_config(), image_overrides={"redis": wanted})
    stores.refuse_unreadable(cast("DockerClient", engine), config, Known(stores=found))


def test_an_image_that_does_not_take_the_data_stops_the_run() -> None:
    """All stores at once, before anything is registered."""
    engine = PaperEngine(files=BASE, images={"redis:7.4.1": {}})
    with pytest.raises(UserError) as caught:
        refuse(engine, "redis:7.0.15", "redis:7.4.1", "redis:7.4.1")
    head, *lines = str(caught.value).splitlines()
    assert head == "data: an image would not take what is there, nothing was changed:"
    assert len(lines) == 2
    assert all(line.startswith("  redis: the data in volume store-data are of Redis 7.4, and") for line in lines)


def test_an_unchanged_stack_is_not_looked_at() -> None:
    """A preview stays as quick as it was."""
    engine = PaperEngine(files=BASE, images={"redis:7.4.1": {}})
    refuse(engine, "redis:7.4.1", "redis:7.4.1")
    assert engine.opened == []
    refuse(engine, "redis:7.4.9", "redis:7.4.1")
    assert engine.opened
