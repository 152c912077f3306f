"""A server is not started on data it cannot use, and not stopped for them either."""

from dataclasses import replace
from typing import Any

import pytest

from components import postgres, rabbitmq_data, redis
from components.base import data
from components.base.providers import prepare
from components.base.providers.prepare import PrepareProvider
from components.base.spec_parts import DataFormat, DataVolume
from tests.unit.paper_engine import VOLUME, PaperEngine

FACT = {
    "command": ["ask"],
    "container": "db",
    "refusal": "no such database: docker exec CONTAINER rename OLD_NAME",
    "value": "new",
}
MAJOR, SORTING = postgres.FORMATS
BROKER = rabbitmq_data.data_format("rabbitmq")
FLAGS = "mnesia/rabbit@rabbitmq-feature_flags"
OLDER = ["implicit_default_bindings", "maintenance_mode_status", "quorum_queue", "user_limits", "virtual_host_metadata"]
FLAGS_310 = [*OLDER, "classic_mirrored_queue_version", "drop_unroutable_metric", "stream_queue"]
FLAGS_311 = [*FLAGS_310, *rabbitmq_data.MARKS["3.11"]]
FLAGS_313 = [*FLAGS_311, *rabbitmq_data.MARKS["3.13"]]
MANIFEST = "appendonlydir/appendonly.aof.manifest"
LIBC = "/usr/lib/x86_64-linux-gnu/libc.so.6"
USED = "used:1"
"""The image that the data were used with so far; the engine has it."""


def base(name: str, content: str) -> dict[str, str]:
    """Returns Redis' append-only file with a base."""
    listed = f"file {name} seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n"
    return {MANIFEST: listed, f"appendonlydir/{name}": content}


def flags(names: list[str]) -> dict[str, str]:
    """Returns RabbitMQ's file of features, as Erlang writes it."""
    return {FLAGS: "[" + ",\n ".join(name if name.isidentifier() else f"'{name}'" for name in names) + "].\n"}


def refusals(
    engine: PaperEngine, form: DataFormat, image: str, *, before: str = USED, service: str = "store"
) -> list[str]:
    """Compares the volume with an image."""
    rows = [{"formats": [vars(form)], "service": service, "volume": VOLUME}]
    client: Any = engine
    found = data.unreadable(client, before=before, image=image, labels={}, rows=rows)
    assert engine.left == 0, "a throw-away container is left"
    return found


@pytest.mark.parametrize(
    ("form", "files", "image", "data_version", "span"),
    [
        (MAJOR, {"PG_VERSION": "15\n"}, "postgres:16.15-bookworm@sha256:0f", "15", "16 only"),
        (MAJOR, {"PG_VERSION": "15\n"}, "pgvector/pgvector:0.8.5-pg16", "15", "16 only"),
        (MAJOR, {"PG_VERSION": "16\n"}, "zapstack.local/postgres-15:15-0f", "16", "15 only"),
        (BROKER, flags(FLAGS_310), "rabbitmq:4.2.9-management@sha256:0f", "3.10", "3.13 to 4.2.9"),
        (BROKER, flags(FLAGS_310), "zapstack.local/rabbitmq:4.0-0f", "3.10", "3.13 to 4.0"),
        (BROKER, flags(FLAGS_310), "rabbitmq:3.12.14", "3.10", "3.11 to 3.12.14"),
        (BROKER, flags(FLAGS_311), "rabbitmq:4.0.5", "3.11", "3.13 to 4.0.5"),
        (BROKER, flags([*FLAGS_313, "rabbitmq_4.0.0"]), "zapstack.local/rabbitmq:3.10-0f", "4.0", "3.10 and earlier"),
        (BROKER, flags([*FLAGS_313, "rabbitmq_4.2.0"]), "rabbitmq:4.1.8", "4.2", "3.13 to 4.1.8"),
        (
            BROKER,
            flags([name for name in FLAGS_313 if name != "stream_filtering"]),
            "rabbitmq:4.0",
            "3.12",
            "3.13 to 4.0",
        ),
        (
            redis.FORMAT,
            base("appendonly.aof.1.base.rdb", "REDIS0011\0"),
            "zapstack.local/redis:7.0-0f",
            "7.2",
            "7.0 and earlier",
        ),
        (redis.FORMAT, base("appendonly.aof.1.base.rdb", "REDIS0012\0"), "redis:7.2.6", "7.4", "7.2.6 and earlier"),
        (
            redis.FORMAT,
            base("appendonly.aof.7.base.rdb", "REDIS0013\0"),
            "redis:8.4.0@sha256:0f",
            "8.6",
            "8.4.0 and earlier",
        ),
    ],
)
def test_an_image_that_does_not_take_the_data_is_refused(
    form: DataFormat, files: dict[str, str], image: str, data_version: str, span: str
) -> None:
    """By its reference already: a preview knows no more of an image that has not been pulled."""
    (text,) = refusals(PaperEngine(files=files, images={USED: {}}), form, image)
    assert text.startswith(
        f"store: the data in volume {VOLUME} are of {form.name} {data_version}, and {image} takes those of {span}. "
        "Its server would not start. Nothing was stopped, the data are untouched. Set the earlier image again"
    )


