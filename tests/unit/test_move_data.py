"""Moving data to another version: what is refused before anything is stopped, and what counts as moved."""

from types import SimpleNamespace
from typing import Any

import pytest
import typer

from components import redis
from components.base import naming
from components.base.images import IMAGE_PREFIX
from infra.state import Known, Store
from operations import move_data, pulumi_cli
from operations.moving import postgres as postgres_move
from operations.moving import rabbitmq
from operations.moving import redis as redis_move
from operations.moving.workshop import MoveFailedError
from operations.stack_file import StackFile
from tests.recorder import defaults
from tests.unit.paper_engine import VOLUME, PaperEngine

OLD = "redis:7.2.6"
NEW = "redis:7.0.15"
BASE = {
    "appendonlydir/appendonly.aof.1.base.rdb": "REDIS0011",
    "appendonlydir/appendonly.aof.manifest": "file appendonly.aof.1.base.rdb seq 1 type b\n",
}


def store() -> Store:
    """Returns a store of the state."""
    rows = [{"formats": [vars(redis.FORMAT)], "service": "store", "volume": VOLUME}]
    return Store(image=OLD, image_name="redis", labels={naming.STACK_LABEL: "zapstack/dev"}, rows=rows)


class Volumes(PaperEngine):
    """An engine that has further volumes."""

    def __init__(self, *more: str) -> None:
        """Takes their names."""
        super().__init__(files=BASE, images={OLD: {}, NEW: {}, "redis:7.4.1": {}})
        self.volumes = SimpleNamespace(
            get=lambda name: None if name in more else self._volume(name), list=lambda **_: []
        )
        self.networks = self

    def list(self, **_: object) -> list[object]:
        """Lists no containers and no networks."""
        return []


def refused(
    monkeypatch: pytest.MonkeyPatch,
    *,
    engine: PaperEngine,
    found: Store,
    service: str = "store",
    wanted: str = NEW,
) -> int:
    """Asks for a move that must not begin, and returns the exit code."""
    monkeypatch.setattr(move_data, "engine", lambda _stack: engine)
    monkeypatch.setattr(pulumi_cli, "state", lambda _stack: Known(stores=[found]))
    monkeypatch.setattr(move_data, "_move", lambda *_: pytest.fail("it began"))
    stack = StackFile(
        development=True,
        docker_host="",
        image_overrides={"redis": wanted},
        image_source="registry",
        images=(),
        name="dev",
        systems=(),
    )
    with pytest.raises(typer.Exit) as left:
        move_data.move_data(stack, service)
    return left.value.exit_code


