"""Postgres: one server, one database, one role that owns it.

Owns the container, its data volume, the roles that may log in and their generated passwords. Deliberately not:
backups, replication, and schema, which belong to the applications.

Source: https://github.com/docker-library/postgres at 6edb0a8 (15.17, 16.13), the same lines in both majors.
`16/bookworm/Dockerfile:11` uid and gid, `:90` the server's programs last in PATH, `:182` socket folder, `:186` data
folder, `:206` SIGINT. `16/bookworm/docker-entrypoint.sh:9` NAME or NAME_FILE, `:92` initdb takes POSTGRES_INITDB_ARGS
as a command line, `:271` the first pg_hba.conf asks for `password_encryption`, `:292` the first server listens on its
socket only, `:336` another user than root keeps its uid. https://github.com/pgvector/pgvector v0.8.5, `Dockerfile:5`:
the same image. Limits: https://www.postgresql.org/docs/15/runtime-config-resource.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, final

import pulumi

from components.base import lock, secrets
from components.base.connections import PostgresConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import (
    FILES_ROOT,
    DataFact,
    DataFormat,
    DataVolume,
    NetworkName,
    Port,
    Probe,
    Reload,
    Resources,
    ServerLook,
    ServiceSpec,
    Stop,
)
from components.postgres_roles import LOOK, SUPERUSER, declared, rename_remedy, roles_sql

PORT: Final = 5432
DATA_PATH: Final = "/var/lib/postgresql/data"
PASSWORD_FILE: Final = "superuser_password"  # noqa: S105 a file name
ROLES_FILE: Final = "roles.sql"
SECOND_SLOT: Final = "_b"
"""What the second of two alternating login roles ends with."""
SALT_BYTES: Final = 16
PSQL: Final = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--username", SUPERUSER)
"""Over the socket, which only processes of its container reach: no password is needed there."""

_MOVE: Final = "Set the earlier image again, or move the data: make move-data STACK={stack} SERVICE={service}"
DEFAULTS: Final[Mapping[str, str]] = {"jit": "off"}
"""What is not left to the server, and may be set. `jit`: PGDG's servers and Debian's 15 compile a query they take for a
dear one; the 16 that machines without a registry run cannot. The same query would take its time in one place only, and
those of these products are short."""
FORMATS: Final = (
    DataFormat(
        file_chain=(("PG_VERSION", r"^(\d+)"),),
        name="Postgres",
        otherwise="Its server would not start.",
        references={r"(?:postgres|pgvector)(?:-\d+)?:(?:\S*-pg)?(\d{1,2})(?!\d)": r"\1"},
        remedy=_MOVE,
        variable="PG_MAJOR",
    ),
    DataFormat(
        image_file=("/usr/lib/{triplet}/libc.so.6", r"GNU C Library .* release version (\d+\.\d+)"),
        name="the sorting order of C library",
        otherwise="Its indexes on text would be in another order than the server takes for granted, and miss rows.",
        references={"bookworm": "2.36", "trixie": "2.41", "alpine": "none"},
        remedy=_MOVE,
    ),
)
"""A new C library may sort words otherwise than the one an index was made with; another C library than GNU's does.

Source: https://www.postgresql.org/docs/16/collation.html#COLLATION-VERSIONS and https://wiki.postgresql.org/wiki/Locale_data_changes
"""

SHM_MIB: Final = 256
"""Parallel queries need more than Docker's 64 MiB."""


@dataclass(frozen=True, kw_only=True)
class PostgresArgs:
    """Settings of a server.

    Attributes:
        database: Database made at initialisation. A changed name is not a new database: it has to be renamed first.
        user: Role that consumers log in as; may change at any time.
        volume: Name of the data volume.
        aliases: Further network aliases.
        host_port: Port on the host's loopback; not published when None.
        major: Major version; data of one major is not read by another.
        max_connections: Connections the server accepts, 10 to 5000.
        password: The user's own password instead of a generated one.
        resources: Limits; `shared_buffers` is a quarter of the memory.
        rotation: How often the generated password has been rotated, 0 or more.
        settings: Further parameters, checked against `components.postgres_contract`. They stand in the command line, so
            none of them is secret.
    """

    database: str
    user: str
    volume: str
    aliases: Sequence[str] = ()
    host_port: int | None = None
    major: Literal[15, 16] = 16
    max_connections: int = 100
    password: str | None = field(default=None, repr=False)
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=512))
    rotation: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)


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
        child = pulumi.ResourceOptions(parent=self)
        superuser = secrets.generated(f"{name}-superuser", child)
        slots = secrets.slots(f"{name}-password", child, given=args.password, rotation=args.rotation)
        salt = secrets.salt(f"{name}-salt", SALT_BYTES, child)
        roles, look = _rendered(roles_sql, args, slots, salt), _rendered(declared, args, slots, salt)
        gates = engine.service(name, postgres_spec(name, args, superuser, roles, look), self)
        self.connection = PostgresConnection(
            database=args.database, host=name, password=slots.active, ready=gates, user=login_roles(args)[0]
        )
        self.register_outputs({"host": name, "port": PORT})


