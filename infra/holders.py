"""Host ports that somebody else holds: found before anything is registered; `up` would fail half-way on them."""

import socket
from collections.abc import Mapping
from errno import EACCES, EADDRINUSE
from typing import Final

from docker import DockerClient
from docker.errors import NotFound

from components.base import naming
from components.base.docker_api import is_local
from infra.config import StackConfig
from infra.errors import UserError
from infra.ports import Wanted, advice, free_offset, offset, wanted
from stacks.base import System

EVERYWHERE: Final = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 compared with, not bound to
ANSWER_SECONDS: Final = 1.0


def refuse_collisions(engine: DockerClient, config: StackConfig, systems: Mapping[str, System], stack_id: str) -> None:
    """Stops when a port that the stack wants is held by another container or by a program on this machine.

    Args:
        engine: The engine.
        config: Checked configuration.
        systems: The kinds of systems it may name.
        stack_id: `Scope.stack_id` of the stack; its own containers are no holders.

    Raises:
        UserError: Every held port with its holder, and an offset that is free.
    """
    address = "0.0.0.0" if config.production else "127.0.0.1"  # noqa: S104 what production's ingress publishes on
    holders = _Holders(engine, stack_id, address, local=is_local(config.docker_host))
    found = wanted(config.systems, systems, production=config.production)
    lines = []
    for row in found:
        holder = holders.of(row.number)
        if holder:
            own = [other for other in found if other.system == row.system]
            free = _free_offset(own, found, holders, offset(config.systems[row.system]))
            remedy = f"{advice(row.system, free)}, or free the port."
            lines.append(f"  {row.name}: port {row.number} on {address} is held by {holder}. {remedy}")
    if lines:
        head = f"host ports: {len(lines)} held by others, up would fail half-way, nothing was changed:"
        raise UserError("\n".join([head, *lines]))


def _free_offset(own: list[Wanted], found: list[Wanted], holders: "_Holders", present: int) -> int | None:
    others = {row.number for row in found if row.system != own[0].system}
    return free_offset(own, present, lambda number: number in others or bool(holders.of(number)))


class _Holders:
    """Who holds which port of the engine's host."""

    def __init__(self, engine: DockerClient, stack_id: str, address: str, *, local: bool) -> None:
        self._address = address
        self._local = local
        self._own: set[int] = set()
        self._containers: dict[int, str] = {}
        for row in engine.api.containers(all=True):
            labels = row["Labels"] or {}
            stack = labels.get(naming.STACK_LABEL)
            name = row["Names"][0].lstrip("/")
            if stack == stack_id:
                self._own |= _configured(engine, row["Id"])
            for port in row["Ports"] or ():
                if port.get("Type") != "tcp" or not port.get("PublicPort"):
                    continue
                if stack != stack_id and _meet(address, port.get("IP", "")):
                    of_stack = f" of stack {stack}" if stack else ""
                    self._containers[port["PublicPort"]] = f"container {name}{of_stack}"

    def of(self, number: int) -> str:
        """Returns who holds a port, empty when nobody does."""
        if number in self._containers:
            return self._containers[number]
        if self._local and number not in self._own and _listening(self._address, number):
            return "another program on this machine"
        return ""


def _configured(engine: DockerClient, container_id: str) -> set[int]:
    """Returns the ports a container is configured with: in a restart loop the list of present ones may be empty."""
    try:
        bindings = engine.api.inspect_container(container_id)["HostConfig"]["PortBindings"] or {}
    except NotFound:  # it went away between the list and this look
        return set()
    return {int(row["HostPort"]) for rows in bindings.values() for row in rows or () if row["HostPort"]}


def _meet(one: str, other: str) -> bool:
    return one == other or bool({one, other} & EVERYWHERE)


def _listening(address: str, number: int) -> bool:
    """Returns whether a port cannot be bound because somebody listens on it; nothing is sent or accepted."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, number))
        except OSError as error:
            return error.errno == EADDRINUSE or (error.errno == EACCES and _answers(address, number))
    return False


def _answers(address: str, number: int) -> bool:
    """Returns whether a port that only root may bind, and the engine, has a listener."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.settimeout(ANSWER_SECONDS)
        return caller.connect_ex(("127.0.0.1" if address in EVERYWHERE else address, number)) == 0
