"""Versity S3 Gateway: an S3 server of one program on one volume, where MinIO cannot or shall not run.

Owns the container, its data volume, its list of users and their generated keys. Deliberately not: making the bucket,
which is the job in `components.versitygw_bucket`; a console, which it is started without.

Under Apache-2.0. Objects are files below `objects/<bucket>`, and what S3 says of them lies beside these below
`metadata`: in attributes of the files, its default, it would be lost by whoever copies the volume without them.

Users are read from a file at every request, so a changed key needs no restart. The one user that cannot be declared
there, root, comes from the environment: each start makes up a key for it that nobody is told. Whoever administers the
server is the declared `admin`.

Source: https://github.com/versity/versitygw/blob/v1.8.0/cmd/versitygw/main.go (lines 203-895, variables),
cmd/internal/gwcli/posix.go (lines 51-172, backend), auth/iam_internal.go (line 27, users.json), s3api/server.go
(line 147, health), docker-entrypoint.sh (which is not used), Dockerfile (line 24, alpine: a shell and busybox)
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock, secrets
from components.base.engines.containers import ContainersEngine
from components.base.s3 import S3Connection, VersitygwConnection, alternating, refuse_bucket
from components.base.spec import FILES_ROOT, DataVolume, NetworkName, Port, Probe, Reload, Resources, ServiceSpec, Stop
from components.versitygw_bucket import DATA_PATH, bucket_spec

PORT: Final = 9000
ANY_VERSION: Final = "objects are plain files, and what is said of each lies in a file beside it"
ADMIN: Final = "admin"
USERS_FILE: Final = "users.json"
"""Its name is the server's own. Source: https://github.com/versity/versitygw/blob/v1.8.0/auth/iam_internal.go"""

MEMORY_SHARE: Final = 0.9
"""Of the memory limit: Go's collector works harder from there on, instead of being killed at the limit."""

START: Final = f"""mkdir -p {DATA_PATH}/objects {DATA_PATH}/metadata
export ROOT_ACCESS_KEY_ID=nobody ROOT_SECRET_ACCESS_KEY="$(head -c 24 /dev/urandom | base64)"
exec versitygw posix {DATA_PATH}/objects"""


@dataclass(frozen=True, kw_only=True)
class VersitygwArgs:
    """Settings of a server with one bucket.

    Attributes:
        bucket: Its bucket: 3 to 63 lower-case letters, digits and hyphens. A changed name is a new, empty bucket.
        aliases: Further network aliases.
        host_port: Port on the host's loopback; not published when None.
        region: Region requests are signed for.
        resources: Limits.
        rotation: How often the user's generated key has been rotated, 0 or more.
        user: The bucket's user; a second one, with the ending of the second slot, alternates with it, so that links the
            earlier one signed stay good.
        volume: Name of the data volume.
    """

    bucket: str
    aliases: Sequence[str] = ()
    host_port: int | None = None
    region: str = "us-east-1"
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=256))
    rotation: int = 0
    user: str = "app"
    volume: str = "versitygw_data"

    def __post_init__(self) -> None:
        """Refuses names the server would refuse, or that would be somebody else.

        Raises:
            ValueError: The bucket or the user has a name that cannot be.
        """
        refuse_bucket(self.bucket, self.user, ADMIN)


@final
class Versitygw(pulumi.ComponentResource):
    """A server, its bucket and the job that makes it.

    Attributes:
        admin_key: Key of the user `admin`, who may do everything, secret.
        connection: What consumers of the bucket use.
    """

    admin_key: pulumi.Output[str]
    connection: S3Connection

    def __init__(self, name: str, args: VersitygwArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the server and the job.

        Args:
            name: Service name and first network alias; the job's name begins with it.
            args: Settings.
            engine: Where they run.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Versitygw", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.admin_key = secrets.generated(f"{name}-admin", child)
        slots = secrets.slots(f"{name}-{args.user}", child, rotation=args.rotation)
        names = alternating(args.user, args.rotation)
        keys = dict(zip(names, slots.accepted, strict=True))
        gates = engine.service(name, versitygw_spec(name, args, users({ADMIN: self.admin_key, **keys})), self)
        server = VersitygwConnection(admin=ADMIN, admin_key=self.admin_key, host=name, ready=gates, region=args.region)
        job = engine.job(f"{name}-bucket", bucket_spec(f"{name}-bucket", args.bucket, server, keys), self)
        self.connection = S3Connection(
            access_key=names[0],
            bucket=args.bucket,
            host=f"{name}.internal",
            port=PORT,
            ready=(job,),
            region=args.region,
            secret_key=slots.active,
        )
        self.register_outputs({"bucket": args.bucket, "host": name, "port": PORT})


def versitygw_spec(name: str, args: VersitygwArgs, users_json: pulumi.Input[str]) -> ServiceSpec:
    """Returns the description of a server."""
    ports = [] if args.host_port is None else [Port(internal=PORT, external=args.host_port)]
    # Media is fetched by links, which applications on `edge` open themselves.
    networks: set[NetworkName] = {"data", "edge", *(("publish",) if ports else ())}
    asks = ("wget", "-q", "-T", "4", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/health")
    return ServiceSpec(
        aliases=args.aliases,
        command=("-euc", START),
        entrypoint=("sh",),
        environment={
            "GOMEMLIMIT": f"{int(args.resources.memory_mib * MEMORY_SHARE)}MiB",
            # Who may do what is the bucket's policy alone.
            "VGW_DISABLE_ACL": "true",
            "VGW_HEALTH": "/health",
            "VGW_IAM_CACHE_DISABLE": "true",
            "VGW_IAM_DIR": f"{FILES_ROOT}/{name}",
            "VGW_KEEP_ALIVE": "true",
            "VGW_META_SIDECAR": f"{DATA_PATH}/metadata",
            "VGW_PORT": f":{PORT}",
            # Each line of its log would name an object, and with it a person's number.
            "VGW_QUIET": "true",
            "VGW_REGION": args.region,
        },
        health=Probe(command=asks, interval_seconds=15, start_period_seconds=20),
        image="versitygw",
        networks=frozenset(networks),
        ports=ports,
        # There is nothing to tell it: it reads the file at the next request.
        reload=Reload(command=("true",), files=frozenset({USERS_FILE})),
        resources=args.resources,
        secret_files={USERS_FILE: users_json},
        stop=Stop(grace_seconds=30),
        user=lock.user("versitygw"),
        volumes=(DataVolume(formats=ANY_VERSION, name=args.volume, path=DATA_PATH),),
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )


def users(keys: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[str]:
    """Returns the server's list of users.

    Args:
        keys: User to key; `ADMIN` may do everything, the others what a bucket's policy grants them.
    """
    return pulumi.Output.all(**keys).apply(_users)


def _users(keys: Mapping[str, str]) -> str:
    accounts = {
        user: {"access": user, "role": "admin" if user == ADMIN else "user", "secret": key}
        for user, key in keys.items()
    }
    return json.dumps({"accessAccounts": accounts}, indent=1)
