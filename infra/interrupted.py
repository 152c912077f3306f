"""The rest of an interrupted run, and objects of our name that are not ours.

A run that is killed between the engine's answer and the state leaves containers and networks that the state does not
know; the next run would fail on their names. They carry the stack's label, so they can be told from strangers.
"""

import contextlib

import pulumi
from docker import DockerClient
from docker.errors import NotFound

from components.base import naming
from components.base.observe import Look
from infra.errors import UserError
from infra.state import Known


def clear_leftovers(engine: DockerClient, seen: Look, known: Known) -> bool:
    """Removes containers and networks of this stack that its state does not know; data volumes are never touched.

    A preview only names them.

    Args:
        engine: The engine.
        seen: What is on it.
        known: What the state knows.

    Returns:
        Whether anything was removed.
    """
    containers = {row["Name"].lstrip("/"): row["Id"] for row in seen.containers if row["Id"] not in known.ids}
    networks = {name: id_ for name, id_ in seen.networks.items() if id_ not in known.ids}
    for name in (*containers, *networks):
        pulumi.log.info(f"{name} is left from an interrupted run and makes way; data volumes stay")
    if pulumi.runtime.is_dry_run():
        return False
    for id_ in containers.values():
        with contextlib.suppress(NotFound):  # gone by itself: as wanted
            engine.api.remove_container(id_, force=True)
    for id_ in networks.values():
        with contextlib.suppress(NotFound):
            engine.api.remove_network(id_)
    return bool(containers or networks)


def refuse_foreign(engine: DockerClient, stack: str) -> None:
    """Stops when something has one of our names and not our label: the provider would adopt and later delete it.

    Raises:
        UserError: Its name and the way out.
    """
    prefix = f"{pulumi.get_project()}-{stack}-"
    wanted = {"name": prefix}
    volumes = {row["Name"]: row["Labels"] for row in engine.api.volumes(filters=wanted)["Volumes"] or []}
    networks = {row["Name"]: row["Labels"] for row in engine.api.networks(filters=wanted)}
    containers = {row["Names"][0].lstrip("/"): row["Labels"] for row in engine.api.containers(all=True, filters=wanted)}
    foreign = [
        f"{kind} {name}"
        for kind, rows in (("container", containers), ("network", networks), ("volume", volumes))
        for name, labels in sorted(rows.items())
        if name.startswith(prefix) and naming.STACK_LABEL not in (labels or {})
    ]
    if foreign:
        remove = "\n".join(f"  docker {line.split()[0]} rm {line.split()[1]}" for line in foreign)
        raise UserError(
            f"the engine has objects with names of this stack that this stack did not make: {', '.join(foreign)}. "
            "They would be taken over now and deleted by a later destroy, so nothing was changed. Rename them, or, "
            f"when nobody needs them, remove them:\n{remove}"
        )
