"""Where the engine and the state cannot both be right: refused before anything is registered.

Pulumi trusts its state, and the provider takes over whatever has the right name. Without these checks `up` would start
a server on an empty volume in place of a lost one, or remove the containers of somebody else.
"""

from collections.abc import Mapping

import pulumi
from docker import DockerClient

from components.base import naming
from components.base.observe import Look
from infra import backend
from infra.errors import UserError
from infra.state import Known


def refuse_foreign(engine: DockerClient, stack: str, known: Known) -> None:
    """Stops when something has one of our names and not our label: the provider would adopt and later delete it.

    Args:
        engine: The engine.
        stack: Stack name.
        known: What the state knows; a data volume in it is ours with any label, such as one restored by hand.

    Raises:
        UserError: Its name and the way out.
    """
    prefix = _prefix(stack)
    wanted = {"name": prefix}
    volumes = _volumes(engine, prefix)
    networks = {row["Name"]: row["Labels"] for row in engine.api.networks(filters=wanted)}
    containers = {row["Names"][0].lstrip("/"): row["Labels"] for row in engine.api.containers(all=True, filters=wanted)}
    foreign = [
        f"{kind} {name}"
        for kind, rows in (("container", containers), ("network", networks), ("volume", volumes))
        for name, labels in sorted(rows.items())
        if name.startswith(prefix) and naming.STACK_LABEL not in (labels or {}) and name not in known.volumes
    ]
    if foreign:
        remove = "\n".join(f"  docker {line.split()[0]} rm {line.split()[1]}" for line in foreign)
        raise UserError(
            f"the engine has objects with names of this stack that this stack did not make: {', '.join(foreign)}. "
            "They would be taken over now and deleted by a later destroy, so nothing was changed. Rename them, or, "
            f"when nobody needs them, remove them:\n{remove}"
        )


def refuse_another_state(seen: Look, known: Known, stack_id: str) -> None:
    """Stops when the stack runs on the engine and the state has never made anything of it: it is another state's.

    An interrupted first `up` is none of that: the state knows the networks before there is a container.

    Args:
        seen: What is on the engine.
        known: What the state knows.
        stack_id: `Scope.stack_id` of the stack.

    Raises:
        UserError: What runs, and the ways out.
    """
    running = sorted(
        row["Name"].lstrip("/")
        for row in seen.containers
        if row["Config"]["Labels"].get(naming.ROLE_LABEL) in naming.LASTING_ROLES
    )
    if running and not known.ids:
        raise UserError(
            f"stack {stack_id} runs on this engine, made from another state than this one, which knows nothing of it: "
            f"{', '.join(running)}. They would be removed and their data taken over, so nothing was changed. Use the "
            f"state it was made from (another user's home folder, or another PULUMI_BACKEND_URL{backend.another()}), "
            "or choose another name for the stack. When that state is lost for good, remove the containers; data "
            "volumes stay:\n  "
            f"docker rm -f $(docker ps -aq --filter label={naming.STACK_LABEL}={stack_id})"
        )


def refuse_lost(engine: DockerClient, seen: Look, known: Known, stack: str) -> None:
    """Stops when a data volume or a network of the state is gone from the engine.

    Args:
        engine: The engine.
        seen: What is on it.
        known: What the state knows.
        stack: Stack name.

    Raises:
        UserError: Their names, and the command that takes the loss for granted.
    """
    present = _volumes(engine, _prefix(stack))
    lost = [f"data volume {name}" for name in sorted(known.volumes.keys() - present.keys())]
    there = set(seen.networks.values())
    lost += [
        f"network {name}" for id_, name in sorted(known.networks.items(), key=lambda row: row[1]) if id_ not in there
    ]
    if lost:
        raise UserError(
            f"the state has what the engine has lost: {', '.join(lost)}. 'up' would fail on a network, and start a "
            "server with an empty volume as if it had never had data, so nothing was changed. If 'docker:host' names "
            "another engine than before, name the earlier one again. If data should be there, restore the volume "
            "under its name first. If they are gone for good, let the state forget them; the next 'up' makes them "
            f"anew, empty:\n  pulumi refresh --yes --clear-pending-creates --stack {stack}"
        )


def _prefix(stack: str) -> str:
    return f"{pulumi.get_project()}-{stack}-"


def _volumes(engine: DockerClient, prefix: str) -> Mapping[str, Mapping[str, str] | None]:
    """Returns the labels of each volume whose name contains the stack's prefix."""
    return {row["Name"]: row["Labels"] for row in engine.api.volumes(filters={"name": prefix})["Volumes"] or []}
