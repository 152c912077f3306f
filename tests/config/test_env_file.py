"""`.env`: what it sets, what it leaves alone, and how its lines are read."""

from pathlib import Path

import pytest

from infra.checks.environment import check
from infra.config import load
from infra.draft import begin
from infra.env_file import named_anywhere, read
from infra.errors import Mistake
from stacks.registry import SYSTEMS
from tests.config.given import give
from tests.config.test_config import GOOD, PRODUCTION, evolution


def test_it_wins_over_the_stack_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable, one setting; what it does not name stays."""
    env = (
        "POSTGRES_PORT=6001\nPOSTGRES_PASSWORD=hunter-22\nEVOLUTION_API_KEY='token-22'\nEVOLUTION_NUMBER=5511988887777"
    )
    give(tmp_path, monkeypatch, GOOD.replace("{}", "{db: {port: 6000, user: me}}"), env=env)
    found = evolution(load("dev"))
    assert (found.db.port, found.db.user) == (6001, "me")
    assert found.db.password is not None
    assert found.db.password.get_secret_value() == "hunter-22"
    assert found.evolution_api.instance_token is not None
    assert found.evolution_api.number == "5511988887777"


def test_production_does_not_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that lies beside it by accident changes nothing."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "my own")
    give(tmp_path, monkeypatch, PRODUCTION, env="POSTGRES_PORT=6001\nnonsense\n", stack="prod")
    assert evolution(load("prod")).db.port == 5432


def test_secrets_of_the_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named in the stack's file, valued in `.env`, taken as they are."""
    text = GOOD.replace("{}", "{app: {secretEnvironment: [OPENAI_API_KEY, SMTP]}}")
    give(tmp_path, monkeypatch, text, env='OPENAI_API_KEY=sk-$HOME#1\nSMTP="a b\nc" # two lines\n')
    found = load("dev")
    assert found.user_secrets == {"OPENAI_API_KEY": "sk-$HOME#1", "SMTP": "a b\nc"}
    assert "sk-" not in repr(found)


def test_stacks_of_one_checkout_share_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only another stack reads is no mistake in this one."""
    (tmp_path / "Pulumi.other.yaml").write_text(
        "config:\n  zapstack:systems:\n    leads: {app: {secretEnvironment: [META_APP_SECRET]}}\n"
    )
    (tmp_path / "Pulumi.broken.yaml").write_text("config: [\n")
    give(tmp_path, monkeypatch, GOOD, env="META_APP_SECRET=x\n")
    assert load("dev").user_secrets == {}
    assert named_anywhere(None) == set()


@pytest.mark.parametrize("systems", ["zapstack:zones: 1", "zapstack:systems: {leads: {}}", "zapstack:systems: [a]"])
def test_variables_of_a_system_the_stack_does_not_hold(
    systems: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They make no system."""
    text = f"config:\n  zapstack:environment: development\n  {systems}\n"
    give(tmp_path, monkeypatch, text, env="POSTGRES_PORT=6001\n")
    draft = begin("dev", SYSTEMS)
    before = repr(draft.tree)
    check(draft)
    assert repr(draft.tree) == before
    assert draft.placed == {}


def test_lines(tmp_path: Path) -> None:
    """A line number is the one an editor shows, whatever stands above it."""
    (tmp_path / ".env").write_text("\ufeff# c\n\n\nA=1\nB='x\ny' # z\n\n  export C = d#e # f\nD=\n1X=2\n\nE\nF=\"g\n")
    mistakes: list[Mistake] = []
    found = read(tmp_path, mistakes)
    assert {name: (variable.place.line, variable.value) for name, variable in found.items()} == {
        "A": (4, "1"),
        "B": (5, "x\ny"),
        "C": (8, "d#e"),
        "D": (9, ""),
    }
    assert [mistake.place.line for mistake in mistakes] == [10, 12, 13]
    assert "x\ny" not in repr(found)
