"""Where the engine and the state cannot both be right."""

from typing import Any, cast

import pulumi
import pytest
from docker import DockerClient

from components.base.observe import Look
from infra import mismatch
from infra.errors import UserError
from infra.state import Known

OURS = {"zapstack.stack": "zapstack/dev"}
DATA = "zapstack-dev-evolution-data"


class PaperApi:
    """An engine's lists by name."""

    def __init__(self, volumes: dict[str, dict[str, str] | None]) -> None:
        """Takes the volumes it has, name to labels."""
        self.api = self
        self._volumes = volumes

    def volumes(self, filters: dict[str, str]) -> dict[str, Any]:
        """Lists volumes whose names contain the filter."""
        rows = [{"Name": name, "Labels": labels} for name, labels in self._volumes.items() if filters["name"] in name]
        return {"Volumes": rows or None}

    def networks(self, filters: dict[str, str]) -> list[dict[str, Any]]:
        """Lists no networks."""
        assert filters
        return []

    def containers(self, filters: dict[str, str], *, all: bool) -> list[dict[str, Any]]:  # noqa: A002 the client's own name
        """Lists no containers."""
        assert all
        assert filters
        return []


def engine(**volumes: dict[str, str] | None) -> DockerClient:
    """Returns an engine with volumes; an underscore stands for a hyphen."""
    return cast("DockerClient", PaperApi({name.replace("_", "-"): labels for name, labels in volumes.items()}))


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the running program."""
    monkeypatch.setattr(pulumi, "get_project", lambda: "zapstack")


def test_strangers_stop_the_run() -> None:
    """With their names and the way out; our own and other stacks' volumes are no strangers."""
    fine = engine(zapstack_dev_evolution_data=OURS, my_zapstack_dev_copy=None)
    mismatch.refuse_foreign(fine, "dev", Known())
    strange = engine(zapstack_dev_evolution_data=None)
    with pytest.raises(UserError, match=f"docker volume rm {DATA}"):
        mismatch.refuse_foreign(strange, "dev", Known())
    mismatch.refuse_foreign(strange, "dev", Known(volumes={DATA: "urn"}))  # restored by hand, without our label


def container(role: str) -> dict[str, Any]:
    """Returns what matters of one."""
    return {"Config": {"Labels": {**OURS, "zapstack.role": role}}, "Id": role, "Name": f"/zapstack-dev-{role}"}


@pytest.mark.parametrize("role", ["service", "job", "tool"])
def test_what_another_state_made_is_left_alone(role: str) -> None:
    """Without this it would be removed as the rest of an interrupted run."""
    seen = Look(containers=[container(role), container("throw-away")])
    with pytest.raises(
        UserError, match=rf"another state.*: zapstack-dev-{role}\. They(.|\n)*zapstack\.stack=zapstack/dev\)"
    ):
        mismatch.refuse_another_state(seen, Known(), "zapstack/dev")


def test_an_interrupted_first_up_is_not_another_state() -> None:
    """Its state knows the networks; before them there are throw-away containers at most."""
    mismatch.refuse_another_state(
        Look(containers=[container("service")]), Known(ids=frozenset({"net"})), "zapstack/dev"
    )
    mismatch.refuse_another_state(Look(containers=[container("throw-away")]), Known(), "zapstack/dev")


def test_what_the_engine_has_lost_stops_the_run() -> None:
    """A data volume by its name, a network by its id: one of the same name made since then is another one."""
    known = Known(networks={"1": "net-one", "2": "net-two"}, volumes={DATA: "urn"})
    seen = Look(networks={"net-one": "1", "net-two": "2"})
    mismatch.refuse_lost(engine(zapstack_dev_evolution_data=None), seen, known, "dev")
    with pytest.raises(
        UserError, match=f"lost: data volume {DATA}\\.(.|\n)*pulumi refresh --yes --clear-pending-creates --stack dev"
    ):
        mismatch.refuse_lost(engine(), seen, known, "dev")
    seen = Look(networks={"net-one": "3", "net-two": "2"})
    with pytest.raises(UserError, match=r"lost: network net-one\."):
        mismatch.refuse_lost(engine(zapstack_dev_evolution_data=OURS), seen, known, "dev")
