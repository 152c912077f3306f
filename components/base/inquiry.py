"""Asks the services themselves what a look at their containers cannot tell.

Two questions, put to all at once from inside their containers: does a service whose health check passes do its work,
and is what the program has declared on a server still there?
"""

import json
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

from components.base import advice, declared, naming
from components.base.observe import Look, Observation
from components.base.readiness import PROBE_SECONDS, succeeds
from components.base.verdict import GOOD

WORKERS = 16


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one service has answered.

    Attributes:
        notice: What a person should know, a sentence or more; empty where there is nothing.
        wrong: What is wrong with it; empty where nothing is.
    """

    notice: str = ""
    wrong: str = ""


def inquire(client: DockerClient, seen: Look, expected: Collection[str], observation: Observation) -> Observation:
    """Adds to an observation what the services themselves say.

    Only those are asked with which nothing is wrong so far. Who cannot be asked is no drift: that is a notice.

    Args:
        client: The engine.
        seen: The look the observation was made from.
        expected: Ids of the containers that the state knows.
        observation: Verdicts on them.
    """
    good = {
        key: client.containers.prepare_model(dict(inspected))
        for inspected in seen.containers
        if inspected["Id"] in expected
        and observation.verdicts.get(key := naming.key_of(inspected["Config"]["Labels"])) in GOOD
    }
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        findings = dict(zip(good, pool.map(lambda key: _ask(client, key, good), good), strict=True))
    moment = f"(seen {datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z)"
    wrong = {key: f"{finding.wrong} {moment}" for key, finding in findings.items() if finding.wrong}
    return replace(
        observation,
        notices=tuple(finding.notice for finding in findings.values() if finding.notice),
        verdicts={**observation.verdicts, **wrong},
    )


def _ask(client: DockerClient, key: str, good: Mapping[str, Container]) -> Finding:
    if not _works(client, good[key]):
        return Finding(wrong="healthy, but its readiness probe fails")
    return look_from(client, key, good)


def look_from(client: DockerClient, key: str, good: Mapping[str, Container]) -> Finding:
    """Compares what one container's service declares on a server with what is there.

    Args:
        client: The engine.
        key: What stands for the container (`naming.key`).
        good: Key to container, of all with which nothing is wrong.
    """
    container = good[key]
    labels = container.labels
    look = declared.look_of(labels)
    if not look:
        return Finding()
    server_key = naming.key(labels[naming.SYSTEM_LABEL], look["server"], 1) if look["server"] else key
    asked = look["server"] or labels[naming.SERVICE_LABEL]
    if server_key not in good:
        return Finding()  # what is wrong with the server is said of it
    answer = declared.ask(client, container, good[server_key])
    notices = [f"{asked}: {sentence}" for sentence in answer.by_hand]
    if answer.unknown:
        notices.append(f"{asked} could not be asked whether it is as declared: {answer.unknown}")
    wrong = f"not as declared: {'; '.join(answer.different)}" if answer.different else ""
    return Finding(notice=advice.for_stack(" ".join(notices), advice.stack_of(labels)), wrong=wrong)


def _works(client: DockerClient, container: Container) -> bool:
    """Returns whether a service does its work; where its health check asks the same, that has answered."""
    attributes: dict[str, Any] = container.attrs
    probe = json.loads(container.labels.get(naming.READINESS_LABEL, "[]"))
    health = attributes["State"].get("Health") or {}
    check = (attributes["Config"].get("Healthcheck") or {}).get("Test") or []
    if not probe or health.get("Status") != "healthy" or check[-len(probe) :] == probe:
        return True
    return succeeds(client, container, probe, PROBE_SECONDS)
