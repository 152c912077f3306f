"""Data outlive their service: no change of the configuration deletes a data volume, or the token of an instance."""

import json

import pulumi
import pytest

from infra.config import StackConfig
from infra.state import RANDOM, Known, known
from stacks.base import System, SystemOutputs
from stacks.settings.base import Settings
from stacks.settings.evolution import EvolutionSettings
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
        stack_config(production=production, systems={"empty": Settings()}),
        systems=EMPTY,
        known=Known(volumes={NAME: URN}),
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
    graph = record(config, systems=storage.SYSTEMS, known=Known(volumes={NAME: KEPT}))
    (volume,) = [row for row in graph.of("Volume") if row.inputs["name"] == NAME]
    assert volume.name == "pgadmin_data"
    assert NAME in json.dumps(volume.request["aliases"])


def test_the_state_names_its_volumes() -> None:
    """Those on their way out are not among them."""
    row = {"id": NAME, "inputs": {}, "type": "docker:index/volume:Volume", "urn": URN}
    assert known([row]).volumes == {NAME: URN}
    assert known([{**row, "delete": True}]).volumes == {}


TOKEN = "zapstack-dev-evolution-instances-shop-token"
TOKEN_URN = "urn:pulumi:dev::zapstack::any$random:index/randomPassword:RandomPassword::instances-shop-token"


def with_instance(name: str) -> StackConfig:
    """Returns a configuration with a further instance."""
    row = {"integration": "EVOLUTION", "name": name, "number": "5511999990000"}
    settings = EvolutionSettings.model_validate({"evolutionApi": {"otherInstances": (row,)}})
    return stack_config(systems={"evolution": settings})


def test_the_token_of_an_instance_outlives_its_declaration() -> None:
    """The instance stays on its server: declared again, it is given the same token under the same identity."""
    without = stack_config(systems={"empty": Settings()})
    gone = record(without, systems=EMPTY, known=Known(secrets={TOKEN: TOKEN_URN})).one("RandomPassword", TOKEN)
    back = record(with_instance("shop"), known=Known(secrets={TOKEN: TOKEN_URN}))
    (again,) = [row for row in back.of("RandomPassword") if "shop" in row.name]
    assert TOKEN_URN in json.dumps(gone.request["aliases"])
    assert TOKEN in json.dumps(again.request["aliases"])
    assert gone.inputs == again.inputs  # another keeper would be another token


def test_the_state_names_its_kept_secrets() -> None:
    """By their keeper; those on their way out are not among them, nor any other generated secret."""
    row = {"id": "none", "inputs": {"keepers": {"kept": TOKEN}}, "type": RANDOM, "urn": TOKEN_URN}
    other = {**row, "inputs": {"keepers": {"rotation": "1"}}}
    assert known([row, other, {**row, "inputs": {}}]).secrets == {TOKEN: TOKEN_URN}
    assert known([{**row, "delete": True}]).secrets == {}
