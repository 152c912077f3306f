"""The workflows keep what they promise, and each rule is proven able to fail."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit import workflow_rules as rules

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = rules.targets((ROOT / "Makefile").read_text())
Break = Callable[[dict[Any, Any]], object]


def read(name: str) -> dict[str, Any]:
    """Returns a workflow."""
    found: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    return found


def test_there_are_workflows() -> None:
    """An empty list would pass every rule."""
    assert [path.stem for path in WORKFLOWS] == ["deploy", "review"]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_workflow_keeps_every_rule(path: Path, rule: rules.Rule) -> None:
    """Whoever adds one is held to the same."""
    assert list(rule(read(path.stem), TARGETS)) == [], rule.__doc__


def job(name: str, **changed: object) -> Break:
    """Returns what changes a job."""
    return lambda workflow: workflow["jobs"][name].update(changed)


def step(name: str, index: int, **changed: object) -> Break:
    """Returns what changes a step."""
    return lambda workflow: workflow["jobs"][name]["steps"][index].update(changed)


BROKEN: list[tuple[rules.Rule, str, Break]] = [
    (rules.an_end, "review", job("comment", **{"timeout-minutes": None})),
    (rules.known_targets, "review", step("checks", 2, run="make chekc")),
    (rules.known_targets, "deploy", step("deploy", 1, run="set -e; make upp STACK=prod")),
    (rules.no_expression_in_scripts, "review", step("comment", 1, run="gh pr ${{ github.event.pull_request.title }}")),
    (rules.no_token_left, "review", step("checks", 0, **{"with": {"fetch-depth": 2}})),
    (rules.nothing_by_default, "review", lambda workflow: workflow.pop("permissions")),
    (rules.nothing_by_default, "review", lambda workflow: workflow.update(permissions="write-all")),
    (rules.nothing_by_default, "deploy", job("checks", permissions=None)),
    (rules.nothing_by_default, "deploy", job("checks", permissions="write-all")),
    (rules.one_deployment_at_a_time, "deploy", lambda workflow: workflow["jobs"]["deploy"].pop("concurrency")),
    (rules.one_deployment_at_a_time, "deploy", job("deploy", concurrency={"group": "deploy"})),
    (
        rules.one_deployment_at_a_time,
        "deploy",
        job("deploy", concurrency={"group": "${{ github.sha }}", "cancel-in-progress": False}),
    ),
    (rules.only_known_events, "review", lambda workflow: workflow.update({True: "pull_request_target"})),
    (rules.only_known_events, "deploy", lambda workflow: workflow.update({True: {"workflow_run": {}}})),
    (rules.pinned_actions, "review", step("checks", 0, uses="actions/checkout@main")),
    (rules.pinned_actions, "review", step("checks", 0, uses="actions/checkout")),
    (rules.secrets_behind_an_approval, "review", job("preview", **{"if": "always()"})),
    (rules.secrets_behind_an_approval, "review", job("preview", environment="")),
    (rules.secrets_behind_an_approval, "review", job("checks", **{"runs-on": "self-hosted"})),
    (rules.secrets_only_in_a_steps_environment, "deploy", job("deploy", env={"P": "${{ secrets.P }}"})),
    (rules.secrets_only_in_a_steps_environment, "deploy", step("deploy", 1, run="make up P=${{ secrets.P }}")),
    (rules.secrets_only_in_a_steps_environment, "deploy", lambda workflow: workflow.update(env="${{ secrets.P }}")),
    (rules.writers_run_no_code, "review", job("checks", permissions={"pull-requests": "write"})),
]


@pytest.mark.parametrize(("rule", "name", "harm"), BROKEN)
def test_every_rule_can_fail(rule: rules.Rule, name: str, harm: Break) -> None:
    """A rule that never fails proves nothing."""
    workflow = copy.deepcopy(read(name))
    harm(workflow)
    assert list(rule(workflow, TARGETS))


def test_every_rule_is_broken_once() -> None:
    """The list above is complete."""
    assert {rule for rule, _, _ in BROKEN} == set(rules.RULES)


def test_the_targets_are_those_of_make() -> None:
    """Also those with a condition among what they need."""
    assert {"check", "review", "smoke", "test", "up"} <= TARGETS
    assert "chekc" not in TARGETS