def test_an_unknown_store(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With those there are; a stack that is down has none in its state."""
    assert refused(monkeypatch, engine=Volumes(), found=store(), service="app") == 2
    assert "SERVICE=app: the state has no such store (there are: store)" in capsys.readouterr().err


def test_an_unchanged_image(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """There is nowhere to move to."""
    assert refused(monkeypatch, engine=Volumes(), found=store(), wanted=OLD) == 1
    assert "Name the image they are for first" in capsys.readouterr().err


def test_data_that_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """They are not touched: `up` is enough."""
    assert refused(monkeypatch, engine=Volumes(), found=store(), wanted="redis:7.4.1") == 1
    assert "Run 'make up STACK=dev'" in capsys.readouterr().err


def test_every_store_whose_version_is_compared_can_be_moved() -> None:
    """Their refusals name the verb, with the names of the stack and of the service."""
    graph = defaults()
    images = {row.inputs["name"]: row.name.removeprefix(IMAGE_PREFIX) for row in graph.of("RemoteImage")}
    compared = [row for row in graph.of("Prepare") if any(volume["formats"] for volume in row.inputs["data"])]
    assert {images[row.inputs["image"]] for row in compared} == {"postgres-15", "postgres-16", "rabbitmq", "redis"}
    for row in compared:
        assert images[row.inputs["image"]] in move_data.MOVES
        (volume,) = row.inputs["data"]
        told = f"make move-data STACK=dev SERVICE={volume['service']}"
        assert all(form["remedy"].endswith(told) for form in volume["formats"])


def test_missing_rows_fail_a_move() -> None:
    """With the table; one that is not there at all counts."""
    before = {"shop public.orders": 5, "shop public.empty": 0}
    postgres_move.compare(before, before)
    with pytest.raises(MoveFailedError, match=r"shop public\.orders: 4 of 5"):
        postgres_move.compare(before, {**before, "shop public.orders": 4})
    with pytest.raises(MoveFailedError, match=r"shop public\.empty: 0 of 0"):
        postgres_move.compare(before, {"shop public.orders": 5})


def test_data_kept_before_are_not_overwritten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second move would lose what the first one has kept."""
    kept = f"{VOLUME}-7.2"
    assert refused(monkeypatch, engine=Volumes(kept), found=store()) == 1
    said = capsys.readouterr().err
    assert f"docker volume rm {kept}" in said
    assert "/from" not in said  # to copy a part of a copy back would lose what is whole


class Copies:
    """A workshop on paper that copies between volumes, until it fails."""

    def __init__(self, *failures: tuple[str, str]) -> None:
        """Takes the copies that fail, by source and target."""
        self.content = {"store": "earlier", "moved": "new"}
        self.labels: dict[str, str] = {}
        self.engine = SimpleNamespace(volumes=SimpleNamespace(create=lambda name, **_: self.content.update({name: ""})))
        self._failures = failures

    def copy(self, source: str, target: str, _image: str, *, durable: bool) -> None:
        """Empties the target first, as the real one does."""
        assert durable
        self.content[target] = "a part"
        if (source, target) in self._failures:
            raise MoveFailedError("no space left on device")
        self.content[target] = self.content[source]

    def remove(self, volume: str) -> None:
        """Forgets it."""
        del self.content[volume]


@pytest.mark.parametrize(
    ("failures", "error", "left"),
    [
        ([], None, {"kept": "earlier", "store": "new"}),
        ([("store", "kept")], MoveFailedError, {"store": "earlier"}),
        ([("moved", "store")], MoveFailedError, {"store": "earlier"}),
        ([("moved", "store"), ("kept", "store")], move_data.NotWholeError, {"kept": "earlier", "store": "a part"}),
    ],
)
def test_no_copy_that_fails_loses_anything(
    failures: list[tuple[str, str]], error: type[Exception] | None, left: dict[str, str]
) -> None:
    """What was there is in the volume, or whole in the one that the message names."""
    copies: Any = Copies(*failures)
    if error is None:
        move_data.exchange(copies, volume="store", moved="moved", kept="kept", image=OLD)
    else:
        with pytest.raises(error, match="no space left"):
            move_data.exchange(copies, volume="store", moved="moved", kept="kept", image=OLD)
    assert copies.content == {"moved": "new", **left}


class Shop:
    """A workshop on paper: what commands print, what is told."""

    def __init__(self, printed: str = "") -> None:
        """Takes what every command prints."""
        self.told: list[str] = []
        self.tell = self.told.append
        self._printed = printed

    def run(self, _server: object, _command: object) -> str:
        """Returns it."""
        return self._printed


def test_keys_that_expire_are_not_counted() -> None:
    """One of them may vanish between two counts."""
    shop: Any = Shop("# Keyspace\r\ndb0:keys=307,expires=1,avg_ttl=3598000\r\ndb3:keys=2,expires=0,avg_ttl=0\r\n")
    nothing: Any = None
    assert redis_move.keys(shop, nothing) == {"db0": 306, "db3": 2}


def definitions(*queues: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Returns a broker's definitions."""
    rows = [{"arguments": arguments, "name": name, "vhost": "shop"} for name, arguments in queues]
    return {"queues": rows, "vhosts": [{"name": "shop"}]}


def test_missing_messages_fail_a_move() -> None:
    """Unless their queue lets them expire, which is told."""
    shop: Any = Shop()
    before = {("shop", "paid"): 5, ("shop", "later"): 3}
    rows = definitions(("paid", {}), ("later", {"x-message-ttl": 1000}))
    with pytest.raises(MoveFailedError, match="missing after the move, by virtual host and queue: shop paid: 1"):
        rabbitmq.compare(shop, rows, before, {("shop", "paid"): 4, ("shop", "later"): 3})
    with pytest.raises(MoveFailedError, match="shop paid: 5"):
        rabbitmq.compare(shop, rows, before, {("shop", "later"): 3})
    rabbitmq.compare(shop, rows, before, before)
    rabbitmq.compare(shop, rows, before, {("shop", "paid"): 5})
    assert shop.told == ["8 messages have arrived", "5 messages have arrived, 3 have expired on the way"]


def test_a_stream_fails_a_move() -> None:
    """Its messages stay where they are when they are read."""
    with pytest.raises(MoveFailedError, match="streams cannot be moved: log"):
        rabbitmq.refuse_streams(definitions(("log", {"x-queue-type": "stream"}), ("paid", {})))


def test_a_moved_broker_is_given_no_user_that_others_know() -> None:
    """It loads all its users at its first start; the one who reads the copy is not among them."""
    files = rabbitmq.files({**definitions(), "users": [{"name": "app"}]}, [("/a b", "paid orders")], "10.0.0.2")
    assert files["new.conf"] == "load_definitions = /moving/new.json\n"
    assert rabbitmq.USER not in files["new.json"]
    assert rabbitmq.USER in files["old.json"]
    assert "@10.0.0.2:5672/%2Fa%20b" in files["shovels.json"]
    assert '"amqp:///%2Fa%20b"' in files["shovels.json"]
