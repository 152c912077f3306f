"""What the stack's state knows of the engine: containers and networks, how they are meant to be, and volumes."""

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import pulumi

from components.base import naming
from components.base.images import IMAGE_PREFIX
from components.base.kept_secrets import KEEPER
from components.base.lock import LOCAL_PREFIX, Source, load
from components.base.spec_parts import DataFormat
from components.base.verdict import Expected

EXPORT_TIMEOUT_SECONDS = 60
CONTAINER = "docker:index/container:Container"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
RANDOM = "random:index/randomPassword:RandomPassword"
GATE = "pulumi-python:dynamic/components:Gate"
PREPARE = "pulumi-python:dynamic/components:Prepare"
IMAGE = "docker:index/remoteImage:RemoteImage"
STACK = "pulumi:pulumi:Stack"
FORMAT_FIELDS = {part.name for part in fields(DataFormat)}
DATA_IMAGES_OUTPUT = "dataImages"
"""Stack output that says which image uses the data of a service: it stays when `down` has removed the service."""

SOURCE_OUTPUT = "imageSource"
"""Stack output that says where images come from: it stays when `down` has removed everything that uses one."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """A service that keeps data.

    Attributes:
        image: Reference of the image that has used the data so far.
        image_name: Name of that image in the lock file.
        labels: Labels of its throw-away containers.
        rows: Its data volumes, as `Prepare` is given them.
    """

    image: str
    image_name: str
    labels: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """Which part of the stack a container is.

    Attributes:
        system: System it belongs to.
        service: Service name.
        replica: Its number within the service.
        role: `service`, `job` or `tool`.
    """

    system: str
    service: str
    replica: int
    role: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """The engine's objects in a stack's state.

    Attributes:
        data_images: System to its services with data, each with the image that the last complete run gave it.
        expected: Container id to how it is meant to be; containers that wait for their deletion are not among them.
        files_volumes: Names of all files volumes, those that wait for their deletion included.
        ids: Ids of all containers and networks, those that wait for their deletion included.
        image_source: Where images of services with data come from; None where nothing says so.
        networks: Id of each network to its name.
        places: Which part of the stack each container is; those that wait for their deletion are left out.
        secrets: Name each kept secret has (`components.base.kept_secrets`) to its URN.
        stores: Services with data whose version is compared.
        volumes: Name of each data volume to its URN.
    """

    data_images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    expected: Mapping[str, Expected] = field(default_factory=dict)
    files_volumes: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    image_source: Source | None = None
    networks: Mapping[str, str] = field(default_factory=dict)
    places: frozenset[Place] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict)
    stores: Sequence[Store] = ()
    volumes: Mapping[str, str] = field(default_factory=dict)


def export(stack: str) -> Known:
    """Returns what the state of a stack knows.

    Args:
        stack: Stack name.
    """
    exported = subprocess.run(  # noqa: S603 our own CLI, no shell
        ["pulumi", "stack", "export", "--stack", stack, "--cwd", pulumi.get_root_directory()],  # noqa: S607 on PATH
        capture_output=True,
        check=True,
        text=True,
        timeout=EXPORT_TIMEOUT_SECONDS,
    )
    return known(json.loads(exported.stdout)["deployment"].get("resources", []))


def known(resources: Iterable[Mapping[str, Any]]) -> Known:
    """Returns what the resources of an exported state say of the engine.

    Args:
        resources: Rows of the export.
    """
    resources = list(resources)
    rows = [row for row in resources if row.get("id")]
    gates = {row["inputs"]["container"]: row["inputs"] for row in rows if row["type"] == GATE}
    services = _with_data(rows)
    return Known(
        data_images=_output(resources, DATA_IMAGES_OUTPUT) or {},
        expected={
            row["id"]: _expected(row["inputs"], gates.get(row["id"], {}))
            for row in rows
            if row["type"] == CONTAINER and not row.get("delete")
        },
        files_volumes=frozenset(row["id"] for row in rows if row["type"] == PREPARE),
        ids=frozenset(row["id"] for row in rows if row["type"] in {CONTAINER, NETWORK}),
        image_source=_source(services, resources),
        networks={row["id"]: row["inputs"]["name"] for row in rows if row["type"] == NETWORK and not row.get("delete")},
        places=frozenset(
            place_of({label["label"]: label["value"] for label in row["inputs"].get("labels", ())})
            for row in rows
            if row["type"] == CONTAINER and not row.get("delete")
        ),
        secrets={
            row["inputs"]["keepers"][KEEPER]: row["urn"]
            for row in rows
            if row["type"] == RANDOM and KEEPER in row["inputs"].get("keepers", {}) and not row.get("delete")
        },
        stores=_compared(services),
        volumes={row["id"]: row["urn"] for row in rows if row["type"] == VOLUME and not row.get("delete")},
    )


def place_of(labels: Mapping[str, str]) -> Place:
    """Returns which part of its stack a container is.

    Args:
        labels: The container's.
    """
    return Place(
        replica=int(labels.get(naming.REPLICA_LABEL, "1")),
        role=labels.get(naming.ROLE_LABEL, ""),
        service=labels.get(naming.SERVICE_LABEL, ""),
        system=labels.get(naming.SYSTEM_LABEL, ""),
    )


def _with_data(rows: Iterable[Mapping[str, Any]]) -> list[Store]:
    """Returns the services that keep data, those that are on their way out left aside."""
    present = [row for row in rows if not row.get("delete")]
    names = {
        row["inputs"]["name"]: row["urn"].rpartition("::")[2].removeprefix(IMAGE_PREFIX)
        for row in present
        if row["type"] == IMAGE
    }
    return [
        Store(image=given["image"], image_name=names[given["image"]], labels=given["labels"], rows=given["data"])
        for given in (row["inputs"] for row in present if row["type"] == PREPARE)
        if given.get("data") and given["image"] in names
    ]


def _compared(services: Iterable[Store]) -> list[Store]:
    """Returns those whose data have a version that is compared.

    Another version of this program wrote down other fields; the data of its services are compared by `Prepare` alone.
    """

    def comparable(row: Mapping[str, Any]) -> bool:
        formats = row.get("formats") or ()
        return bool(formats) and all(form.keys() == FORMAT_FIELDS for form in formats)

    return [service for service in services if any(map(comparable, service.rows))]


def _source(services: Iterable[Store], resources: Iterable[Mapping[str, Any]]) -> Source | None:
    """Returns where the images of services with data come from, overrides left aside; else what the last `up` said."""
    for service in services:
        if service.image.startswith(f"{LOCAL_PREFIX}/"):
            return "local"
        entry = load().get(service.image_name)
        if entry and entry.registry and service.image.startswith(f"{entry.registry.repository}:"):
            return "registry"
    source: Source | None = _output(resources, SOURCE_OUTPUT)
    return source


def _output(resources: Iterable[Mapping[str, Any]], name: str) -> Any:  # noqa: ANN401 as JSON has it
    """Returns an output of the stack; None where it has none."""
    said = [row.get("outputs", {}).get(name) for row in resources if row["type"] == STACK]
    return next(iter(filter(None, said)), None)


def _expected(container: Mapping[str, Any], gate: Mapping[str, Any]) -> Expected:
    networks = {row["name"] for row in container.get("networksAdvanced", [])}
    networks |= {row["name"] for row in gate.get("networks", [])}
    pids = gate.get("pids")
    return Expected(
        memory_mib=int(container["memory"]), networks=frozenset(networks), pids=None if pids is None else int(pids)
    )
