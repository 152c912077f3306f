"""RabbitMQ: one broker, for each consumer a virtual host and a user of its own, and one user for its console.

Owns the container, its data volume, its definitions and the generated passwords. Deliberately not: queues and
exchanges, which the applications declare; clustering.

Source: https://github.com/docker-library/rabbitmq at 9193c1d (4.2.8), `4.2/ubuntu/Dockerfile:228` uid and gid, `:232`
folders that anybody may write, `:308` the cookie is in the data folder, `:319` the broker is the process that gets
SIGTERM; `4.2/ubuntu/docker-entrypoint.sh:5` another user than root keeps its uid, `:13` variables that end the start,
`*_FILE` among them; `4.2/ubuntu/management/Dockerfile:14` the console. https://github.com/rabbitmq/rabbitmq-server
v4.2.9, `deps/rabbit_common/src/rabbit_env.erl:587` our files in place of the image's, `deps/rabbit/src/rabbit.erl:1216`
no `guest` beside definitions, `deps/rabbit/Makefile:52` who may log in. https://www.rabbitmq.com/docs/definitions and
/configure
"""

import json
from collections.abc import Mapping, Sequence
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
    ServerLook,
    ServiceSpec,
    Stop,
)
from components.rabbitmq_data import data_format
from components.rabbitmq_definitions import CONSOLE_PORT, Definitions, declared, definitions, look_command

SALT_BYTES: Final = 4
ADMIN_FILE: Final = "admin_password"
CONFIG_FILE: Final = "broker.conf"
DEFINITIONS_FILE: Final = "definitions.json"
SECOND_SLOT: Final = "_b"
"""What the second of two alternating users ends with."""

MESSAGE_BYTES: Final = 16 * 1024 * 1024
"""Largest message, unless `max_message_size` is set: what 4 takes. 3.10 would take 128 MiB, and a publisher that works
with it would fail in production. Source: rabbitmq-server v4.2.9, `deps/rabbit/Makefile:111`; v3.10.8, line 119."""

MEMORY_SHARE: Final = 0.6
"""Of the memory limit: publishers are held back beyond it. Given in bytes, because the broker may see the host's."""


@dataclass(frozen=True, kw_only=True)
class RabbitConsumer:
    """One virtual host and the one user that may use it.

    Attributes:
        vhost: Virtual host.
        password: The user's own password instead of a generated one.
        queue_limit: Messages a queue holds; the oldest go first. None where nothing may be lost.
        user: User; a second one, with the ending of the second slot, alternates with it.
    """

    vhost: str
    password: str | None = field(default=None, repr=False)
    queue_limit: int | None = None
    user: str = "app"

    def users(self, rotation: int) -> list[str]:
        """Returns its users, the one in use first; a password of the user's own needs only one."""
        if self.password is not None:
            return [self.user]
        both = [self.user, self.user + SECOND_SLOT]
        return both if rotation % 2 == 0 else both[::-1]


@dataclass(frozen=True, kw_only=True)
class RabbitMqArgs:
    """Settings of a broker.

    Attributes:
        consumers: Who uses it, each with another user and another virtual host.
        volume: Name of the data volume.
        admin_password: The user's own password of the console's user `admin`.
        host_port: Port of the console on the host's loopback; not published when None.
        resources: Limits.
        rotation: How often the generated passwords have been rotated, 0 or more.
        settings: Further keys, checked against `components.rabbitmq_contract`; none of them is secret.
    """

    consumers: Sequence[RabbitConsumer]
    volume: str
    admin_password: str | None = field(default=None, repr=False)
    host_port: int | None = None
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=512, cpus=1, pids=512))
    rotation: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)


