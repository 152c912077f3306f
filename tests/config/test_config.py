"""Right configurations, and what becomes of them."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any, cast

import pulumi
import pytest

from infra import config
from infra.config import StackConfig, load
from infra.errors import UserError
from stacks.settings.app import AppSettings
from stacks.settings.evolution import EvolutionSettings
from tests.config.given import give

GOOD = """config:
  zapstack:environment: development
  zapstack:images: registry
  zapstack:systems:
    evolution: {}
"""
PRODUCTION = GOOD.replace("development", "production")
DIGEST = "sha256:" + "0" * 64


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the owner's, as production wants it."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "my own")


def evolution(found: StackConfig) -> EvolutionSettings:
    """Returns the settings of the system."""
    return cast("EvolutionSettings", found.systems["evolution"])


def test_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the documents' own."""
    give(tmp_path, monkeypatch, GOOD)
    found = load("dev")
    assert not found.production
    assert not found.protects_data
    assert found.image_source == "registry"
    assert found.docker_host == ""
    assert evolution(found).db.port == 5432
    assert evolution(found).evolution_postgres.database == "evolution"
    assert evolution(found).db.password is None


def test_a_section_whose_keys_are_all_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`evolution:` and `db:` with nothing behind them mean all defaults, as a person would take them."""
    give(tmp_path, monkeypatch, GOOD.replace("evolution: {}", "evolution:\n      db:"))
    assert evolution(load("dev")).db.user == "assistant"


def test_the_small_profile_sets_what_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit in the file wins, and its neighbours are small all the same; an empty section is no other choice."""
    give(
        tmp_path,
        monkeypatch,
        GOOD.replace("{}", "{profile: small, db: , app: {memoryMib: 700, worker: {replicas: 2}}}"),
    )
    found = evolution(load("dev"))
    assert (found.app.memory_mib, found.app.worker.memory_mib, found.app.worker.replicas) == (700, 192, 2)
    assert (found.db.memory_mib, found.db.user) == (256, "assistant")
    assert EvolutionSettings().db.memory_mib == 512


def test_one_setting_leaves_the_others_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to repeat user and database to change a port."""
    give(tmp_path, monkeypatch, GOOD.replace("{}", "{db: {port: 6000}}"))
    assert evolution(load("dev")).db.model_dump(exclude={"port"}) == EvolutionSettings().db.model_dump(exclude={"port"})


def test_without_the_file_mistakes_have_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that no command line has started still says what is wrong."""
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: None)
    pulumi.runtime.set_all_config({"zapstack:environment": "prod", "zapstack:systems": '{"evolution": {}}'}, [])
    with pytest.raises(UserError, match=r"Pulumi\.dev\.yaml zapstack:environment: unknown value"):
        load("dev")


def test_without_the_file_an_encrypted_key_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi says only of whole keys that there is something secret in them."""
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: None)
    rows = {
        "zapstack:environment": "production",
        "zapstack:systems": '{"evolution": {"db": {"password": "hunter-22"}}}',
    }
    pulumi.runtime.set_all_config(rows, ["zapstack:systems"])
    assert evolution(load("prod")).db.password is not None
    pulumi.runtime.set_all_config(rows, [])
    with pytest.raises(UserError, match="in plain text"):
        load("prod")


def test_encrypted_secrets_of_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They arrive, and nothing that shows the configuration shows them."""
    give(
        tmp_path,
        monkeypatch,
        PRODUCTION.replace(
            "{}", "{db: {password: {secure: hunter-22}}, app: {secretEnvironment: [OPENAI_API_KEY]}}"
        ).replace("config:\n", "config:\n  zapstack:OPENAI_API_KEY: {secure: sk-hunter}\n"),
        stack="prod",
    )
    found = load("prod")
    password = evolution(found).db.password
    assert password is not None
    assert password.get_secret_value() == "hunter-22"
    assert evolution(found).app.secret_environment == ("OPENAI_API_KEY",)
    assert found.user_secrets == {"OPENAI_API_KEY": "sk-hunter"}
    assert found.protects_data
    assert "hunter" not in repr(found)


