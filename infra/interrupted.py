"""The rest of an interrupted run.

A run that is killed between the engine's answer and the state leaves containers, networks and files volumes that the
state does not know: the next run would fail on the names of the first two, and the last hold secrets. They carry the
stack's label, so they can be told from strangers.
"""

import contextlib

import pulumi
from docker import DockerClient
from docker.errors import NotFound

from components.base import files
from components.base.observe import Look
from infra.state import Known


def clear_leftovers(engine: DockerClient, seen: Look, known: Known) -> bool:
    """Removes what this stack has on the engine and not in its state; data volumes are never touched.

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
    volumes = sorted(seen.files_volumes - known.files_volumes)
    for name in (*containers, *networks, *volumes):
        pulumi.log.info(f"{name} is left from an interrupted run and makes way; data volumes stay")
    if pulumi.runtime.is_dry_run():
        return False
    for id_ in containers.values():
        with contextlib.suppress(NotFound):  # gone by itself: as wanted
            engine.api.remove_container(id_, force=True)
    for id_ in networks.values():
        with contextlib.suppress(NotFound):
            engine.api.remove_network(id_)
    for name in volumes:
        files.remove_volume(engine, name)
    return bool(containers or networks or volumes)
