"""Postgres: one server, one database, one role that owns it.

Owns the container, its data volume and the role's generated password. Deliberately not: backups, replication, and
schema, which belong to the applications.

Source: https://hub.docker.com/_/postgres (entrypoint rules, uid, paths); design of limits in
`shared_buffers` and `max_connections` from https://www.postgresql.org/docs/15/runtime-config-resource.html
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock, secrets
from components.base.connections import PostgresConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import (
    FILES_ROOT,
    DataVolume,
    NetworkName,
    Port,
    Probe,
    Resources,
    ServiceSpec,
    Stop,
)

PORT: Final = 5432
DATA_PATH: Final = "/var/lib/postgresql/data"
PASSWORD_FILE: Final = "password"  # noqa: S105 a file name
SHM_MIB: Final = 256
"""Parallel queries need more than Docker's 64 MiB."""


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """Settings of a server.

    Attributes:
        database: Database made at initialisation.
        user: Role made at initialisation.
        volume: Name of the data volume.
        aliases: Further network aliases.
        host_port: Port on the host's loopback; not published when None.
        max_connections: Connections the server accepts, 10 to 5000.
        resources: Limits; `shared_buffers` is a quarter of the memory.
    """

    database: str
    user: str
    volume: str
    aliases: Sequence[str] = ()
    host_port: int | None = None
    max_connections: int = 100
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=512))


@final
class Postgres(pulumi.ComponentResource):
    """A Postgres server.

    Attributes:
        connection: What consumers use.
    """

    connection: PostgresConnection

    def __init__(self, name: str, args: PostgresArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the server.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Postgres", name, None, opts)
        password = secrets.generated(f"{name}-password", pulumi.ResourceOptions(parent=self))
        realised = engine.service(name, postgres_spec(name, args, password), self)
        self.connection = PostgresConnection(
            database=args.database, host=name, password=password, ready=realised.gate, user=args.user
        )
        self.register_outputs({"host": name, "port": PORT})


def postgres_spec(name: str, args: PostgresArgs, password: pulumi.Input[str]) -> ServiceSpec:
    """Returns the description of a server."""
    networks: set[NetworkName] = {"data"}
    ports: list[Port] = []
    if args.host_port is not None:
        networks.add("publish")
        ports.append(Port(internal=PORT, external=args.host_port))
    return ServiceSpec(
        aliases=args.aliases,
        command=(
            "postgres",
            *("-c", f"max_connections={args.max_connections}"),
            *("-c", f"shared_buffers={args.resources.memory_mib // 4}MB"),
            *("-c", "password_encryption=scram-sha-256"),
        ),
        environment={
            "POSTGRES_DB": args.database,
            "POSTGRES_INITDB_ARGS": "--data-checksums",
            "POSTGRES_PASSWORD_FILE": f"{FILES_ROOT}/{name}/{PASSWORD_FILE}",
            "POSTGRES_USER": args.user,
        },
        # The address matters: during initialisation a server answers on its socket only, and is not the real one yet.
        health=Probe(
            budget_seconds=120,
            command=("pg_isready", "-q", "-h", "127.0.0.1", "-U", args.user, "-d", args.database),
            start_period_seconds=60,
        ),
        image="postgres",
        networks=frozenset(networks),
        ports=ports,
        resources=args.resources,
        secret_files={PASSWORD_FILE: password},
        shm_mib=SHM_MIB,
        # SIGINT is Postgres' fast shutdown: sessions are ended, everything is written.
        stop=Stop(signal="SIGINT", grace_seconds=60),
        user=lock.user("postgres"),
        volumes=(DataVolume(name=args.volume, path=DATA_PATH),),
        writable={"/tmp": 64, "/var/run/postgresql": 8},  # noqa: S108 inside the container
    )
