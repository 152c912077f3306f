"""The stack's outputs: `urls`, `credentials` (secret), `services` and `imageSource`."""

from collections.abc import Mapping

import pulumi

from components.base.lock import Source
from infra.state import SOURCE_OUTPUT
from stacks.base import SystemOutputs


def export(systems: Mapping[str, SystemOutputs], image_source: Source) -> None:
    """Exports what people and verbs read.

    Args:
        systems: System name to its outputs.
        image_source: Where third-party images come from.
    """
    pulumi.export("urls", {name: dict(system.urls) for name, system in systems.items()})
    credentials = {
        name: {service: dict(pairs) for service, pairs in system.credentials.items()}
        for name, system in systems.items()
    }
    pulumi.export("credentials", pulumi.Output.secret(credentials))
    pulumi.export("services", {name: list(system.services) for name, system in systems.items()})
    pulumi.export(SOURCE_OUTPUT, image_source)
