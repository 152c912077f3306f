"""What the stack's state knows of the engine: containers and networks, how they are meant to be, and volumes."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base.kept_secrets import KEEPER
from components.base.verdict import Expected

EXPORT_TIMEOUT_SECONDS = 60
CONTAINER = "docker:index/container:Container"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
RANDOM = "random:index/randomPassword:RandomPassword"
GATE = "pulumi-python:dynamic/components:Gate"
PREPARE = "pulumi-python:dynamic/components:Prepare"


@dataclass(frozen=True, kw_only=True)
class Known:
    """The engine's objects in a stack's state.

    Attributes:
        expected: Container id to how it is meant to be; containers that wait for their deletion are not among them.
        files_volumes: Names of all files volumes, those that wait for their deletion included.
        ids: Ids of all containers and networks, those that wait for their deletion included.
        networks: Id of each network to its name.
        secrets: Name each kept secret has (`components.base.kept_secrets`) to its URN.
        volumes: Name of each data volume to its URN.
    """

    expected: Mapping[str, Expected] = field(default_factory=dict)
    files_volumes: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    networks: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
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
    rows = [row for row in resources if row.get("id")]
    gates = {row["inputs"]["container"]: row["inputs"] for row in rows if row["type"] == GATE}
    return Known(
        expected={
            row["id"]: _expected(row["inputs"], gates.get(row["id"], {}))
            for row in rows
            if row["type"] == CONTAINER and not row.get("delete")
        },
        files_volumes=frozenset(row["id"] for row in rows if row["type"] == PREPARE),
        ids=frozenset(row["id"] for row in rows if row["type"] in {CONTAINER, NETWORK}),
        networks={row["id"]: row["inputs"]["name"] for row in rows if row["type"] == NETWORK and not row.get("delete")},
        secrets={
            row["inputs"]["keepers"][KEEPER]: row["urn"]
            for row in rows
            if row["type"] == RANDOM and KEEPER in row["inputs"].get("keepers", {}) and not row.get("delete")
        },
        volumes={row["id"]: row["urn"] for row in rows if row["type"] == VOLUME and not row.get("delete")},
    )


def _expected(container: Mapping[str, Any], gate: Mapping[str, Any]) -> Expected:
    networks = {row["name"] for row in container.get("networksAdvanced", [])}
    networks |= {row["name"] for row in gate.get("networks", [])}
    pids = gate.get("pids")
    return Expected(
        memory_mib=int(container["memory"]), networks=frozenset(networks), pids=None if pids is None else int(pids)
    )
