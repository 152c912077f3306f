"""Data outlive their service: no change of the configuration deletes a data volume."""

import json

import pulumi
import pytest

from infra.state import known
from stacks.base import System, SystemOutputs
from stacks.settings.base import Settings
from tests.recorder import record, stack_config
from tests.unit import storage

NAME = "zapstack-dev-storage-pgadmin_data"
URN = "urn:pulumi:dev::zapstack::zapstack:tests:Storage$docker:index/volume:Volume::pgadmin_data"
KEPT = f"urn:pulumi:dev::zapstack::docker:index/volume:Volume::{NAME}"
EMPTY = {
    "empty": System(
        build=lambda *_: SystemOutputs(credentials={}, services=(), urls={}),
        images=lambda _: (),
        ports=lambda *_: {},
        settings=Settings,
    )
}
"""A system of which nothing is left."""


@pytest.mark.parametrize("production", [False, True])
def test_a_volume_that_nothing_declares_stays_under_its_old_identity(
    monkeypatch: pytest.MonkeyPatch, *, production: bool
) -> None:
    """Pulumi takes it for the same one, so it is neither deleted nor made anew; and it is said how it would be."""
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", said.append)
    graph = record(
        stack_config(production=production, systems={"empty": Settings()}), systems=EMPTY, volumes={NAME: URN}
    )
    kept = graph.one("Volume", NAME)
    assert kept.inputs["name"] == NAME
    assert URN in json.dumps(kept.request)
    assert kept.request.get("protect", False) is production
    (line,) = said
    unprotect, _, destroy = line.partition("with its data: ")[2].rpartition(" && ")
    assert destroy == f"pulumi destroy --target '{KEPT}' --stack dev"
    assert unprotect == (f"pulumi state unprotect '{KEPT}' --stack dev" if production else "")


def test_a_service_that_comes_back_takes_its_volume_again() -> None:
    """Under the name it was kept by; it is registered once."""
    config = stack_config(systems={"storage": storage.StorageSettings()})
    graph = record(config, systems=storage.SYSTEMS, volumes={NAME: KEPT})
    (volume,) = [row for row in graph.of("Volume") if row.inputs["name"] == NAME]
    assert volume.name == "pgadmin_data"
    assert NAME in json.dumps(volume.request["aliases"])


def test_the_state_names_its_volumes() -> None:
    """Those on their way out are not among them."""
    row = {"id": NAME, "inputs": {}, "type": "docker:index/volume:Volume", "urn": URN}
    assert known([row]).volumes == {NAME: URN}
    assert known([{**row, "delete": True}]).volumes == {}
