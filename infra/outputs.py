"""The stack's outputs: `urls`, `credentials` (secret) and `services`."""

from collections.abc import Mapping

import pulumi

from stacks.base import SystemOutputs


def export(systems: Mapping[str, SystemOutputs]) -> None:
    """Exports what people and verbs read.

    Args:
        systems: System name to its outputs.
    """
    pulumi.export("urls", {name: dict(system.urls) for name, system in systems.items()})
    credentials = {
        name: {service: dict(pairs) for service, pairs in system.credentials.items()}
        for name, system in systems.items()
    }
    pulumi.export("credentials", pulumi.Output.secret(credentials))
    pulumi.export("services", {name: list(system.services) for name, system in systems.items()})
