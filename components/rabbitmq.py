"""RabbitMQ: one broker, one virtual host, one user for its consumers and one for its console.

Owns the container, its data volume, its definitions and the generated passwords. Deliberately not: queues and
exchanges, which the applications declare; clustering.

Source: https://www.rabbitmq.com/docs/definitions and /configure; `*_FILE` variables end the official image's start.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final, final

import pulumi

from components.base import lock, secrets
from components.base.connections import RabbitConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import (
    FILES_ROOT,
    DataVolume,
    NetworkName,
    Port,
    Probe,
    Reload,
    Resources,
    ServiceSpec,
    Stop,
)

CONSOLE_PORT: Final = 15672
ADMIN: Final = "admin"
SALT_BYTES: Final = 4
CONFIG_FILE: Final = "broker.conf"
DEFINITIONS_FILE: Final = "definitions.json"
SECOND_SLOT: Final = "_b"
"""What the second of two alternating users ends with."""

MEMORY_SHARE: Final = 0.6
"""Of the memory limit: publishers are held back beyond it. Given in bytes, because the broker may see the host's."""


@dataclass(frozen=True, kw_only=True)
class RabbitMqArgs:
    """Settings of a broker.

    Attributes:
        vhost: Virtual host.
        volume: Name of the data volume.
        host_port: Port of the console on the host's loopback; not published when None.
        password: The user's own password instead of a generated one.
        resources: Limits.
        rotation: How often the generated password has been rotated, 0 or more.
        user: User that consumers log in as.
    """

    vhost: str
    volume: str
    host_port: int | None = None
    password: str | None = field(default=None, repr=False)
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=512, cpus=1, pids=512))
    rotation: int = 0
    user: str = "app"


@final
class RabbitMq(pulumi.ComponentResource):
    """A RabbitMQ broker.

    Attributes:
        admin_password: Password of the console's user `admin`, secret.
        connection: What consumers use.
    """

    admin_password: pulumi.Output[str]
    connection: RabbitConnection

    def __init__(self, name: str, args: RabbitMqArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the broker.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:RabbitMq", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.admin_password = secrets.generated(f"{name}-admin", child)
        slots = secrets.slots(f"{name}-password", child, given=args.password, rotation=args.rotation)
        salt = secrets.salt(f"{name}-salt", SALT_BYTES, child)
        wanted = pulumi.Output.all(salt, self.admin_password, *slots.accepted)
        rendered: pulumi.Output[str] = wanted.apply(lambda known: _definitions(args, known))
        gates = engine.service(name, rabbitmq_spec(name, args, pulumi.Output.secret(rendered)), self)
        self.connection = RabbitConnection(
            host=name, password=slots.active, ready=gates, user=users(args)[0], vhost=args.vhost
        )
        self.register_outputs({"host": name})


def users(args: RabbitMqArgs) -> list[str]:
    """Returns the users of consumers, the one in use first; a password of the user's own needs only one."""
    if args.password is not None:
        return [args.user]
    both = [args.user, args.user + SECOND_SLOT]
    return both if args.rotation % 2 == 0 else both[::-1]


def _definitions(args: RabbitMqArgs, known: list[Any]) -> str:
    salt, admin, *passwords = known
    hashes = {ADMIN: secrets.rabbitmq_hash(admin, salt)}
    hashes |= {
        user: secrets.rabbitmq_hash(password, salt) for user, password in zip(users(args), passwords, strict=True)
    }
    return definitions(args.vhost, hashes)


def definitions(vhost: str, hashes: dict[str, str]) -> str:
    """Returns the definitions file: users with hashes of their passwords, the virtual host, and who may use it.

    Args:
        vhost: Virtual host.
        hashes: User to hash; `admin` may administer, the others use.
    """
    everything = {"configure": ".*", "read": ".*", "write": ".*"}
    content = {
        "permissions": [{**everything, "user": user, "vhost": vhost} for user in sorted(hashes)],
        "users": [
            {
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "name": user,
                "password_hash": hashes[user],
                "tags": "administrator" if user == ADMIN else "",
            }
            for user in sorted(hashes)
        ],
        "vhosts": [{"name": vhost}],
    }
    return json.dumps(content, indent=1, sort_keys=True)


def rabbitmq_spec(name: str, args: RabbitMqArgs, definitions_json: pulumi.Input[str]) -> ServiceSpec:
    """Returns the description of a broker."""
    files = f"{FILES_ROOT}/{name}"
    networks: set[NetworkName] = {"data"}
    ports: list[Port] = []
    if args.host_port is not None:
        networks.add("publish")
        ports.append(Port(internal=CONSOLE_PORT, external=args.host_port))
    return ServiceSpec(
        environment={"RABBITMQ_CONFIG_FILES": f"{files}/*.conf"},
        files={CONFIG_FILE: config(files, args)},
        # By protocol: the broker's own tools start a whole Erlang machine at every check.
        health=Probe(
            budget_seconds=120,
            command=("bash", "-c", _GREETING),
            start_period_seconds=60,
        ),
        # The node's name, and with it the data folder, is made from the host name.
        hostname=name,
        image="rabbitmq",
        networks=frozenset(networks),
        ports=ports,
        reload=Reload(
            command=("rabbitmqctl", "--quiet", "import_definitions", f"{files}/{DEFINITIONS_FILE}"),
            files=frozenset({DEFINITIONS_FILE}),
        ),
        resources=args.resources,
        secret_files={DEFINITIONS_FILE: definitions_json},
        stop=Stop(grace_seconds=60),
        user=lock.user("rabbitmq"),
        volumes=(DataVolume(name=args.volume, path="/var/lib/rabbitmq"),),
        writable={"/tmp": 64, "/var/log/rabbitmq": 16},  # noqa: S108 inside the container
    )


# A broker that takes the protocol's header answers with a frame.
_GREETING: Final = r"exec 3<>/dev/tcp/127.0.0.1/5672 && printf 'AMQP\0\0\x09\x01' >&3 && read -r -N 1 -t 3 <&3"


def config(files: str, args: RabbitMqArgs) -> str:
    """Returns the configuration file; every line is understood by 3.10 and later.

    Args:
        files: Folder of the service's files.
        args: Settings.
    """
    lines = {
        "disk_free_limit.absolute": "1GB",
        "load_definitions": f"{files}/{DEFINITIONS_FILE}",
        "log.console": "true",
        "log.console.level": "info",
        "vm_memory_high_watermark.absolute": f"{int(args.resources.memory_mib * MEMORY_SHARE)}MiB",
    }
    return "".join(f"{key} = {value}\n" for key, value in lines.items())