@pytest.mark.parametrize(
    ("form", "files", "image"),
    [
        (MAJOR, {"PG_VERSION": "16\n"}, "postgres:16.15-trixie"),
        (BROKER, flags(FLAGS_310), "zapstack.local/rabbitmq:3.10-0f"),
        (BROKER, flags(FLAGS_310), "rabbitmq:3.11.28"),
        (BROKER, flags(FLAGS_311), "rabbitmq:3.13.7"),
        (BROKER, flags(FLAGS_313), "rabbitmq:4.2.9-management"),
        (BROKER, flags([*FLAGS_313, "rabbitmq_4.0.0"]), "rabbitmq:4.2.9"),
        (redis.FORMAT, base("appendonly.aof.1.base.rdb", "REDIS0010\0"), "redis:7.4.9"),
        (redis.FORMAT, base("appendonly.aof.1.base.rdb", "REDIS0012\0"), "redis:8.2.1"),
        # Commands, which all versions read; and a volume that is still empty.
        (redis.FORMAT, base("appendonly.aof.2.base.aof", "*2\r\n$6\r\nSELECT\r\n"), "redis:7.0.15"),
        *((form, {}, "redis:7.0.15") for form in (MAJOR, BROKER, redis.FORMAT)),
        # A format and an image that nobody here knows.
        (redis.FORMAT, base("appendonly.aof.1.base.rdb", "REDIS0099\0"), "redis:7.0.15"),
        (redis.FORMAT, base("appendonly.aof.1.base.rdb", "REDIS0012\0"), "redis@sha256:0f"),
        (MAJOR, {"PG_VERSION": "16\n"}, "example.org/postgres:2026-01-16"),
    ],
)
def test_an_image_that_takes_the_data_is_not_refused(form: DataFormat, files: dict[str, str], image: str) -> None:
    """Nor one of which nobody can tell: its server will say so itself."""
    assert refusals(PaperEngine(files=files, images={USED: {}}), form, image) == []


def test_what_an_image_says_itself_counts_more_than_its_name() -> None:
    """A name can be anything."""
    files = base("appendonly.aof.1.base.rdb", "REDIS0012\0")
    images = {"redis:8": {"REDIS_VERSION": "7.2.6"}, "redis:7.0": {"REDIS_VERSION": "7.4.9"}, "own": {"PG_MAJOR": "15"}}
    assert refusals(PaperEngine(files=files, images=images), redis.FORMAT, "redis:8", before="")
    assert not refusals(PaperEngine(files=files, images=images), redis.FORMAT, "redis:7.0", before="")
    assert refusals(PaperEngine(files={"PG_VERSION": "16"}, images=images), MAJOR, "own", before="")


def test_an_image_that_is_asked_for_by_its_id_has_a_name() -> None:
    """The local equivalents name their version in no other place."""
    engine = PaperEngine(files=flags(FLAGS_310), images={"sha256:0f": {}}, names=["mine.example/rabbitmq:4.2"])
    (text,) = refusals(engine, BROKER, "sha256:0f", before="")
    assert "sha256:0f takes those of 3.13 to 4.2" in text


