"""RabbitMQ: a new broker takes the old one's definitions, then its messages, queue by queue and in their order.

The messages go by the broker's own shovel, which takes a message off the old queue when the new one has it on disk.

Source: https://www.rabbitmq.com/docs/blue-green-upgrade, /shovel-dynamic and /definitions
"""

import base64
import json
import secrets as random
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from docker.models.containers import Container

from components.base.secrets import rabbitmq_hash
from components.rabbitmq import SALT_BYTES
from operations.moving.workshop import FILES_PATH, PAUSE_SECONDS, MoveFailedError, Server, Workshop

PATH: Final = "/var/lib/rabbitmq"
USER: Final = "zapstack-move"
STALL_SECONDS: Final = 120
"""Longest time without a message that arrives."""

READY: Final = ("rabbitmqctl", "--quiet", "await_startup", "--timeout", "10")
CTL: Final = ("rabbitmqctl", "--quiet")
LIMITS: Final = "vm_memory_high_watermark.absolute = 600MiB\nmax_message_size = 536870912\n"
"""The size is the largest that versions take: the old broker may have let through more than the new one does."""

GIVEN: Final = {"limits.conf": LIMITS, "plugins": "[rabbitmq_shovel]."}

Counts = dict[tuple[str, str], int]
"""Virtual host and queue to its messages."""

Definitions = dict[str, Any]
"""What `rabbitmqctl export_definitions` prints."""


def move(workshop: Workshop, data: str, *, old: str, new: str, service: str) -> str:
    """Returns a volume with data that the new version takes.

    Args:
        workshop: Where it is done.
        data: Volume of the data, which is only read.
        old: Image that takes the data.
        new: Image to be.
        service: Service name, from which the node has its name.

    Raises:
        MoveFailedError: A broker failed, or the new one has not got every message.
    """
    source, target, extra = (workshop.volume(role) for role in ("moving", "moved", "files"))
    workshop.copy(data, source, old)
    workshop.own(target, old)
    workshop.own(extra, old, GIVEN)
    with workshop.network() as network:
        plan = Server(
            command=("docker-entrypoint.sh", "rabbitmq-server"),
            data=source,
            environment={
                "RABBITMQ_CONFIG_FILES": f"{FILES_PATH}/*.conf",
                "RABBITMQ_ENABLED_PLUGINS_FILE": f"{FILES_PATH}/plugins",
            },
            extra=extra,
            hostname=service,
            image=old,
            network=network,
            path=PATH,
            ready=READY,
            writable=("/tmp", "/var/log/rabbitmq"),  # noqa: S108 inside the containers
        )
        with workshop.server(plan) as leaving:
            definitions = json.loads(workshop.run(leaving, [*CTL, "export_definitions", "-"]))
            refuse_streams(definitions)
            address = leaving.attrs["NetworkSettings"]["Networks"][network]["IPAddress"]
            before = _counts(workshop, leaving, definitions)
            workshop.own(extra, old, {**GIVEN, **files(definitions, before, address)})
            with workshop.server(replace(plan, data=target, image=new)) as coming:
                _hand_over(workshop, leaving, coming, definitions)
    return target


def files(definitions: Definitions, queues: Iterable[tuple[str, str]], address: str) -> dict[str, str]:
    """Returns the files of both brokers: a user by whom the old one's copy is read, everything else, the shovels.

    Args:
        definitions: The old broker's.
        queues: Virtual host and name of each queue with messages.
        address: Where the old one is.
    """
    password, salt = random.token_hex(16), base64.b64encode(random.token_bytes(SALT_BYTES)).decode()
    reader = {
        "permissions": [
            {"configure": "", "read": ".*", "user": USER, "vhost": row["name"], "write": ""}
            for row in definitions["vhosts"]
        ],
        "users": [
            {
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "name": USER,
                "password_hash": rabbitmq_hash(password, salt),
                "tags": "",
            }
        ],
    }
    shovels = [_shovel(vhost, name, f"amqp://{USER}:{password}@{address}:5672") for vhost, name in queues]
    rows = {"old": reader, "new": definitions, "shovels": {"parameters": shovels}}
    written = {f"{name}.json": json.dumps(content) for name, content in rows.items()}
    # Loaded and not imported: a broker that starts without definitions makes a user whose password everybody knows.
    return {**written, "new.conf": f"load_definitions = {FILES_PATH}/new.json\n"}


