"""What state is everything of this stack in? One look at the engine at the start of a run.

The answer becomes an input of the `Prepare` and `Gate` resources, so that a plain `pulumi preview` names what is wrong
and a plain `pulumi up` repairs it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from components.base import naming
from components.base.verdict import GOOD, READY, Expected, verdict

MISSING = "missing"
"""There is no such container."""

PRESENT = "present"
"""There is the one the state knows, in whatever condition."""

REPLACED = "replaced"
"""There is one, but not the one the state knows."""

ABSENT = frozenset({MISSING, REPLACED})
"""Answers that ask for a new container."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The state of an engine as far as one stack is concerned.

    Attributes:
        notices: What a person should know that is no drift, sentences.
        others: Keys (`naming.key`) of containers that the state does not know, or knows as leaving.
        verdicts: Key of every container the state knows to its verdict: `ready`, `done`, or what is wrong.
    """

    notices: Sequence[str] = ()
    others: frozenset[str] = frozenset()
    verdicts: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """Returns what is wrong with a container, else `ready`.

        A missing container and a job that is done ask nothing of a gate: the first is made anew because of
        `presence`, the second is as it should be.
        """
        found = self.verdicts.get(key, READY)
        return READY if found in GOOD else found

    def presence(self, key: str) -> str:
        """Returns whether the container that the state knows is there at all."""
        if key in self.verdicts:
            return PRESENT
        return REPLACED if key in self.others else MISSING


@dataclass(frozen=True, kw_only=True)
class Look:
    """Everything of one stack on an engine, as one look found it.

    Attributes:
        containers: The engine's `inspect` of each container, throw-away ones included.
        files_volumes: Names of the volumes that hold services' files.
        networks: Networks, name to id.
    """

    containers: Sequence[Mapping[str, Any]] = ()
    files_volumes: frozenset[str] = frozenset()
    networks: Mapping[str, str] = field(default_factory=dict)


def look(client: DockerClient, stack_id: str) -> Look:
    """Looks at every container, network and volume of a stack once.

    Args:
        client: The engine.
        stack_id: `Scope.stack_id` of the stack.
    """
    wanted = {"label": f"{naming.STACK_LABEL}={stack_id}"}
    ids = [row["Id"] for row in client.api.containers(all=True, filters=wanted)]
    with ThreadPoolExecutor(max_workers=16) as pool:
        inspected = [found for found in pool.map(lambda id_: _inspect(client, id_), ids) if found]
    return Look(
        containers=inspected,
        files_volumes=frozenset(
            row["Name"]
            for row in client.api.volumes(filters=wanted)["Volumes"] or ()
            if row["Labels"].get(naming.ROLE_LABEL) == "files"
        ),
        networks={row["Name"]: row["Id"] for row in client.api.networks(filters=wanted)},
    )


def judge(seen: Look, expected: Mapping[str, Expected]) -> Observation:
    """Compares a look with what the state says.

    Args:
        seen: The look.
        expected: Container id to what the state says of it; those on their way out are not among them.
    """
    now = datetime.now(UTC)
    verdicts: dict[str, str] = {}
    others: set[str] = set()
    for row in seen.containers:
        labels = row["Config"]["Labels"]
        if labels.get(naming.ROLE_LABEL) not in naming.LASTING_ROLES:
            continue
        key = naming.key_of(labels)
        if row["Id"] in expected:
            verdicts[key] = verdict(row, expected[row["Id"]], now)
        else:
            others.add(key)
    return Observation(others=frozenset(others), verdicts=verdicts)


def _inspect(client: DockerClient, container_id: str) -> dict[str, Any] | None:
    try:
        inspected: dict[str, Any] = client.api.inspect_container(container_id)
    except NotFound:  # it went away between the list and this look
        return None
    return inspected
