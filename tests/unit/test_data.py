"""A server is not started on data it cannot use, and not stopped for them either."""

import io
import tarfile
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import NotFound

from components.base import data
from components.base.failure import ServiceFailedError
from components.base.providers import prepare
from components.base.providers.prepare import PrepareProvider

FORMAT = {"file": "PG_VERSION", "remedy": "Do this.", "variable": "PG_MAJOR"}
ROWS = [{"format": {}, "volume": "plain"}, {"format": FORMAT, "volume": "db-data"}]
FACT = {
    "command": ["ask"],
    "container": "db",
    "refusal": "no such database: docker exec CONTAINER rename OLD_NAME",
    "value": "new",
}


class Engine:
    """Just enough of a client: an image's environment, a volume's file, one container's answers."""

    def __init__(
        self, *, file: str | None = "15\n", reads: str | None = "16", exits: dict[str, int] | None = None
    ) -> None:
        """Takes the version in the volume, the image's, and the exit code of each command."""
        self.api = self.containers = self.images = self
        self._file, self._reads, self._exits = file, reads, exits
        self.id, self.status = "id", "running"
        self.removed = 0

    def get(self, name: str) -> Any:  # noqa: ANN401 image or container
        """Finds the image, or the container when there is one."""
        if name == "image":
            return SimpleNamespace(attrs={"Config": {"Env": [f"PG_MAJOR={self._reads}"] if self._reads else None}})
        if self._exits is None:
            raise NotFound(name)
        return self

    def create(self, image: str, **options: Any) -> "Engine":  # noqa: ANN401 the client's own options
        """Creates the throw-away container."""
        assert image == "image"
        assert options["entrypoint"] == ["/never-started"]
        return self

    def get_archive(self, id_: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        """Returns the version file."""
        assert id_ == "id"
        if self._file is None:
            raise NotFound(path)
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            entry = tarfile.TarInfo("PG_VERSION")
            entry.size = len(self._file)
            tar.addfile(entry, io.BytesIO(self._file.encode()))
        return [buffer.getvalue()], {}

    def remove(self, *, force: bool, v: bool) -> None:
        """Counts removals."""
        assert force
        assert v
        self.removed += 1

    def exec_create(self, id_: str, command: list[str]) -> dict[str, str]:
        """Remembers the command."""
        assert id_ == "id"
        return {"Id": command[0]}

    def exec_start(self, id_: str, *, detach: bool) -> None:
        """Runs nothing."""
        assert id_
        assert detach

    def exec_inspect(self, id_: str) -> dict[str, int]:
        """Returns the exit code."""
        assert self._exits is not None
        return {"ExitCode": self._exits[id_]}


def require(engine: Engine) -> None:
    """Compares the volumes with the image."""
    data.require_readable(engine, rows=ROWS, image="image", labels={})  # type: ignore[arg-type]


def test_another_version_is_refused() -> None:
    """With both versions, what became of the data, and what to do."""
    engine = Engine()
    with pytest.raises(ServiceFailedError) as caught:
        require(engine)
    assert str(caught.value) == (
        "volume db-data holds data of version 15, and image reads version 16 only: its server would not start. "
        "Nothing was stopped, the data are untouched. Do this."
    )
    assert engine.removed == 1


@pytest.mark.parametrize("engine", [Engine(file="16"), Engine(file=None), Engine(reads=None)])
def test_what_can_be_read_is_not_refused(engine: Engine) -> None:
    """The same version, a volume still empty, an image that names none."""
    require(engine)
    assert engine.removed == 1


@pytest.mark.parametrize(
    ("exits", "refused"),
    [
        ({"true": 0, "ask": 2}, ["no such database: docker exec db rename old"]),
        ({"true": 0, "ask": 0}, []),
        ({"true": 1, "ask": 2}, []),
        (None, []),
    ],
)
def test_a_preview_refuses_what_the_data_deny(
    exits: dict[str, int] | None, refused: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only for a changed setting, and only when the container can be asked."""
    monkeypatch.setattr(prepare, "client", lambda _host: Engine(exits=exits))
    news = {"docker_host": "", "facts": {"database": FACT}}
    olds = {"facts": {"database": {**FACT, "value": "old"}}}
    told = [failure.reason for failure in PrepareProvider().check(olds, news).failures]
    assert told == refused
    assert PrepareProvider().check(news, news).failures == []
    assert PrepareProvider().check({}, news).failures == []
