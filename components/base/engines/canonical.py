"""Values written the way the provider reads them back; in any other form they are a change at every run."""

import json

import pulumi_docker as docker

from components.base.health import TIMEOUT_SECONDS, self_healing
from components.base.spec import ServiceSpec


def canonical_cpus(cpus: float) -> str:
    """Returns cores the way the provider reads them back; anything else is a change at every run.

    Source: upstream's `nanoInt64ToDecimalString`.
    """
    return json.dumps(float(cpus))


def canonical_seconds(seconds: int) -> str:
    """Returns a duration the way Go prints it, which is how the provider reads it back."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}h{minutes}m{left}s" if hours else f"{minutes}m{left}s" if minutes else f"{left}s"


def healthcheck(spec: ServiceSpec) -> docker.ContainerHealthcheckArgs:
    """Returns Docker's own check of a service."""
    probe = spec.health
    command = self_healing(probe.command) if spec.self_healing else probe.command
    return docker.ContainerHealthcheckArgs(
        interval=canonical_seconds(probe.interval_seconds),
        retries=probe.retries,
        start_period=canonical_seconds(probe.start_period_seconds),
        tests=["CMD", *command],
        timeout=canonical_seconds(TIMEOUT_SECONDS if spec.self_healing else probe.timeout_seconds),
    )
