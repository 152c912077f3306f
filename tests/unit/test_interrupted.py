"""The rest of interrupted runs, and what the state knows."""

from typing import cast

import pulumi
import pytest
from docker import DockerClient

from components.base.observe import Look
from components.base.verdict import Expected
from infra import interrupted
from infra.state import CONTAINER, GATE, NETWORK, PREPARE, Known, known


class PaperApi:
    """A note of what was removed."""

    def __init__(self) -> None:
        """Has removed nothing yet."""
        self.api = self
        self.removed: list[str] = []

    def remove_container(self, id_: str, *, force: bool) -> None:
        """Notes the removal."""
        assert force
        self.removed.append(id_)

    def remove_network(self, id_: str) -> None:
        """Notes the removal."""
        self.removed.append(id_)

    def remove_volume(self, name: str, *, force: bool) -> None:
        """Notes the removal."""
        assert force
        self.removed.append(name)


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the running program."""
    monkeypatch.setattr(pulumi, "get_project", lambda: "zapstack")
    monkeypatch.setattr(pulumi.log, "info", lambda _text: None)


SEEN = Look(
    containers=[{"Id": "known", "Name": "/a"}, {"Id": "orphan", "Name": "/b"}],
    files_volumes=frozenset({"a-files-1", "a-files-0"}),
    networks={"n": "net", "m": "lost"},
)
KNOWN = Known(files_volumes=frozenset({"a-files-1"}), ids=frozenset({"known", "net"}))


def test_what_the_state_does_not_know_makes_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    engine = PaperApi()
    assert interrupted.clear_leftovers(cast("DockerClient", engine), SEEN, KNOWN)
    assert engine.removed == ["orphan", "lost", "a-files-0"]


def test_a_preview_removes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It only names what an update would remove."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    engine = PaperApi()
    assert not interrupted.clear_leftovers(cast("DockerClient", engine), SEEN, KNOWN)
    assert engine.removed == []


def test_what_the_state_knows() -> None:
    """Ids of all, expectations of those that stay; the gate adds what it has set and joined."""
    container = {"memory": 256.0, "networksAdvanced": [{"name": "data"}]}
    found = known(
        [
            {"type": "pulumi:pulumi:Stack"},
            {"id": "net", "inputs": {"name": "zapstack-dev-data"}, "type": NETWORK},
            {"id": "a-files-1", "inputs": {}, "type": PREPARE},
            {"delete": True, "id": "a-files-0", "inputs": {}, "type": PREPARE},
            {"id": "a", "inputs": container, "type": CONTAINER},
            {"id": "b", "inputs": container, "type": CONTAINER},
            {"delete": True, "id": "old", "inputs": container, "type": CONTAINER},
            {
                "id": "app",
                "inputs": {"container": "a", "networks": [{"name": "data"}, {"name": "edge"}], "pids": 64.0},
                "type": GATE,
            },
        ]
    )
    assert found.files_volumes == {"a-files-0", "a-files-1"}
    assert found.ids == {"net", "a", "b", "old"}
    assert found.networks == {"net": "zapstack-dev-data"}
    assert found.expected == {
        "a": Expected(memory_mib=256, networks=frozenset({"data", "edge"}), pids=64),
        "b": Expected(memory_mib=256, networks=frozenset({"data"})),
    }