def test_data_protection_in_development(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi hands `true` over as text."""
    give(tmp_path, monkeypatch, GOOD + "  zapstack:protectData: true\n")
    assert load("dev").protects_data


@pytest.mark.parametrize(
    ("environment", "reference"),
    [
        ("development", "haproxy:3.2"),
        ("development", "localhost:5000/team/haproxy"),
        ("development", DIGEST),
        ("production", f"haproxy@{DIGEST}"),
        ("production", f"registry.example.org:5000/a/haproxy:3.2@{DIGEST}"),
        ("production", DIGEST),
    ],
)
def test_image_overrides(environment: str, reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In development any reference, in production only what can't change its meaning."""
    text = GOOD.replace("development", environment)
    give(tmp_path, monkeypatch, f'{text}  zapstack:imageOverrides: {{haproxy: "{reference}"}}\n')
    assert load("dev").image_overrides == {"haproxy": reference}


@pytest.mark.parametrize(
    "reference", ["evoapicloud/evolution-api:v2.3.7", f"evoapicloud/evolution-api@{DIGEST}", DIGEST]
)
def test_evolution_api_may_be_overridden(reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a version that is neither open nor licensed, or by whatever the owner has pinned."""
    give(tmp_path, monkeypatch, f'{GOOD}  zapstack:imageOverrides: {{evolution-api: "{reference}"}}\n')
    assert load("dev").image_overrides == {"evolution-api": reference}


@pytest.mark.parametrize("address", ["unix:///run/docker.sock", "tcp://10.0.0.1:2375", "ssh://me@host"])
def test_engine_addresses(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three forms the Docker client takes; the provider's other settings are left to it."""
    give(tmp_path, monkeypatch, f"{GOOD}  docker:host: {address}\n  docker:certPath: /certs\n  pulumi:tags: {{a: b}}\n")
    assert load("dev").docker_host == address


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
    setting: str, machine: dict[str, Any] | None, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`auto` is what set-up found on this machine."""
    monkeypatch.setattr(config, "MACHINE_FILE", tmp_path / "machine.json")
    if machine:
        (tmp_path / "machine.json").write_text(json.dumps(machine))
    give(tmp_path, monkeypatch, GOOD.replace("registry", setting))
    assert load("dev").image_source == source


@pytest.mark.parametrize(("setting", "source"), [("auto", "registry"), ("registry", "registry"), ("local", "local")])
def test_production_takes_local_images_only_when_told_to(
    setting: str, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A registry that did not answer once must not put stand-ins in the place of running servers."""
    monkeypatch.setattr(config, "MACHINE_FILE", tmp_path / "machine.json")
    (tmp_path / "machine.json").write_text(json.dumps({"images": "local"}))
    give(tmp_path, monkeypatch, PRODUCTION.replace("registry", setting))
    assert load("dev").image_source == source


@pytest.mark.parametrize("image", ["atendai/evolution-api:v2.2.3", "evoapicloud/evolution-api:v2.3.2"])
def test_a_vulnerable_version_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, image: str) -> None:
    """Who says that nobody else reaches it may have it."""
    wanted = GOOD.replace("{}", "{evolutionApi: {allowVulnerable: true}}")
    overrides = f"  zapstack:imageOverrides: {{evolution-api: '{image}'}}\n"
    give(tmp_path, monkeypatch, wanted.replace("  zapstack:images", f"{overrides}  zapstack:images"))
    assert load("dev").image_overrides["evolution-api"] == image


def test_source_that_the_container_could_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused with the command that mends it, before anything is replaced by what cannot start."""
    source = tmp_path / "apps" / "shop's"
    closed = source / "main.py"
    source.mkdir(parents=True)
    closed.touch(mode=0o600)

    def unreadable(_app: AppSettings) -> list[Path]:
        return [] if closed.stat().st_mode & 0o004 else [Path("/shop/src/main.py"), Path("/shop/src")]

    monkeypatch.setattr("stacks.sources.unreadable", unreadable)
    monkeypatch.setattr("stacks.sources.folder", lambda _app: source)
    give(tmp_path, monkeypatch, GOOD.replace("{}", "{app: {hotReload: true}}"))
    with pytest.raises(UserError) as refused:
        load("dev")
    assert "cannot read 2 of its files, such as /shop/src/main.py. The application would not start." in str(
        refused.value
    )
    command = re.search(r"Run: (chmod -R a\+rX .*)", str(refused.value))
    assert command
    subprocess.run(["sh", "-ec", command[1]], check=True)
    load("dev")
