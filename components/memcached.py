"""Memcached: a cache that may forget everything.

Owns the container. Deliberately not: a password, which its protocol does not have; only the data network reaches it.

Source: https://github.com/docker-library/memcached at cba550f (1.6.41), `1/debian/Dockerfile:7` a Debian, which has
bash, `:11` uid and gid, `1/debian/docker-entrypoint.sh:5` options alone.
https://docs.memcached.org/serverguide/configuring/
"""

from dataclasses import dataclass
from typing import Final, final

import pulumi

from components.base import lock
from components.base.connections import TcpConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import Probe, Resources, ServiceSpec

PORT: Final = 11211
OVERHEAD_MIB: Final = 32
"""What the server needs besides its items."""


@dataclass(frozen=True, kw_only=True)
class MemcachedArgs:
    """Settings of a cache.

    Attributes:
        items_mib: Memory for items, 8 or more; the least recently used ones go first.
    """

    items_mib: int = 64


@final
class Memcached(pulumi.ComponentResource):
    """A cache.

    Attributes:
        connection: What consumers use.
    """

    connection: TcpConnection

    def __init__(self, name: str, args: MemcachedArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the cache.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Memcached", name, None, opts)
        gates = engine.service(name, memcached_spec(args), self)
        self.connection = TcpConnection(host=name, port=PORT, ready=gates)
        self.register_outputs({"host": name, "port": PORT})


def memcached_spec(args: MemcachedArgs) -> ServiceSpec:
    """Returns the description of a cache."""
    version = f"exec 3<>/dev/tcp/127.0.0.1/{PORT} && echo version >&3 && read -r -t 2 <&3"
    return ServiceSpec(
        command=("memcached", f"--memory-limit={args.items_mib}", f"--port={PORT}"),
        health=Probe(command=("bash", "-c", version), interval_seconds=5, timeout_seconds=3),
        image="memcached",
        networks=frozenset({"data"}),
        resources=Resources(memory_mib=args.items_mib + OVERHEAD_MIB),
        self_healing=True,
        user=lock.user("memcached"),
    )
