"""MinIO: one server of object storage on one volume, with its console.

Owns the container, its data volume and the root user's password. Deliberately not: buckets and the users that may use
them, which are in `components.minio_bucket`; several servers or disks.

Its project has ended: the last published image is of September 2025. Any other S3 server can take its place, because
consumers are given an `S3Connection` and nothing else; `components.versitygw` is one.

Source: https://github.com/minio/minio RELEASE.2025-09-07T16-13-09Z, `Dockerfile.release:37` a base without grep, sed
and awk, `:49` usual names of secrets, `:62` mc and curl, `:70` a volume without a directory of its own; no user but
root's; `dockerscripts/docker-entrypoint.sh:5` a subcommand as the command, `:20` any uid;
`internal/config/constants.go:37` the root user's files, `:55` region, `:80` updates; `cmd/healthcheck-router.go:28`
health paths; `cmd/signals.go:33` its last minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock, secrets
from components.base.engines.containers import ContainersEngine
from components.base.s3 import USER_MIN, MinioConnection
from components.base.spec import FILES_ROOT, DataVolume, NetworkName, Port, Probe, Resources, ServiceSpec, Stop

S3_PORT: Final = 9000
CONSOLE_PORT: Final = 9001
DATA_PATH: Final = "/data"
ANY_VERSION: Final = "servers of 2025-09 and 2026-02 take each other's data; its format has a version for each object"
USER_FILE: Final = "root_user"
PASSWORD_FILE: Final = "root_password"  # noqa: S105 a file name

MEMORY_SHARE: Final = 0.9
"""Of the memory limit: Go's collector works harder from there on, instead of being killed at the limit."""


@dataclass(frozen=True, kw_only=True)
class MinioArgs:
    """Settings of a server.

    Attributes:
        aliases: Further network aliases.
        console_host_port: Port of the console on the host's loopback; not published when None.
        region: Region requests are signed for.
        resources: Limits; how many requests are served at a time follows from the memory.
        root_password: The user's own password of the root user instead of a generated one; acts at every start.
        root_user: Name of the root user, 3 characters or more.
        s3_host_port: Port of the S3 interface on the host's loopback; not published when None.
        settings: Further variables, checked against `components.minio_contract`; none of them is secret.
        volume: Name of the data volume.
    """

    aliases: Sequence[str] = ()
    console_host_port: int | None = None
    region: str = "us-east-1"
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=512))
    root_password: str | None = field(default=None, repr=False)
    root_user: str = "root"
    s3_host_port: int | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    volume: str = "minio_data"

    def __post_init__(self) -> None:
        """Refuses what the server would refuse after everything before it has been started.

        Raises:
            ValueError: The root user's name is too short.
        """
        if len(self.root_user) < USER_MIN:
            raise ValueError(
                f"root user {self.root_user!r} of MinIO: the server would not start. "
                f"Give a name of {USER_MIN} characters or more"
            )


@final
class Minio(pulumi.ComponentResource):
    """A MinIO server.

    Attributes:
        connection: What jobs use; consumers are given a bucket.
    """

    connection: MinioConnection

    def __init__(self, name: str, args: MinioArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the server.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Minio", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        password = secrets.single(f"{name}-root", child, given=args.root_password)
        gates = engine.service(name, minio_spec(name, args, password), self)
        self.connection = MinioConnection(
            host=name, ready=gates, region=args.region, root_password=password, root_user=args.root_user
        )
        self.register_outputs({"host": name, "port": S3_PORT})


def minio_spec(name: str, args: MinioArgs, root_password: pulumi.Input[str]) -> ServiceSpec:
    """Returns the description of a server."""
    files = f"{FILES_ROOT}/{name}"
    published = {CONSOLE_PORT: args.console_host_port, S3_PORT: args.s3_host_port}
    ports = [Port(internal=port, external=host) for port, host in published.items() if host is not None]
    # Media is fetched by links, which applications on `edge` open themselves.
    networks: set[NetworkName] = {"data", "edge"}
    if ports:
        networks.add("publish")
    return ServiceSpec(
        aliases=args.aliases,
        command=("server", DATA_PATH, "--address", f":{S3_PORT}", "--console-address", f":{CONSOLE_PORT}"),
        environment={
            **args.settings,
            "GOMEMLIMIT": f"{int(args.resources.memory_mib * MEMORY_SHARE)}MiB",
            "MINIO_ROOT_PASSWORD_FILE": f"{files}/{PASSWORD_FILE}",
            "MINIO_ROOT_USER_FILE": f"{files}/{USER_FILE}",
            "MINIO_SITE_REGION": args.region,
            # There is nothing to find any more, and no way out to look.
            "MINIO_UPDATE": "off",
        },
        health=Probe(command=_asks("live"), interval_seconds=15, start_period_seconds=20),
        image="minio",
        networks=frozenset(networks),
        ports=ports,
        readiness=Probe(command=_asks("cluster")),
        resources=args.resources,
        secret_files={PASSWORD_FILE: root_password, USER_FILE: args.root_user},
        # It waits up to a minute for repairs that are going on.
        stop=Stop(grace_seconds=75),
        user=lock.user("minio"),
        volumes=(DataVolume(formats=ANY_VERSION, name=args.volume, path=DATA_PATH),),
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )


def _asks(what: str) -> tuple[str, ...]:
    """Returns a command that succeeds when the server lives, or when it can write (`cluster`)."""
    return ("curl", "-fsS", "-o", "/dev/null", f"http://127.0.0.1:{S3_PORT}/minio/health/{what}")