def libc(version: str) -> dict[str, str]:
    """Returns the file of an image by which words are sorted."""
    return {LIBC: f"\x7fELF...GNU C Library (Debian GLIBC {version}-9) stable release version {version}.\n"}


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (libc("2.36"), libc("2.41"), "library 2.36, and new:1 takes those of 2.41 only"),
        (libc("2.36"), {}, "library 2.36, and new:1 takes those of none only"),
        ({}, libc("2.36"), "library none, and new:1 takes those of 2.36 only"),
        (libc("2.36"), libc("2.36"), ""),
        ({}, {}, ""),
    ],
)
def test_another_sorting_order_is_refused(before: dict[str, str], after: dict[str, str], refused: str) -> None:
    """Two versions of GNU's library, and one of them beside another library altogether."""
    engine = PaperEngine(files={"PG_VERSION": "16"}, images={USED: before, "new:1": after})
    found = refusals(engine, SORTING, "new:1")
    assert bool(found) is bool(refused)
    assert all(refused in text and "would be in another order" in text for text in found)


@pytest.mark.parametrize(("suite", "refused"), [("trixie", True), ("alpine", True), ("bookworm", False)])
def test_a_suite_stands_for_its_sorting_order(suite: str, *, refused: bool) -> None:
    """Where the engine does not have the image yet."""
    engine = PaperEngine(files={"PG_VERSION": "16"}, images={USED: libc("2.36")})
    assert bool(refusals(engine, SORTING, f"postgres:16.15-{suite}@sha256:0f")) is refused


def test_a_volume_that_is_not_there_is_not_made() -> None:
    """A container that mounts it would make it."""
    assert refusals(PaperEngine(images={USED: {}}), MAJOR, "postgres:15") == []
    assert refusals(PaperEngine(files={"PG_VERSION": "16"}), MAJOR, "postgres:15") == []  # no image to look by


def test_every_data_volume_says_what_becomes_of_it() -> None:
    """How its version is compared, or why every image takes it."""
    for empty in ((), ""):
        with pytest.raises(ValueError, match="volume shop: say how its version is compared"):
            DataVolume(formats=empty, name="shop", path="/data")


@pytest.mark.parametrize(
    ("exits", "refused"),
    [
        ({"ask": 1}, ["no such database: docker exec db rename old"]),
        ({"ask": 0}, []),
        # No connection, killed, and not to be started: no answer is not a mismatch.
        *(({"ask": code}, []) for code in (2, 137, 126, 127)),
        (None, []),
    ],
)
def test_a_preview_refuses_what_the_data_deny(
    exits: dict[str, int] | None, refused: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only for a changed setting, and only when the container can be asked."""
    monkeypatch.setattr(prepare, "client", lambda _host: PaperEngine(exits=exits))
    news = {"data": [], "docker_host": "", "facts": {"database": FACT}, "image": "db:1", "used_image": ""}
    olds = {"facts": {"database": {**FACT, "value": "old"}}}
    told = [failure.reason for failure in PrepareProvider().check(olds, news).failures]
    assert told == refused
    assert PrepareProvider().check(news, news).failures == []
    assert PrepareProvider().check({}, news).failures == []


def test_a_preview_compares_when_the_image_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the state knows no earlier one, as after `down`; an unchanged stack is not looked at."""
    engine = PaperEngine(files={"PG_VERSION": "15\n"}, images={"postgres:16": {"PG_MAJOR": "16"}})
    monkeypatch.setattr(prepare, "client", lambda _host: engine)
    rows = [{"formats": [vars(replace(MAJOR, remedy="Do this."))], "service": "db", "volume": VOLUME}]
    news = {"data": rows, "docker_host": "", "image": "postgres:16", "labels": {}, "used_image": ""}
    for olds in ({}, {**news, "image": "postgres:15"}):
        (failure,) = PrepareProvider().check(olds, news).failures
        assert failure.reason.endswith("the data are untouched. Do this.")
    looked = len(engine.opened)
    assert PrepareProvider().check(news, news).failures == []
    assert len(engine.opened) == looked


@pytest.mark.parametrize(("suite", "refused"), [("trixie", True), ("bookworm", False)])
def test_a_stack_that_is_down_is_compared_with_what_its_last_run_used(
    suite: str,
    refused: bool,  # noqa: FBT001 a test's parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No container and no Prepare is left; where the data do not say it, the stack's outputs do."""
    engine = PaperEngine(files={"PG_VERSION": "16"}, images={USED: libc("2.36")})
    monkeypatch.setattr(prepare, "client", lambda _host: engine)
    rows = [{"formats": [vars(SORTING)], "service": "db", "volume": VOLUME}]
    news = {"data": rows, "docker_host": "", "image": f"postgres:16.15-{suite}@sha256:0f", "labels": {}}
    for used, said in ((USED, refused), ("", False)):
        assert bool(PrepareProvider().check({}, {**news, "used_image": used}).failures) is said
