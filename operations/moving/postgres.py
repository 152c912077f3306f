"""Postgres: a new server takes what the old one's own tool writes out, roles, passwords and databases.

Indexes are made anew by it, in the order in which the new server sorts.

Source: https://www.postgresql.org/docs/16/app-pg-dumpall.html and /upgrading.html
"""

import secrets as random
from typing import Final

from docker.models.containers import Container

from components.postgres import DATA_PATH
from components.postgres_roles import SUPERUSER
from operations.moving.workshop import FILES_PATH, MoveFailedError, Server, Workshop

DUMP: Final = "zapstack-move.sql"
PASSWORD: Final = "zapstack-move"  # noqa: S105 a file name
PSQL: Final = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--username", SUPERUSER)
READY: Final = ("pg_isready", "-q", "-h", "127.0.0.1", "-U", SUPERUSER)
"""By its address: a server that is just being initialised answers on its socket only."""

ROWS: Final = """SELECT format('SELECT %L, count(*) FROM %I.%I', schemaname || '.' || tablename, schemaname, tablename)
FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY schemaname, tablename \\gexec
"""


def move(workshop: Workshop, data: str, *, old: str, new: str, service: str) -> str:  # noqa: ARG001 as every move
    """Returns a volume with data that the new version takes.

    Args:
        workshop: Where it is done.
        data: Volume of the data, which is only read.
        old: Image that takes the data.
        new: Image to be.
        service: Service name.

    Raises:
        MoveFailedError: A server failed, or the new one has not got every row.
    """
    source, target = workshop.volume("moving"), workshop.volume("moved")
    workshop.copy(data, source, old)
    workshop.own(source, old, {"rows.sql": ROWS, PASSWORD: random.token_hex(16)})
    workshop.own(target, old)
    with workshop.server(_server(old, source)) as server:
        before = rows(workshop, server, f"{DATA_PATH}/rows.sql")
        workshop.run(server, ["pg_dumpall", "--username", SUPERUSER, "--file", f"{DATA_PATH}/{DUMP}"])
        # The one role that a new server has already; everything else must succeed.
        workshop.run(server, ["sed", "-i", f"/^CREATE ROLE {SUPERUSER};$/d", f"{DATA_PATH}/{DUMP}"])
    workshop.tell(f"{sum(before.values())} rows in {len(before)} tables are written out by {old}")
    with workshop.server(_server(new, target, files=source)) as server:
        workshop.run(server, [*PSQL, "--output=/dev/null", "--file", f"{FILES_PATH}/{DUMP}", "postgres"])
        after = rows(workshop, server, f"{FILES_PATH}/rows.sql")
        compare(before, after)
        workshop.run(server, ["vacuumdb", "--username", SUPERUSER, "--all", "--analyze-only", "--quiet"])
    workshop.tell(f"{sum(after.values())} rows are read by {new}")
    return target


def _server(image: str, data: str, *, files: str = "") -> Server:
    return Server(
        command=("docker-entrypoint.sh", "postgres", "-c", "unix_socket_directories=/var/run/postgresql"),
        data=data,
        environment={
            # Of a server that is initialised here; the superuser's own password comes with the roles.
            "POSTGRES_INITDB_ARGS": "--data-checksums",
            "POSTGRES_PASSWORD_FILE": f"{FILES_PATH if files else DATA_PATH}/{PASSWORD}",
            "POSTGRES_USER": SUPERUSER,
        },
        extra=files,
        image=image,
        path=DATA_PATH,
        ready=READY,
        writable=("/tmp", "/var/run/postgresql"),  # noqa: S108 inside the container
    )


def rows(workshop: Workshop, server: Container, script: str) -> dict[str, int]:
    """Returns how many rows each table has, by database and table.

    Args:
        workshop: Where it runs.
        server: The server.
        script: Path of the file with `ROWS` in it.
    """
    listed = [*PSQL, "--no-align", "--tuples-only", "--dbname", "postgres", "--command"]
    found: dict[str, int] = {}
    for database in workshop.run(server, [*listed, "SELECT datname FROM pg_database WHERE datallowconn"]).split("\n"):
        if not database.strip():
            continue
        counting = [*PSQL, "--no-align", "--tuples-only", "--dbname", database.strip(), "--file", script]
        for line in filter(None, workshop.run(server, counting).split("\n")):
            table, _, count = line.strip().rpartition("|")
            found[f"{database.strip()} {table}"] = int(count)
    return found


def compare(before: dict[str, int], after: dict[str, int]) -> None:
    """Compares the rows of both servers.

    Args:
        before: Rows of each of the old server's tables.
        after: Those of the new one's.

    Raises:
        MoveFailedError: A table has not as many.
    """
    wrong = [f"{name}: {after.get(name, 0)} of {count}" for name, count in before.items() if after.get(name) != count]
    if wrong:
        raise MoveFailedError(f"rows are missing after the move: {'; '.join(wrong)}")
