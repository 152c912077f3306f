"""CPU and memory of running containers, averaged over a while."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, cast

from docker import DockerClient

from bench.death import PROJECT_LABEL, SERVICE_LABEL
from operations.status import MIB, used_bytes

NANO = 1_000_000_000
PAUSE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a container uses.

    Attributes:
        cpu_percent: Of one core, mean.
        memory_mib: Without the page cache it could give back, mean.
    """

    cpu_percent: float
    memory_mib: float


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look at a container.

    Attributes:
        at: When, in seconds of any steady clock.
        cpu_seconds: CPU time since its start.
        memory_bytes: Memory in use.
    """

    at: float
    cpu_seconds: float
    memory_bytes: int


def measured(engine: DockerClient, project: str, seconds: float) -> dict[str, Usage]:
    """Looks at all running containers of a project for a while.

    Args:
        engine: The engine.
        project: Value of compose's project label.
        seconds: How long.
    """
    rows = engine.containers.list(filters={"label": f"{PROJECT_LABEL}={project}"})
    services = {row.labels[SERVICE_LABEL]: row for row in rows}
    looks: dict[str, list[Look]] = {service: [] for service in services}
    deadline = time.monotonic() + seconds
    while True:
        for service, row in services.items():
            looks[service].append(_look(cast("dict[str, Any]", row.stats(stream=False, one_shot=True))))
        left = deadline - time.monotonic()
        if left <= 0:
            return {service: between(found) for service, found in sorted(looks.items())}
        time.sleep(min(PAUSE_SECONDS, left))


def between(looks: Sequence[Look]) -> Usage:
    """Returns what was used between the first look and the last."""
    first, last = looks[0], looks[-1]
    return Usage(
        cpu_percent=100 * (last.cpu_seconds - first.cpu_seconds) / (last.at - first.at),
        memory_mib=fmean(look.memory_bytes for look in looks) / MIB,
    )


def total(rows: Mapping[str, Usage]) -> Usage:
    """Returns the sum over all containers."""
    return Usage(
        cpu_percent=sum(row.cpu_percent for row in rows.values()),
        memory_mib=sum(row.memory_mib for row in rows.values()),
    )


def _look(stats: Mapping[str, Any]) -> Look:
    return Look(
        at=time.monotonic(),
        cpu_seconds=stats["cpu_stats"]["cpu_usage"]["total_usage"] / NANO,
        memory_bytes=used_bytes(stats["memory_stats"]),
    )