def login_roles(args: PostgresArgs) -> list[str]:
    """Returns the roles that may log in, the one in use first; a password of the user's own needs only one."""
    if args.password is not None:
        return [args.user]
    both = [args.user, args.user + SECOND_SLOT]
    return both if args.rotation % 2 == 0 else both[::-1]


def _rendered(
    render: Callable[[str, Mapping[str, str]], str], args: PostgresArgs, slots: secrets.Slots, salt: pulumi.Output[str]
) -> pulumi.Output[str]:
    def apply(values: list[Any]) -> str:
        salt_base64, *passwords = values
        verifiers = [secrets.scram_verifier(password, salt_base64) for password in passwords]
        return render(args.database, dict(zip(login_roles(args), verifiers, strict=True)))

    return pulumi.Output.secret(pulumi.Output.all(salt, *slots.accepted).apply(apply))


def postgres_spec(
    name: str,
    args: PostgresArgs,
    superuser: pulumi.Input[str],
    roles: pulumi.Input[str],
    declared_roles: pulumi.Input[str],
) -> ServiceSpec:
    """Returns the description of a server."""
    settings = sorted({**DEFAULTS, **args.settings}.items())
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
            # The official image's own; said because a build of the server may have been made for another folder.
            *("-c", "unix_socket_directories=/var/run/postgresql"),
            *(part for name, value in settings for part in ("-c", f"{name}={value}")),
        ),
        environment={
            "POSTGRES_DB": args.database,
            "POSTGRES_INITDB_ARGS": "--data-checksums",
            "POSTGRES_PASSWORD_FILE": f"{FILES_ROOT}/{name}/{PASSWORD_FILE}",
            "POSTGRES_USER": SUPERUSER,
        },
        # The address matters: during initialisation a server answers on its socket only, and is not the real one yet.
        health=Probe(
            budget_seconds=120,
            command=("pg_isready", "-q", "-h", "127.0.0.1", "-U", SUPERUSER, "-d", args.database),
            start_period_seconds=60,
        ),
        facts={
            "database": DataFact(
                command=(*PSQL, "--dbname", "postgres", "--command", _fails_without(args.database)),
                refusal=f"{name}: there is no database {args.database} in its data. {rename_remedy(args.database)}",
                value=args.database,
            )
        },
        image=f"postgres-{args.major}",
        look=ServerLook(
            command=(*PSQL, "--dbname", "postgres", "--no-align", "--tuples-only", "--command", LOOK),
            declared=declared_roles,
        ),
        networks=frozenset(networks),
        ports=ports,
        resources=args.resources,
        # Over the socket, which only processes of this container reach: no password is needed there.
        reload=Reload(
            at_start=True,
            command=(*PSQL, "--dbname", args.database, "--file", f"{FILES_ROOT}/{name}/{ROLES_FILE}"),
            files=frozenset({ROLES_FILE}),
            hint=rename_remedy(args.database),
        ),
        secret_files={PASSWORD_FILE: superuser, ROLES_FILE: roles},
        shm_mib=SHM_MIB,
        # SIGINT is Postgres' fast shutdown: sessions are ended, everything is written.
        stop=Stop(signal="SIGINT", grace_seconds=60),
        user=lock.user(f"postgres-{args.major}"),
        volumes=(DataVolume(formats=FORMATS, name=args.volume, path=DATA_PATH),),
        writable={"/tmp": 64, "/var/run/postgresql": 8},  # noqa: S108 inside the container
    )


def _fails_without(database: str) -> str:
    """Returns a statement that fails where there is no such database: psql exits with 1 then, and with 2 unanswered."""
    return f"SELECT 1 / count(*) FROM pg_database WHERE datname = '{database}'"  # noqa: S608 a checked identifier
