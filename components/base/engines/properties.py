"""What Prepare and Gate are given of a description, in the plain form that their providers read."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from components.base import naming
from components.base.engines.unit import Unit
from components.base.spec import DataVolume, ServiceSpec

Fingerprint = Callable[[Mapping[str, pulumi.Input[str]]], pulumi.Output[str]]


def of_service(unit: Unit, spec: ServiceSpec, scope: naming.Scope, fingerprint: Fingerprint) -> Mapping[str, Any]:
    """Returns what a service's gate is told: how to ask, what to reload, which proxy is in front.

    Args:
        unit: One replica.
        spec: The description.
        scope: Names.
        fingerprint: Of some files.
    """
    probe = spec.readiness or spec.health
    properties: dict[str, Any] = {
        "aliases": unit.aliases,
        "budget_seconds": probe.budget_seconds,
        "command": list(probe.command),
        "restart_at_once": spec.self_healing,
    }
    if spec.reload:
        properties["reload"] = {
            "at_start": spec.reload.at_start,
            "command": list(spec.reload.command),
            "fingerprint": fingerprint({name: unit.files[name] for name in spec.reload.files}),
            "hint": spec.reload.hint,
        }
    if spec.ingress:
        properties["proxy"] = {
            "backend": spec.ingress.backend,
            "drain_seconds": spec.ingress.drain_seconds,
            "network": scope.full(spec.ingress.network),
            "port": spec.ingress.port,
            "service": spec.ingress.service,
            "stack_id": scope.stack_id,
            "system": scope.system,
        }
    return properties


def data(volume: DataVolume, service: str, scope: naming.Scope) -> dict[str, Any]:
    """Returns what Prepare does with a data volume: its root's mode and place, and the versions that are compared."""
    forms = () if isinstance(volume.formats, str) else volume.formats
    return {
        "formats": [{**vars(form), "remedy": form.remedy.format(service=service, stack=scope.stack)} for form in forms],
        "mode": volume.mode,
        "path": volume.path,
        "service": service,
        "volume": scope.full(volume.name),
    }


def facts(unit: Unit, scope: naming.Scope) -> dict[str, Any]:
    """Returns the settings that are also written in a service's data, name to how they are compared."""
    if not isinstance(unit.spec, ServiceSpec):
        return {}
    container = scope.full(unit.name)
    return {
        name: {"command": list(row.command), "container": container, "refusal": row.refusal, "value": row.value}
        for name, row in sorted(unit.spec.facts.items())
    }
