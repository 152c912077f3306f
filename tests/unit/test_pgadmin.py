"""pgAdmin: servers listed, passwords in a file, a login that follows its declaration."""

import ast
import json

import pytest

from components.base.connections import PostgresConnection
from components.pgadmin import PgAdminArgs, passwords_line, pgadmin_spec, servers
from tests.recorder import SECRET
from tests.unit.storage import NO_OUTPUT, graph


def database(host: str = "db", port: int = 5432) -> PostgresConnection:
    """Returns a connection."""
    return PostgresConnection(database="shop", host=host, password=NO_OUTPUT, port=port, ready=(), user="shop")


SPEC = pgadmin_spec("pgadmin", PgAdminArgs(databases=(database(),), host_port=5051), "login", "passwords")


def test_every_database_is_listed_with_the_password_file() -> None:
    """Nothing is typed, and the list itself holds no password."""
    listed = json.loads(servers((database(), database("evolution-postgres", 5433))))["Servers"]
    assert [(row["Name"], row["Port"], row["Username"]) for row in listed.values()] == [
        ("db", 5432, "shop"),
        ("evolution-postgres", 5433, "shop"),
    ]
    assert {row["PassFile"] for row in listed.values()} == {"/.pgpass"}
    assert {row["MaintenanceDB"] for row in listed.values()} == {"shop"}


@pytest.mark.parametrize(("password", "written"), [("plain", "plain"), ("a:b", "a\\:b"), ("a\\b", "a\\\\b")])
def test_the_password_file_is_what_libpq_reads(password: str, written: str) -> None:
    """Colons separate its fields."""
    assert passwords_line(database(), password) == f"db:5432:*:shop:{written}\n"


def test_the_file_and_the_login_are_taken_without_a_replacement() -> None:
    """They are read at the first start only, so they are applied at every later one, too."""
    assert SPEC.reload is not None
    assert SPEC.reload.at_start
    assert SPEC.reload.files == SPEC.secret_files.keys()
    assert graph().one("Prepare", "pgadmin-prepare").inputs["secret_files"] == SECRET


def test_what_is_applied_has_no_secret_among_its_arguments() -> None:
    """It is told where the files are; and it is Python."""
    assert SPEC.reload is not None
    *_, program, files, email = SPEC.reload.command
    assert (files, email) == ("/run/secrets/pgadmin", "admin@example.com")
    ast.parse(program)


def test_its_memory_holds_the_server_and_the_reload_beside_it() -> None:
    """Measured at 342 MiB with kept byte code, and killed within 384 without it."""
    assert SPEC.resources.memory_mib >= 512


def test_settings_are_python() -> None:
    """PgAdmin pastes them into a module: a word without quotes would end its start."""
    values = {name: text for name, text in SPEC.environment.items() if name.startswith("PGADMIN_CONFIG_")}
    assert {name: ast.literal_eval(text) for name, text in values.items()} == {
        "PGADMIN_CONFIG_ENHANCED_COOKIE_PROTECTION": True,
        "PGADMIN_CONFIG_MASTER_PASSWORD_REQUIRED": False,
        "PGADMIN_CONFIG_UPGRADE_CHECK_ENABLED": False,
    }


def test_its_port_is_said_and_asked() -> None:
    """It would move to another one without a word."""
    port = SPEC.environment["PGADMIN_LISTEN_PORT"]
    assert f":{port}/misc/ping" in SPEC.health.command[-1]
    assert [(str(row.internal), row.external) for row in SPEC.ports] == [(port, 5051)]


def test_its_settings_file_is_where_it_can_write() -> None:
    """Its root is read-only; its tools, which run beside it, read the same file."""
    path = SPEC.environment["PGADMIN_CUSTOM_CONFIG_DISTRO_FILE"]
    assert SPEC.environment["CONFIG_DISTRO_FILE_PATH"] == path
    assert path.rpartition("/")[0] in SPEC.writable


def test_it_waits_for_the_databases_and_proves_them() -> None:
    """With its own uid and networks."""
    prepare = graph().one("Prepare", "pgadmin-prepare")
    assert "db-gate" in prepare.depends_on
    assert prepare.inputs["proof"]["service"] == "pgadmin"
