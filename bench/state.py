"""What an exported state says of the containers that the engine cannot say: their order, and whose data are whose."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.base.naming import SERVICE_LABEL
from infra.state import CONTAINER, GATE

PREPARE = "pulumi-python:dynamic/components:Prepare"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What was prepared for one container.

    Attributes:
        data: Data volume to the mode of its root.
        files: Name of its files volume.
        image: Its image.
        owner: `uid:gid` that owns both.
        service: Service name.
    """

    data: Mapping[str, int]
    files: str
    image: str
    owner: str
    service: str


def prepared(resources: Iterable[Mapping[str, Any]]) -> list[Prepared]:
    """Returns what was prepared, in the state's order.

    Args:
        resources: Rows of the export.
    """
    rows = [row["inputs"] for row in resources if row["type"] == PREPARE]
    return [
        Prepared(
            data={found["volume"]: int(found["mode"]) for found in row["data"]},
            files=row["files_volume"],
            image=row["image"],
            owner=row["owner"],
            service=row["labels"][SERVICE_LABEL],
        )
        for row in rows
    ]


def needs(resources: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Returns service to the services and jobs whose gates it waits for.

    Args:
        resources: Rows of the export.
    """
    rows = list(resources)
    owners = _owners(rows)
    gates = {row["urn"]: owners[row["urn"]] for row in rows if row["type"] == GATE}
    found: dict[str, set[str]] = {service: set() for service in owners.values()}
    for row in rows:
        if row["type"] in {PREPARE, CONTAINER}:
            found[owners[row["urn"]]] |= {gates[urn] for urn in row.get("dependencies") or () if urn in gates}
    return {service: frozenset(waits - {service}) for service, waits in found.items()}


def initialised(resources: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Returns the services whose gate runs their own files right after a first start.

    Args:
        resources: Rows of the export.
    """
    rows = list(resources)
    owners = _owners(rows)
    gates = [row for row in rows if row["type"] == GATE]
    return frozenset(owners[row["urn"]] for row in gates if row["inputs"]["reload"].get("at_start"))


def _owners(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Returns URN to the service it belongs to, of everything that was made for a container."""
    containers = {
        row["id"]: next(found["value"] for found in row["inputs"]["labels"] if found["label"] == SERVICE_LABEL)
        for row in rows
        if row["type"] == CONTAINER
    }
    services: dict[str, Callable[[Mapping[str, Any]], str]] = {
        CONTAINER: lambda row: containers[row["id"]],
        GATE: lambda row: containers[row["inputs"]["container"]],
        PREPARE: lambda row: row["inputs"]["labels"][SERVICE_LABEL],
    }
    return {row["urn"]: services[row["type"]](row) for row in rows if row["type"] in services}
