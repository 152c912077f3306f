"""Brings a new replica behind its proxy and takes an old one away without a lost request.

A replica joins the serving network, with the alias the proxy resolves, only when it is ready: the proxy counts a newly
resolved server as up. An old one is set to drain through the proxy's runtime socket and leaves the network when its
last session has ended. The application need not know of any of this.

Source: https://docs.haproxy.org/2.6/management.html#9.3 (`show servers state`, `show stat`, `set server`).
"""

import csv
import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container

from components.base import naming
from components.base.failure import ServiceFailedError

SEEN_SECONDS = 20
"""Longest time between joining the network and being up in the proxy: it asks for addresses each second."""

PAUSE_SECONDS = 0.2
RUNNING = "2"
"""`srv_op_state` of a server that is up."""

FORCED_DRAIN = 0x08
"""Bit of `srv_admin_state`: drained by a command."""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """The proxy in front of a service.

    Attributes:
        backend: Name of the service's backend.
        drain_seconds: Longest wait for the sessions of a leaving replica.
        network: Full name of the network on which it finds replicas.
        port: Loopback port of its runtime socket, inside its container.
        service: Its service name.
        stack_id: Stack it belongs to.
        system: System it belongs to.
    """

    backend: str
    drain_seconds: int
    network: str
    port: int
    service: str
    stack_id: str
    system: str


def joined(client: DockerClient, proxy: Proxy, container: Container, service: str) -> None:
    """Waits until the proxy sends requests to a replica that has just joined; no proxy yet is nothing to wait for.

    Raises:
        ServiceFailedError: The proxy does not take it up.
    """
    front = _find(client, proxy)
    address = _address(container, proxy.network)
    if front is None or not address:
        return

    def serves() -> bool:
        rows = _servers(front, proxy, address)
        for row in rows:
            if int(row["srv_admin_state"]) & FORCED_DRAIN:  # a slot that an interrupted run left drained
                _ask(front, proxy, f"set server {proxy.backend}/{row['srv_name']} state ready")
        return any(row["srv_op_state"] == RUNNING for row in rows)

    if not _wait(serves, SEEN_SECONDS):
        raise ServiceFailedError(
            f"{service}: ready at {address}, but {proxy.service} sends it nothing after {SEEN_SECONDS} s. The earlier "
            f"version still serves. Look at 'docker logs {front.name}', then run 'pulumi up' again."
        )


def leave(client: DockerClient, proxy: Proxy, container_id: str) -> None:
    """Drains a replica and takes it off the serving network; it goes on running and can finish its work.

    Args:
        client: The engine.
        proxy: The proxy.
        container_id: The replica; one that is gone already has nothing to drain.
    """
    try:
        container = client.containers.get(container_id)
    except NotFound:
        return
    address = _address(container, proxy.network)
    if not address:
        return
    front = _find(client, proxy)
    slots = [row["srv_name"] for row in _servers(front, proxy, address)] if front else []
    if front:
        for slot in slots:
            _ask(front, proxy, f"set server {proxy.backend}/{slot} state drain")
        _wait(lambda: _sessions(front, proxy, slots) == 0, proxy.drain_seconds)
    client.networks.get(proxy.network).disconnect(container)
    if front:
        # The slot will be given to another replica: it must not inherit the drain.
        _wait(lambda: not _servers(front, proxy, address), SEEN_SECONDS)
        for slot in slots:
            _ask(front, proxy, f"set server {proxy.backend}/{slot} state ready")


def _find(client: DockerClient, proxy: Proxy) -> Container | None:
    labels = [
        f"{naming.STACK_LABEL}={proxy.stack_id}",
        f"{naming.SYSTEM_LABEL}={proxy.system}",
        f"{naming.SERVICE_LABEL}={proxy.service}",
        f"{naming.ROLE_LABEL}=service",
    ]
    found = client.containers.list(filters={"label": labels, "status": "running"}, ignore_removed=True)
    return found[0] if found else None


def _address(container: Container, network: str) -> str:
    endpoint: Mapping[str, Any] = (container.attrs["NetworkSettings"]["Networks"] or {}).get(network) or {}
    return str(endpoint.get("IPAddress") or "")


def _servers(front: Container, proxy: Proxy, address: str) -> list[dict[str, str]]:
    """Returns the rows of `show servers state` with an address."""
    lines = _ask(front, proxy, f"show servers state {proxy.backend}").splitlines()
    header = next((line.lstrip("# ").split() for line in lines if line.startswith("#")), [])
    rows = [dict(zip(header, line.split(), strict=False)) for line in lines if line and line[0].isdigit()]
    return [row for row in rows if row.get("srv_addr") == address]


def _sessions(front: Container, proxy: Proxy, slots: list[str]) -> int:
    table = csv.DictReader(io.StringIO(_ask(front, proxy, "show stat").lstrip("# ")))
    return sum(int(row["scur"] or 0) for row in table if row["pxname"] == proxy.backend and row["svname"] in slots)


def _ask(front: Container, proxy: Proxy, command: str) -> str:
    """Returns the answer of the proxy's runtime socket; `nc` and `sh` are in every flavour of its image."""
    script = 'printf "%s\\n" "$1" | nc 127.0.0.1 "$0"'
    output: Any = front.exec_run(["sh", "-c", script, str(proxy.port), command]).output
    return str(output.decode(errors="replace"))


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True
