"""Redis: its append-only file is written anew as plain commands, which versions have in common.

Source: `aof-use-rdb-preamble` in redis.conf of 7.2.6; `rewriteAppendOnlyFile` in its src/aof.c.
"""

import time
from typing import Final

from docker.models.containers import Container

from operations.moving.workshop import PAUSE_SECONDS, MoveFailedError, Server, Workshop

PATH: Final = "/data"
PROTOCOL_SOCKET: Final = "/tmp/redis.sock"  # noqa: S108 inside the container
CLIENT: Final = ("redis-cli", "-s", PROTOCOL_SOCKET)
REWRITE_SECONDS: Final = 1800
READY: Final = ("sh", "-c", f'test "$(redis-cli -s {PROTOCOL_SOCKET} ping)" = PONG')


def move(workshop: Workshop, data: str, *, old: str, new: str, service: str) -> str:  # noqa: ARG001 as every move
    """Returns a volume with data that the new version takes.

    Args:
        workshop: Where it is done.
        data: Volume of the data, which is only read.
        old: Image that takes the data.
        new: Image to be.
        service: Service name.

    Raises:
        MoveFailedError: A server failed, or the new one does not find every key.
    """
    target = workshop.volume("moved")
    workshop.copy(data, target, old)
    with workshop.server(_server(old, target, "--aof-use-rdb-preamble", "no")) as server:
        before = keys(workshop, server)
        workshop.tell(f"{sum(before.values())} keys are written as commands by {old}")
        workshop.run(server, [*CLIENT, "BGREWRITEAOF"])
        _await_rewrite(workshop, server)
    with workshop.server(_server(new, target)) as server:
        after = keys(workshop, server)
    if _fewer(before, after):
        raise MoveFailedError(f"{new} has found {after} instead of {before} (database to keys)")
    workshop.tell(f"{sum(after.values())} keys are read by {new}")
    return target


def _server(image: str, data: str, *more: str) -> Server:
    """Returns a server that nobody reaches, on an append-only file."""
    options = ("--appendonly", "yes", "--dir", PATH, "--port", "0", "--save", "", "--unixsocket", PROTOCOL_SOCKET)
    return Server(command=("redis-server", *options, *more), data=data, image=image, path=PATH, ready=READY)


def keys(workshop: Workshop, server: Container) -> dict[str, int]:
    """Returns how many keys of each database expire at no time, and so cannot vanish between two counts.

    Args:
        workshop: Where it runs.
        server: The server.
    """
    lines = workshop.run(server, [*CLIENT, "INFO", "keyspace"]).split()
    rows = (line.partition(":") for line in lines if line.startswith("db"))
    counts = {name: dict(pair.split("=") for pair in values.split(",")) for name, _, values in rows}
    return {name: int(row["keys"]) - int(row["expires"]) for name, row in counts.items()}


def _fewer(before: dict[str, int], after: dict[str, int]) -> bool:
    return any(after.get(name, 0) != count for name, count in before.items())


def _await_rewrite(workshop: Workshop, server: Container) -> None:
    deadline = time.monotonic() + REWRITE_SECONDS
    while True:
        text = workshop.run(server, [*CLIENT, "INFO", "persistence"])
        found = dict(line.strip().partition(":")[::2] for line in text.splitlines())
        busy = found["aof_rewrite_in_progress"] == "1" or found["aof_rewrite_scheduled"] == "1"
        if not busy:
            break
        if time.monotonic() > deadline:
            raise MoveFailedError(f"the append-only file was not written anew within {REWRITE_SECONDS} s")
        time.sleep(PAUSE_SECONDS)
    if found["aof_last_bgrewrite_status"] != "ok":
        raise MoveFailedError(f"the append-only file could not be written anew: {found['aof_last_bgrewrite_status']}")
