"""The stack's outputs: `urls`, `credentials` (secret), `services`, `imageSource` and `dataImages`."""

from collections.abc import Mapping

import pulumi

from components.base.lock import Source
from infra.state import DATA_IMAGES_OUTPUT, SOURCE_OUTPUT
from stacks.base import SystemOutputs


def export(
    systems: Mapping[str, SystemOutputs],
    image_source: Source,
    data_images: Mapping[str, Mapping[str, pulumi.Input[str]]],
) -> None:
    """Exports what people and verbs read.

    Args:
        systems: System name to its outputs.
        image_source: Where third-party images come from.
        data_images: System to its services with data, each with its image.
    """
    pulumi.export("urls", {name: dict(system.urls) for name, system in systems.items()})
    credentials = {
        name: {service: dict(pairs) for service, pairs in system.credentials.items()}
        for name, system in systems.items()
    }
    pulumi.export("credentials", pulumi.Output.secret(credentials))
    pulumi.export("services", {name: list(system.services) for name, system in systems.items()})
    pulumi.export(DATA_IMAGES_OUTPUT, data_images)
    pulumi.export(SOURCE_OUTPUT, image_source)
