"""Makes a container what its spec says where the engine was changed by hand: limits, networks, whether it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from components.base.verdict import looping

MIB = 1024 * 1024
ENDED = ("container not running", "cannot update a deleted process", "cannot update a stopped container")
"""What the engine's own runtimes say of a process that has ended."""


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A network a container is on.

    Attributes:
        name: Full name of the network.
        aliases: Names by which others on it find the container.
    """

    name: str
    aliases: Sequence[str] = ()


def limits(client: DockerClient, container: Container, *, memory_mib: int, pids: int) -> None:
    """Sets memory and pids limits where they differ.

    The pids limit is the one that neither the provider nor the client library's update call can set. A process that
    ends meanwhile has none to be set, and who waits for it says why it ended; the engine notices later than the kernel.

    Args:
        client: The engine.
        container: The container.
        memory_mib: Memory; swap is set equal.
        pids: Most processes and threads.
    """
    host = container.attrs["HostConfig"]
    wanted: dict[str, int] = {}
    if host["Memory"] != memory_mib * MIB or host["MemorySwap"] != memory_mib * MIB:
        wanted |= {"Memory": memory_mib * MIB, "MemorySwap": memory_mib * MIB}
    if host.get("PidsLimit") != pids:
        wanted["PidsLimit"] = pids
    if wanted:
        api: Any = client.api  # its public update call lacks PidsLimit, and the type stubs lack the private ones
        url = api._url("/containers/{0}/update", container.id)  # noqa: SLF001
        try:
            api._raise_for_status(api._post_json(url, data=wanted))  # noqa: SLF001
        except APIError as error:
            if not any(words in str(error.explanation) for words in ENDED):
                raise


def networks(client: DockerClient, container: Container, wanted: Sequence[Joined]) -> None:
    """Connects a container to the networks it is meant to be on, and disconnects it from any other.

    Args:
        client: The engine.
        container: The container.
        wanted: Its networks.
    """
    joined: Mapping[str, Any] = container.attrs["NetworkSettings"]["Networks"] or {}
    names = {network.name for network in wanted}
    for name in sorted(joined.keys() - names):
        client.networks.get(name).disconnect(container, force=True)
    for network in wanted:
        if network.name not in joined:
            client.networks.get(network.name).connect(container, aliases=list(network.aliases))


def run(container: Container, grace_seconds: int) -> bool:
    """Makes a container run that is paused, stopped or in a restart loop.

    Args:
        container: The container.
        grace_seconds: Time it has to stop when it must be restarted.

    Returns:
        Whether its process is a new one.
    """
    state = container.attrs["State"]
    if state["Paused"]:
        container.unpause()
        return False
    if state["Restarting"] or looping(container.attrs, datetime.now(UTC)):
        container.stop(timeout=grace_seconds)
    elif state["Running"]:
        return False
    container.start()
    return True
