"""Wrong configurations and their exact messages; all mistakes are told at once."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from infra import config
from infra.config import load
from infra.errors import UserError

GOOD: dict[str, Any] = {"environment": "development", "images": "registry", "systems": '{"evolution": {}}'}
SYSTEMS = "Pulumi.dev.yaml zapstack:systems"


def given(values: dict[str, Any]) -> None:
    """Sets the stack's configuration."""
    rows = {f"zapstack:{key}": value for key, value in {**GOOD, **values}.items() if value is not None}
    pulumi.runtime.set_all_config(rows)


def evolution(settings: dict[str, Any]) -> dict[str, str]:
    """Returns a configuration with settings of the system."""
    return {"systems": json.dumps({"evolution": settings})}


def test_good() -> None:
    """Defaults are the documents' own."""
    given({})
    found = load("dev")
    assert not found.production
    assert found.image_source == "registry"
    assert json.loads(found.systems["evolution"].model_dump_json())["db"]["port"] == 5432


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"environment": None},
        "Pulumi.dev.yaml zapstack:environment: missing (allowed: development, production)",
    ),
    (
        {"environment": "prod"},
        "Pulumi.dev.yaml zapstack:environment: unknown value (allowed: development, production)",
    ),
    ({"images": "hub"}, "Pulumi.dev.yaml zapstack:images: unknown value (allowed: auto, registry, local)"),
    ({"systems": None}, f"{SYSTEMS}: name at least one system (allowed: evolution)"),
    ({"systems": "[]"}, f"{SYSTEMS}: name at least one system (allowed: evolution)"),
    ({"systems": '{"evolutoin": {}}'}, f"{SYSTEMS}.evolutoin: unknown system (allowed: evolution)"),
    ({"imageOverrides": "[1]"}, "Pulumi.dev.yaml zapstack:imageOverrides: must map image names to references"),
    (evolution({"ap": {}}), f'{SYSTEMS}.evolution.ap: unknown key (did you mean "app"?)'),
    (
        evolution({"app": {"sorce": "x"}}),
        f'{SYSTEMS}.evolution.app.sorce: unknown key (did you mean "source"?)',
    ),
    (
        evolution({"app": {"zzz": "x"}}),
        f"{SYSTEMS}.evolution.app.zzz: unknown key (allowed: port, source)",
    ),
    (
        evolution({"app": {"port": 0}}),
        f"{SYSTEMS}.evolution.app.port: Input should be greater than or equal to 1",
    ),
    (evolution({"app": {"port": "80"}}), f"{SYSTEMS}.evolution.app.port: Input should be a valid integer"),
    (
        evolution({"evolutionApi": {"number": "+55 11"}}),
        f"{SYSTEMS}.evolution.evolutionApi.number: String should match pattern '^[1-9][0-9]{{7,14}}$'",
    ),
    (
        evolution({"db": {"database": "a-b", "port": 1, "user": "u"}}),
        f"{SYSTEMS}.evolution.db.database: String should match pattern '^[a-z_][a-z0-9_]{{0,62}}$'",
    ),
    (
        evolution({"db": {"database": "a", "port": 1, "user": "u", "memoryMib": 16}}),
        f"{SYSTEMS}.evolution.db.memoryMib: Input should be greater than or equal to 128",
    ),
]


@pytest.mark.parametrize(("values", "message"), WRONG, ids=[message.split(": ")[0] for _, message in WRONG])
def test_wrong(values: dict[str, Any], message: str) -> None:
    """One mistake, one line."""
    given(values)
    with pytest.raises(UserError) as refused:
        load("dev")
    assert str(refused.value) == f"configuration: 1 to correct, nothing was changed:\n  {message}"


def test_all_mistakes_at_once() -> None:
    """Nobody should have to run it five times."""
    given({"environment": "x", "images": "y", **evolution({"ap": {}, "app": {"port": 0}})})
    with pytest.raises(UserError, match="4 to correct"):
        load("dev")


def test_offending_values_are_not_printed() -> None:
    """They may be secrets."""
    given(evolution({"evolutionApi": {"instance": "my secret value"}}))
    with pytest.raises(UserError) as refused:
        load("dev")
    assert "my secret value" not in str(refused.value)


def test_production_refuses_the_passphrase_of_development(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a documented constant: everybody could read the state."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", config.DEVELOPMENT_PASSPHRASE)
    given({"environment": "production"})
    with pytest.raises(UserError, match="Set PULUMI_CONFIG_PASSPHRASE to one of your own"):
        load("prod")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "my own")
    assert load("prod").production


@pytest.mark.parametrize(
    ("setting", "machine", "source"),
    [
        ("auto", {"images": "local"}, "local"),
        ("auto", {"images": "registry"}, "registry"),
        ("auto", None, "registry"),
        ("local", {"images": "registry"}, "local"),
        ("registry", {"images": "local"}, "registry"),
    ],
)
def test_where_images_come_from(
    setting: str, machine: dict[str, str] | None, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`auto` is what set-up found on this machine."""
    monkeypatch.setattr(config, "MACHINE_FILE", tmp_path / "machine.json")
    if machine:
        (tmp_path / "machine.json").write_text(json.dumps(machine))
    given({"images": setting})
    assert load("dev").image_source == source
