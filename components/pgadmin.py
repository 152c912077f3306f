"""pgAdmin: a person's view into the databases, with every server registered and no password to type.

Owns the container, its data volume, the login's generated password and the list of servers. Deliberately not: users
other than the one login; databases, which are given.

Its login, its servers and their passwords are made true whenever they change, although pgAdmin itself reads most of
them on an empty volume only.

Source: https://github.com/pgadmin-org/pgadmin4 REL-9_17, `Dockerfile:198` no byte code, `:199` uid and gid, `:201`
folders, `pkg/docker/entrypoint.sh:102` another interpreter under no-new-privileges, `:154` the password's file, `:162`
its settings are written where there are none, `:243` login and servers on an empty volume only, `:317` servers again,
`:322` postfix by sudo. https://www.pgadmin.org/docs/pgadmin4/latest/container_deployment.html and
.../import_export_servers.html
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

import pulumi

from components.base import lock, secrets
from components.base.connections import PostgresConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, DataVolume, Port, Probe, Reload, Resources, ServiceSpec, Stop

PORT: Final = 5050
DATA_PATH: Final = "/var/lib/pgadmin"
ANY_VERSION: Final = "nothing but pgAdmin's own settings, which 9.17 and 9.18 take from each other"
BYTECODE_PATH: Final = f"{DATA_PATH}/.bytecode"
"""Where its processes keep compiled code: the official image has none, and each would compile all of it anew.

