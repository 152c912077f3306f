"""Previews as `pulumi preview --json --show-sames` of the pinned version prints them, written by hand."""

import json
from collections.abc import Mapping
from typing import Any

Inputs = Mapping[str, Any]

CONTAINER = "docker:index/container:Container"
GATE = "pulumi-python:dynamic/components:Gate"
PREPARE = "pulumi-python:dynamic/components:Prepare"
VOLUME = "docker:index/volume:Volume"
IMAGE = "postgres:16.15-bookworm@sha256:bb3e1a57e5407e0a5280b4211980a5e537f4abd234a87014ac979849a78dd825"
LABELS = {
    "zapstack.role": "service",
    "zapstack.service": "db",
    "zapstack.stack": "zapstack/prod",
    "zapstack.system": "evolution",
}


def rows(labels: Mapping[str, str]) -> list[dict[str, object]]:
    """Returns labels as the Docker provider has them in its inputs."""
    return [{"__defaults": [], "label": name, "value": value} for name, value in labels.items()]


def container(**changed: object) -> dict[str, Any]:
    """Returns the inputs of a container."""
    files = {"containerPath": "/run/secrets/db", "readOnly": True, "volumeName": "zapstack-prod-evolution-db-files-1"}
    inputs = {
        "__defaults": ["attach", "wait"],
        "cpus": "0.5",
        "envs": ["POSTGRES_DB=assistant", "POSTGRES_USER=postgres"],
        "image": IMAGE,
        "labels": rows({**LABELS, "zapstack.files": "1f0c"}),
        "memory": 512,
        "memorySwap": 512,
        "name": "zapstack-prod-evolution-db",
        "networksAdvanced": [{"__defaults": [], "aliases": ["db"], "name": "zapstack-prod-evolution-data"}],
        "ports": [],
        "volumes": [{"__defaults": [], **files}],
    }
    return {**inputs, **changed}


def volume(name: str) -> dict[str, Any]:
    """Returns the inputs of a data volume."""
    return {"labels": rows({**LABELS, "zapstack.role": "data"}), "name": f"zapstack-prod-evolution-{name}"}


def state(kind: str, name: str, inputs: Inputs, **more: object) -> dict[str, Any]:
    """Returns one state of a resource."""
    parent = "urn:pulumi:prod::zapstack::zapstack:stacks:Evolution::evolution"
    found = {"created": "2026-11-20T08:00:00Z", "custom": True, "id": "3f1e", "inputs": inputs, "parent": parent}
    return {**found, "outputs": {**inputs, "id": "3f1e"}, "type": kind, "urn": urn(kind, name), **more}


def urn(kind: str, name: str) -> str:
    """Returns the name the engine knows a resource by."""
    return f"urn:pulumi:prod::zapstack::zapstack:stacks:Evolution${kind}::{name}"


def step(
    operation: str,
    kind: str,
    name: str,
    old: Inputs | None = None,
    new: Inputs | None = None,
    reasons: tuple[str, ...] = (),
    *,
    protect: tuple[bool, bool] = (False, False),
) -> dict[str, Any]:
    """Returns one step.

    Args:
        operation: What Pulumi calls it.
        kind: Type token.
        name: Logical name.
        old: Inputs as they are.
        new: Inputs as they will be.
        reasons: What it names as the cause.
        protect: Protection, before and after.
    """
    told: dict[str, Any] = {"detailedDiff": None, "op": operation, "urn": urn(kind, name)}
    if old is not None:
        told["oldState"] = state(kind, name, old, protect=protect[0])
    if new is not None:
        told["newState"] = state(kind, name, new, protect=protect[1])
    if reasons:
        told["diffReasons"] = list(reasons)
        told["detailedDiff"] = {name: {"inputDiff": True, "kind": "update"} for name in reasons}
    if operation == "replace":
        told["replaceReasons"] = list(reasons)
    return told


def preview(*steps: Mapping[str, Any]) -> str:
    """Returns what Pulumi prints: the stack, a component and a provider come along in it."""
    provider = {"custom": True, "type": "pulumi:providers:docker", "urn": urn("pulumi:providers:docker", "docker")}
    logical: list[dict[str, Any]] = [
        {"detailedDiff": None, "newState": provider, "op": "create", "urn": provider["urn"]}
    ]
    for kind, name in (("pulumi:pulumi:Stack", "zapstack-prod"), ("zapstack:components:Postgres", "db")):
        found = {"custom": False, "type": kind, "urn": urn(kind, name)}
        logical.append({"detailedDiff": None, "newState": found, "oldState": found, "op": "same", "urn": found["urn"]})
    summary: dict[str, int] = {}
    for row in (*logical, *steps):
        summary[str(row["op"])] = summary.get(str(row["op"]), 0) + 1
    told = {"changeSummary": summary, "config": {"zapstack:environment": "production"}, "duration": 2084709747}
    return json.dumps({"steps": [*logical, *steps], **told}, indent=4)