@final
class RabbitMq(pulumi.ComponentResource):
    """A RabbitMQ broker.

    Attributes:
        admin_password: Password of the console's user `admin`, secret.
        connections: Virtual host to what its consumer uses.
    """

    admin_password: pulumi.Output[str]
    connections: Mapping[str, RabbitConnection]

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
        self.admin_password = secrets.single(f"{name}-admin", child, given=args.admin_password)
        slots = {
            consumer.vhost: secrets.slots(
                f"{name}-{consumer.vhost}-password", child, given=consumer.password, rotation=args.rotation
            )
            for consumer in args.consumers
        }
        salt = secrets.salt(f"{name}-salt", SALT_BYTES, child)
        accepted = {vhost: found.accepted for vhost, found in slots.items()}
        wanted: pulumi.Output[list[Any]] = pulumi.Output.all(salt, self.admin_password, accepted)
        content: pulumi.Output[Definitions] = pulumi.Output.secret(wanted.apply(lambda every: _content(args, *every)))
        told, look = content.apply(json.dumps), content.apply(declared)
        gates = engine.service(name, rabbitmq_spec(name, args, self.admin_password, told, look), self)
        self.connections = {
            consumer.vhost: RabbitConnection(
                host=name,
                password=slots[consumer.vhost].active,
                ready=gates,
                user=consumer.users(args.rotation)[0],
                vhost=consumer.vhost,
            )
            for consumer in args.consumers
        }
        self.register_outputs({"host": name})


def _content(args: RabbitMqArgs, salt: str, admin: str, passwords: Mapping[str, Sequence[str]]) -> Definitions:
    hashes = {
        vhost: dict(zip(users, (secrets.rabbitmq_hash(password, salt) for password in passwords[vhost]), strict=True))
        for vhost, users in _users(args).items()
    }
    return definitions(secrets.rabbitmq_hash(admin, salt), hashes, _limits(args))


def _without_hashes(args: RabbitMqArgs) -> Definitions:
    return definitions("", {vhost: dict.fromkeys(users, "") for vhost, users in _users(args).items()}, _limits(args))


def _users(args: RabbitMqArgs) -> Mapping[str, Sequence[str]]:
    return {consumer.vhost: consumer.users(args.rotation) for consumer in args.consumers}


def _limits(args: RabbitMqArgs) -> Mapping[str, int]:
    return {row.vhost: row.queue_limit for row in args.consumers if row.queue_limit is not None}


def rabbitmq_spec(
    name: str,
    args: RabbitMqArgs,
    admin_password: pulumi.Input[str],
    definitions_json: pulumi.Input[str],
    declared_json: pulumi.Input[str],
) -> ServiceSpec:
    """Returns the description of a broker.

    Args:
        name: Service name.
        args: Settings.
        admin_password: Password of the console's user.
        definitions_json: Its definitions.
        declared_json: The same as a look compares them.
    """
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
        look=ServerLook(
            command=look_command(_without_hashes(args), f"{files}/{ADMIN_FILE}"),
            declared=declared_json,
        ),
        networks=frozenset(networks),
        ports=ports,
        reload=Reload(
            command=("rabbitmqctl", "--quiet", "import_definitions", f"{files}/{DEFINITIONS_FILE}"),
            files=frozenset({ADMIN_FILE, DEFINITIONS_FILE}),
        ),
        resources=args.resources,
        secret_files={ADMIN_FILE: admin_password, DEFINITIONS_FILE: definitions_json},
        stop=Stop(grace_seconds=60),
        user=lock.user("rabbitmq"),
        volumes=(DataVolume(formats=(data_format(name),), name=args.volume, path="/var/lib/rabbitmq"),),
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
        # 4 adds one that asks for no password; it lets in `guest`, whom these definitions do not have.
        "auth_mechanisms.1": "PLAIN",
        "auth_mechanisms.2": "AMQPLAIN",
        "disk_free_limit.absolute": "1GB",
        "load_definitions": f"{files}/{DEFINITIONS_FILE}",
        "log.console": "true",
        "log.console.level": "info",
        "max_message_size": MESSAGE_BYTES,
        "vm_memory_high_watermark.absolute": f"{int(args.resources.memory_mib * MEMORY_SHARE)}MiB",
        **args.settings,
    }
    return "".join(f"{key} = {value}\n" for key, value in sorted(lines.items()))