Source: Dockerfile:198 of https://github.com/pgadmin-org/pgadmin4 (deletes every `__pycache__`), on a read-only root.
"""

MEMORY_MIB: Final = 512
"""Least and usual memory limit: within 384 the kernel killed its reload at the first start, which compiles beside the
server; with the bytecode kept, both together were measured at 342.
"""

LOGIN_FILE: Final = "login_password"
PASSWORDS_FILE: Final = "pgpass"
SERVERS_FILE: Final = "servers.json"
SETTINGS_PATH: Final = "/tmp/config_distro.py"  # noqa: S108 inside the container
THREADS: Final = 8
"""Requests at a time, for a handful of persons; each thread costs memory."""


@dataclass(frozen=True, kw_only=True)
class PgAdminArgs:
    """Settings of a pgAdmin.

    Attributes:
        databases: What it shows.
        host_port: Port on the host's loopback.
        email: Its login. It is written in the data at the first start; domains such as `.local` are refused by it.
        password: The user's own password of the login instead of a generated one.
        resources: Limits.
        settings: Further variables, checked against `components.pgadmin_contract`; none of them is secret.
        volume: Name of the data volume.
    """

    databases: Sequence[PostgresConnection]
    host_port: int
    email: str = "admin@example.com"
    password: str | None = field(default=None, repr=False)
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=MEMORY_MIB, cpus=1))
    settings: Mapping[str, str] = field(default_factory=dict)
    volume: str = "pgadmin_data"


@final
class PgAdmin(pulumi.ComponentResource):
    """A pgAdmin.

    Attributes:
        password: Password of its login, secret.
        ready: Its gates.
    """

    password: pulumi.Output[str]
    ready: Sequence[pulumi.Resource]

    def __init__(self, name: str, args: PgAdminArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers it.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:PgAdmin", name, None, opts)
        self.password = secrets.single(f"{name}-login", pulumi.ResourceOptions(parent=self), given=args.password)
        self.ready = engine.service(name, pgadmin_spec(name, args, self.password, _passwords(args.databases)), self)
        self.register_outputs({"email": args.email})


def pgadmin_spec(name: str, args: PgAdminArgs, login: pulumi.Input[str], passwords: pulumi.Input[str]) -> ServiceSpec:
    """Returns the description of a pgAdmin.

    Args:
        name: Service name.
        args: Settings.
        login: Password of its login.
        passwords: Content of the databases' password file.
    """
    files = f"{FILES_ROOT}/{name}"
    return ServiceSpec(
        environment={
            **args.settings,
            # Its own tools, which are run beside it, read the same settings under this name.
            "CONFIG_DISTRO_FILE_PATH": SETTINGS_PATH,
            "GUNICORN_THREADS": str(THREADS),
            "PGADMIN_CONFIG_ENHANCED_COOKIE_PROTECTION": "True",
            # Passwords come from a file; a master password would protect copies of them that nobody makes.
            "PGADMIN_CONFIG_MASTER_PASSWORD_REQUIRED": "False",
            "PGADMIN_CONFIG_UPGRADE_CHECK_ENABLED": "False",
            "PGADMIN_CUSTOM_CONFIG_DISTRO_FILE": SETTINGS_PATH,
            "PGADMIN_DEFAULT_EMAIL": args.email,
            "PGADMIN_DEFAULT_PASSWORD_FILE": f"{files}/{LOGIN_FILE}",
            "PGADMIN_DISABLE_POSTFIX": "true",
            "PGADMIN_LISTEN_ADDRESS": "0.0.0.0",  # noqa: S104 the container's own networks
            # Said, because it falls back to another one without a word where it may not bind the usual one.
            "PGADMIN_LISTEN_PORT": str(PORT),
            "PGADMIN_REPLACE_SERVERS_ON_STARTUP": "True",
            "PGADMIN_SERVER_JSON_FILE": f"{files}/{SERVERS_FILE}",
            "PGPASS_FILE": f"{files}/{PASSWORDS_FILE}",
            "PYTHONPYCACHEPREFIX": BYTECODE_PATH,
        },
        files={SERVERS_FILE: servers(args.databases)},
        health=Probe(
            budget_seconds=240,
            command=("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/misc/ping"),
            start_period_seconds=120,
        ),
        image="pgadmin",
        networks=frozenset({"data", "publish"}),
        ports=[Port(internal=PORT, external=args.host_port)],
        reload=Reload(
            at_start=True,
            command=("/venv/bin/python3", "-c", _APPLY, files, args.email),
            files=frozenset({LOGIN_FILE, PASSWORDS_FILE}),
            hint=f"A changed e-mail is not a new login: set the earlier one, or remove the volume {args.volume}, which "
            "holds nothing but pgAdmin's own settings.",
        ),
        resources=args.resources,
        secret_files={LOGIN_FILE: login, PASSWORDS_FILE: passwords},
        stop=Stop(grace_seconds=10),
        user=lock.user("pgadmin"),
        uses=tuple(args.databases),
        volumes=(DataVolume(formats=ANY_VERSION, name=args.volume, path=DATA_PATH),),
        writable={"/run/pgadmin": 1, "/tmp": 64},  # noqa: S108 inside the container
    )


def servers(databases: Sequence[PostgresConnection]) -> str:
    """Returns the list of servers in pgAdmin's own format; passwords are in another file.

    Args:
        databases: What is listed.
    """
    rows = {
        str(number): {
            "Group": "Servers",
            "Host": database.host,
            "MaintenanceDB": database.database,
            "Name": database.host,
            "PassFile": "/.pgpass",  # within the storage of its login
            "Port": database.port,
            "SSLMode": "prefer",
            "Username": database.user,
        }
        for number, database in enumerate(databases, start=1)
    }
    return json.dumps({"Servers": rows}, indent=1, sort_keys=True)


def _passwords(databases: Sequence[PostgresConnection]) -> pulumi.Output[str]:
    def render(known: list[Any]) -> str:
        return "".join(passwords_line(database, password) for database, password in zip(databases, known, strict=True))

    return pulumi.Output.secret(pulumi.Output.all(*[database.password for database in databases]).apply(render))


def passwords_line(database: PostgresConnection, password: str) -> str:
    """Returns a line of the password file: any database of a server, one user.

    Source: https://www.postgresql.org/docs/current/libpq-pgpass.html

    Args:
        database: The server and the user.
        password: Its password.
    """
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    return f"{database.host}:{database.port}:*:{database.user}:{escaped}\n"


# Runs in the container, beside the server. pgAdmin's own `setup.py update-user` takes the password as an argument, that
# everybody may see, ends with 0 whatever happened, and starts the program three times over: 30 s on a busy machine.
_APPLY: Final = f"""
import pathlib, sys
files, email = pathlib.Path(sys.argv[1]), sys.argv[2]
storage = pathlib.Path('{DATA_PATH}/storage', email.replace('@', '_'))
storage.mkdir(mode=0o700, parents=True, exist_ok=True)
copy = storage / '.pgpass.new'
copy.touch(mode=0o600)
copy.write_text((files / '{PASSWORDS_FILE}').read_text())
copy.rename(storage / '.pgpass')
sys.path.insert(0, '/pgadmin4')
import config
from flask_security.utils import hash_password, verify_password
from pgadmin import create_app
from pgadmin.model import User, db
with create_app(config.APP_NAME + '-cli').test_request_context():
    login = User.query.filter_by(username=email, auth_source='internal').first()
    if login is None:
        sys.exit(f'there is no login {{email}}')
    password = (files / '{LOGIN_FILE}').read_text()
    if not verify_password(password, login.password):
        login.password = hash_password(password)
        db.session.commit()
""".strip()