def _shovel(vhost: str, queue: str, address: str) -> dict[str, Any]:
    return {
        "component": "shovel",
        "name": queue,
        "value": {
            "ack-mode": "on-confirm",
            "dest-protocol": "amqp091",
            "dest-queue": queue,
            "dest-uri": f"amqp:///{quote(vhost, safe='')}",  # within the broker itself, which asks for no password
            "src-protocol": "amqp091",
            "src-queue": queue,
            "src-uri": f"{address}/{quote(vhost, safe='')}",
        },
        "vhost": vhost,
    }


def _hand_over(workshop: Workshop, leaving: Container, coming: Container, definitions: Definitions) -> None:
    """Moves definitions, then messages, and compares what has arrived."""
    for row in definitions["policies"]:  # or messages would go on expiring on the way
        workshop.run(leaving, [*CTL, "clear_policy", "--vhost", row["vhost"], row["name"]])
    before = _counts(workshop, leaving, definitions)
    workshop.run(leaving, [*CTL, "import_definitions", f"{FILES_PATH}/old.json"])
    workshop.tell(f"{sum(before.values())} messages in {len(before)} queues go from one broker to the other")
    workshop.run(coming, [*CTL, "import_definitions", f"{FILES_PATH}/shovels.json"])
    _await_empty(workshop, leaving, definitions)
    compare(workshop, definitions, before, _counts(workshop, coming, definitions))
    for vhost, name in before:
        workshop.run(coming, [*CTL, "clear_parameter", "--vhost", vhost, "shovel", name])


def refuse_streams(definitions: Definitions) -> None:
    """Refuses what a shovel cannot take along: messages of a stream stay where they are when they are read.

    Args:
        definitions: The broker's.

    Raises:
        MoveFailedError: There is a stream.
    """
    streams = [row["name"] for row in definitions["queues"] if row["arguments"].get("x-queue-type") == "stream"]
    if streams:
        raise MoveFailedError(f"streams cannot be moved: {', '.join(sorted(streams))}. Read and delete them first.")


def _counts(workshop: Workshop, broker: Container, definitions: Definitions) -> Counts:
    found: Counts = {}
    for vhost in sorted(row["name"] for row in definitions["vhosts"]):
        command = [*CTL, "list_queues", "--vhost", vhost, "--formatter", "json", "name", "messages"]
        for row in json.loads(workshop.run(broker, command)):
            found[(vhost, row["name"])] = int(row["messages"])
    return found


def _await_empty(workshop: Workshop, broker: Container, definitions: Definitions) -> None:
    left, since = -1, time.monotonic()
    while left:
        now = sum(_counts(workshop, broker, definitions).values())
        if now != left:
            left, since = now, time.monotonic()
        if time.monotonic() - since > STALL_SECONDS:
            raise MoveFailedError(f"{left} messages are left, and none has moved for {STALL_SECONDS} s")
        time.sleep(PAUSE_SECONDS)


def compare(workshop: Workshop, definitions: Definitions, before: Counts, after: Counts) -> None:
    """Tells how many messages have arrived.

    Args:
        workshop: Whom to tell.
        definitions: The broker's.
        before: Messages of the old broker's queues.
        after: Those of the new one's.

    Raises:
        MoveFailedError: One is missing in a queue in which none expires.
    """
    expiring = {(row["vhost"], row["name"]) for row in definitions["queues"] if "x-message-ttl" in row["arguments"]}
    short = {key: count - after.get(key, 0) for key, count in before.items() if after.get(key, 0) != count}
    if short.keys() - expiring:
        listed = "; ".join(f"{vhost} {name}: {count}" for (vhost, name), count in short.items())
        raise MoveFailedError(f"messages are missing after the move, by virtual host and queue: {listed}")
    expired = f", {sum(short.values())} have expired on the way" if short else ""
    workshop.tell(f"{sum(after.values())} messages have arrived{expired}")
