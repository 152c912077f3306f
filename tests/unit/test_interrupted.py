"""The rest of interrupted runs, and strangers with our names."""

from typing import Any, cast

import pulumi
import pytest
from docker import DockerClient

from components.base.observe import Look
from components.base.verdict import Expected
from infra import interrupted
from infra.errors import UserError
from infra.state import CONTAINER, GATE, NETWORK, Known, known

OURS = {"zapstack.stack": "zapstack/dev"}


class PaperApi:
    """An engine's lists, and a note of what was removed."""

    def __init__(self, volumes: dict[str, dict[str, str] | None] | None = None) -> None:
        """Takes the volumes it has, name to labels."""
        self.api = self
        self.removed: list[str] = []
        self._volumes = volumes or {}

    def volumes(self, filters: dict[str, str]) -> dict[str, Any]:
        """Lists volumes whose names contain the filter."""
        return {
            "Volumes": [
                {"Name": name, "Labels": labels} for name, labels in self._volumes.items() if filters["name"] in name
            ]
        }

    def networks(self, filters: dict[str, str]) -> list[dict[str, Any]]:
        """Lists no networks."""
        assert filters
        return []

    def containers(self, filters: dict[str, str], *, all: bool) -> list[dict[str, Any]]:  # noqa: A002 the client's own name
        """Lists no containers."""
        assert all
        assert filters
        return []

    def remove_container(self, id_: str, *, force: bool) -> None:
        """Notes the removal."""
        assert force
        self.removed.append(id_)

    def remove_network(self, id_: str) -> None:
        """Notes the removal."""
        self.removed.append(id_)


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the running program."""
    monkeypatch.setattr(pulumi, "get_project", lambda: "zapstack")
    monkeypatch.setattr(pulumi.log, "info", lambda _text: None)


SEEN = Look(
    containers=[{"Id": "known", "Name": "/a"}, {"Id": "orphan", "Name": "/b"}], networks={"n": "net", "m": "lost"}
)
KNOWN = Known(ids=frozenset({"known", "net"}))


def test_what_the_state_does_not_know_makes_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing else."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    engine = PaperApi()
    assert interrupted.clear_leftovers(cast("DockerClient", engine), SEEN, KNOWN)
    assert engine.removed == ["orphan", "lost"]


def test_a_preview_removes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It only names what an update would remove."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    engine = PaperApi()
    assert not interrupted.clear_leftovers(cast("DockerClient", engine), SEEN, KNOWN)
    assert engine.removed == []


def test_strangers_stop_the_run() -> None:
    """With their names and the way out; our own and other stacks' volumes are no strangers."""
    fine = PaperApi({"zapstack-dev-evolution-data": OURS, "my-zapstack-dev-copy": None})
    interrupted.refuse_foreign(cast("DockerClient", fine), "dev")
    strange = PaperApi({"zapstack-dev-evolution-data": None})
    with pytest.raises(UserError, match="docker volume rm zapstack-dev-evolution-data"):
        interrupted.refuse_foreign(cast("DockerClient", strange), "dev")


def test_what_the_state_knows() -> None:
    """Ids of all, expectations of those that stay; the gate adds what it has set and joined."""
    container = {"memory": 256.0, "networksAdvanced": [{"name": "data"}]}
    found = known(
        [
            {"type": "pulumi:pulumi:Stack"},
            {"id": "net", "inputs": {}, "type": NETWORK},
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
    assert found.ids == {"net", "a", "b", "old"}
    assert found.expected == {
        "a": Expected(memory_mib=256, networks=frozenset({"data", "edge"}), pids=64),
        "b": Expected(memory_mib=256, networks=frozenset({"data"})),
    }
