"""What the deployment calls: `up` of a production stack, without anybody at a keyboard."""

from collections.abc import Sequence

import pytest
import typer

from operations import lifecycle, pulumi_cli, smoke, stack_file
from operations.stack_file import StackFile


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What Pulumi is called with."""
    found: list[tuple[str, ...]] = []

    def run(_stack: StackFile, arguments: Sequence[str]) -> int:
        found.append(tuple(arguments))
        return 7 if len(found) > 1 else 0

    monkeypatch.setattr(pulumi_cli, "run", run)
    monkeypatch.setattr(lifecycle, "build_images", lambda _stack: None)
    monkeypatch.setattr(smoke, "converse", lambda _stack, _system: pytest.fail("a conversation nobody asked for"))
    return found


def test_production_is_never_confirmed_by_the_verb(
    calls: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deployment has answered, in a variable of its own; Pulumi's exit code is the deployment's."""
    monkeypatch.setenv("PULUMI_SKIP_CONFIRMATIONS", "true")
    lifecycle.up("prod")
    assert calls == [("up",)]
    with pytest.raises(typer.Exit) as left:
        lifecycle.up("prod")
    assert left.value.exit_code == 7


def test_the_deployments_own_confirmation_reaches_pulumi(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the passphrase, in the environment and in no argument."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "my own")
    monkeypatch.setenv("PULUMI_SKIP_CONFIRMATIONS", "true")
    found = pulumi_cli.environment(stack_file.read("prod"))
    assert (found["PULUMI_CONFIG_PASSPHRASE"], found["PULUMI_SKIP_CONFIRMATIONS"]) == ("my own", "true")
