"""What every workflow of the repository promises; each rule yields the places that break it.

Deliberately not: whether a file is a workflow at all; `make check` asks the published schema.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Workflow = Mapping[str, Any]
Rule = Callable[[Workflow, frozenset[str]], Iterator[str]]

PINNED = re.compile(r"[\w.-]+/[\w./-]+@(?:v\d+(?:\.\d+){0,2}|[0-9a-f]{40})")
TARGET = re.compile(r"(?:^|[;&|\s])make\s+([a-z0-9-]+)")
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"
FORBIDDEN_EVENTS = frozenset({"pull_request_target", "workflow_run"})
"""They run with this repository's secrets and tokens on what a stranger has sent."""


def events(workflow: Workflow) -> frozenset[str]:
    """Returns what starts a workflow; YAML reads the key `on` as true."""
    found = {str(key): value for key, value in workflow.items()}["True"]
    return frozenset([found] if isinstance(found, str) else found)


def targets(makefile: str) -> frozenset[str]:
    """Returns the targets of a Makefile."""
    return frozenset(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))


def only_known_events(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """A stranger's code never meets a secret or a token that can write."""
    yield from sorted(events(workflow) & FORBIDDEN_EVENTS)


def nothing_by_default(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """A workflow grants nothing, each job says what it needs."""
    if workflow.get("permissions") != {}:
        yield "permissions"
    yield from (name for name, job in _jobs(workflow) if not isinstance(job.get("permissions"), dict))


def an_end(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """No job hangs for the six hours that are the default."""
    yield from (name for name, job in _jobs(workflow) if not isinstance(job.get("timeout-minutes"), int))


def writers_run_no_code(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """A token that can write is never where code of a change runs."""
    for name, job in _jobs(workflow):
        writes = "write" in dict(job.get("permissions") or {}).values()
        if writes and any(
            "checkout" in step.get("uses", "") or "make " in step.get("run", "") for step in job["steps"]
        ):
            yield name


def pinned_actions(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """An action is named with its version."""
    yield from (
        f"{name}: {step['uses']}"
        for name, step in _steps(workflow)
        if "uses" in step and not PINNED.fullmatch(step["uses"])
    )


def no_token_left(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """A checkout does not leave its token in a file that the code of a change can read."""
    for name, step in _steps(workflow):
        kept = dict(step.get("with") or {}).get("persist-credentials", True)
        if step.get("uses", "").startswith("actions/checkout@") and kept is not False:
            yield name


def no_expression_in_scripts(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """An expression becomes a part of the script, whatever a stranger has written into it; a variable does not."""
    yield from (f"{name}: {step['run']}" for name, step in _steps(workflow) if "${{" in step.get("run", ""))


def secrets_only_in_a_steps_environment(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """Never an argument, and only where they are used."""
    places = str({**workflow, "jobs": None})
    for name, job in _jobs(workflow):
        places += str({**job, "steps": [{**step, "env": None} for step in job["steps"]]})
        if "secrets." in places:
            yield name
        places = ""


def secrets_behind_an_approval(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """A job with a secret, or on a runner of one's own, waits for its environment; and never runs for a fork."""
    for name, job in _jobs(workflow):
        if "secrets." not in str(job) and "self-hosted" not in str(job["runs-on"]):
            continue
        if not job.get("environment"):
            yield f"{name}: environment"
        if "pull_request" in events(workflow) and SAME_REPOSITORY not in job.get("if", ""):
            yield f"{name}: if"


def known_targets(workflow: Workflow, known: frozenset[str]) -> Iterator[str]:
    """What a workflow makes can be made."""
    for name, step in _steps(workflow):
        yield from (f"{name}: make {target}" for target in TARGET.findall(step.get("run", "")) if target not in known)


def one_deployment_at_a_time(workflow: Workflow, _targets: frozenset[str]) -> Iterator[str]:
    """Two never overlap, and a later one does not interrupt an earlier."""
    for name, job in _jobs(workflow):
        deploys = any("up" in TARGET.findall(step.get("run", "")) for step in job["steps"])
        found = job.get("concurrency") or {}
        fixed = found.get("group") and "${{" not in found["group"] and found.get("cancel-in-progress") is False
        if deploys and not fixed:
            yield name


def _jobs(workflow: Workflow) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from workflow["jobs"].items()


def _steps(workflow: Workflow) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((name, step) for name, job in _jobs(workflow) for step in job["steps"])


RULES: Final[tuple[Rule, ...]] = (
    an_end,
    known_targets,
    no_expression_in_scripts,
    no_token_left,
    nothing_by_default,
    one_deployment_at_a_time,
    only_known_events,
    pinned_actions,
    secrets_behind_an_approval,
    secrets_only_in_a_steps_environment,
    writers_run_no_code,
)
