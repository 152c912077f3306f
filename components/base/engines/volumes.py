"""Data volumes: those of services, and those that no service declares any more.

The latter stay until somebody asks for their deletion by name. A system that is taken out of the configuration, an S3
server in MinIO's place or pgAdmin switched off would otherwise have Pulumi delete their data in the same `up`, as it
deletes whatever a program has stopped declaring.
"""

from collections.abc import Collection, Mapping
from typing import Final

import pulumi
import pulumi_docker as docker

from components.base.naming import Scope

IGNORED: Final = ["labels", "driverOpts"]
"""Another value would make a volume anew, empty."""


def declared(name: str, scope: Scope, parent: pulumi.Resource, *, protect: bool) -> docker.Volume:
    """Registers the data volume of a service; one that was kept meanwhile is taken again.

    Args:
        name: The document's own name.
        scope: Names and labels.
        parent: Component that owns it.
        protect: Whether destroy refuses to delete it.
    """
    labels, full = scope.labels(name, "data"), scope.full(name)
    return docker.Volume(
        name,
        labels=[docker.VolumeLabelArgs(label=label, value=labels[label]) for label in sorted(labels)],
        name=full,
        opts=pulumi.ResourceOptions(
            parent=parent,
            aliases=[pulumi.Alias(name=full, parent=pulumi.ROOT_STACK_RESOURCE)],  # its name in `keep`
            ignore_changes=IGNORED,
            protect=protect,
        ),
    )


def keep(volumes: Mapping[str, str], in_use: Collection[str], *, protect: bool) -> None:
    """Registers the data volumes of the state that no service has registered.

    Args:
        volumes: Name of each data volume in the state to its URN.
        in_use: Names of those that services have registered.
        protect: Whether destroy refuses to delete them.
    """
    for name, earlier in sorted(volumes.items()):
        if name in in_use:
            continue
        kept = docker.Volume(
            name,
            name=name,
            opts=pulumi.ResourceOptions(aliases=[earlier], ignore_changes=IGNORED, protect=protect),
        )
        stack = pulumi.get_stack()
        urn = f"urn:pulumi:{stack}::{pulumi.get_project()}::{kept.pulumi_resource_type}::{name}"
        unprotect = f"pulumi state unprotect '{urn}' --stack {stack} && " if protect else ""
        pulumi.log.info(
            f"data volume {name} is kept, although nothing uses it any more. To delete it with its data: "
            f"{unprotect}pulumi destroy --target '{urn}' --stack {stack}"
        )
