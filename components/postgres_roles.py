# ruff: noqa: S608 the identifiers are checked where settings are read, and roles cannot be parameters
"""Who may log in to a Postgres server, as SQL that may be run at every `up`.

`POSTGRES_USER` and `POSTGRES_PASSWORD` act on empty volumes only, so roles are made by SQL: a changed user or password
works on existing data. A group role owns the database and everything in it; login roles act as it, so what one makes
belongs to all, and a new one finds the data of its predecessor. Passwords are sent as SCRAM verifiers: no statement
and no log holds one.
"""

import json
from collections.abc import Mapping
from typing import Final

SUPERUSER: Final = "postgres"

OWNER: Final = "data_owner"
"""The group role. Its name is not the database's, so that it still owns everything after a rename."""


def roles_sql(database: str, verifiers: Mapping[str, str]) -> str:
    """Returns the statements.

    Args:
        database: Database name; a plain identifier.
        verifiers: Login role to its SCRAM verifier; every other member of the owning group loses its login.
    """
    return "\n".join(
        [
            _role(OWNER, "NOLOGIN"),
            f'ALTER DATABASE "{database}" OWNER TO "{OWNER}";',
            *(
                "\n".join(
                    [
                        _role(role, "LOGIN"),
                        f"ALTER ROLE \"{role}\" LOGIN NOSUPERUSER PASSWORD '{verifier}';",
                        f'GRANT "{OWNER}" TO "{role}";',
                        f'ALTER ROLE "{role}" IN DATABASE "{database}" SET role = "{OWNER}";',
                    ]
                )
                for role, verifier in sorted(verifiers.items())
            ),
            _retire(sorted(verifiers)),
            "",
        ]
    )


def declared(database: str, verifiers: Mapping[str, str]) -> str:
    """Returns what the statements make true, as a look compares it.

    Args:
        database: Database name.
        verifiers: Login role to its SCRAM verifier.
    """
    role = {"login": True, "superuser": False}
    return json.dumps(
        {
            f"database {database}": {"owner": OWNER},
            f"role {OWNER}": {"logins": sorted(verifiers)},
            **{
                f"role {name}": {**role, "acts as": {database: OWNER}, "password": verifier}
                for name, verifier in verifiers.items()
            },
        }
    )


LOOK: Final = """
SELECT json_object_agg(name, properties) FROM (
  SELECT 'database ' || datname AS name, json_build_object('owner', pg_get_userbyid(datdba)) AS properties
  FROM pg_database
UNION ALL
  SELECT 'role ' || rolname, json_build_object(
    'acts as', (
      SELECT coalesce(json_object_agg(datname, substr(setting, 6)), '{}') FROM pg_db_role_setting
      JOIN pg_database d ON d.oid = setdatabase, unnest(setconfig) setting
      WHERE setrole = a.oid AND setting LIKE 'role=%'
    ),
    'login', rolcanlogin,
    'logins', (
      SELECT coalesce(json_agg(m.rolname), '[]') FROM pg_auth_members JOIN pg_authid m ON m.oid = member
      WHERE roleid = a.oid AND m.rolcanlogin AND NOT m.rolsuper
    ),
    'password', rolpassword,
    'superuser', rolsuper
  ) FROM pg_authid a WHERE rolname !~ '^pg_'
) AS things
""".strip()
"""Prints databases and roles as JSON."""


def rename_remedy(database: str) -> str:
    """Returns what a person does when the database has another name; sessions are ended, or the server refuses."""
    return (
        "A changed database name is not a new database; nothing is lost. Set the old name again, or rename it first: "
        f"docker exec CONTAINER psql -U {SUPERUSER} -c 'ALTER DATABASE \"OLD_NAME\" ALLOW_CONNECTIONS false' "
        "-c \"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'OLD_NAME'\" "
        f'-c \'ALTER DATABASE "OLD_NAME" RENAME TO "{database}"\' '
        f"-c 'ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS true'"
    )


def _role(name: str, kind: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') "
        f'THEN CREATE ROLE "{name}" {kind}; END IF; END $$;'
    )


def _retire(kept: list[str]) -> str:
    names = ", ".join(f"'{name}'" for name in kept)
    members = (  # identifiers are checked where they are read
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
        "JOIN pg_roles g ON g.oid = m.roleid "
        f"WHERE g.rolname = '{OWNER}' AND r.rolcanlogin AND NOT r.rolsuper AND r.rolname NOT IN ({names})"
    )
    return (
        f"DO $$ DECLARE member text; BEGIN FOR member IN {members} "
        "LOOP EXECUTE format('ALTER ROLE %I NOLOGIN', member); END LOOP; END $$;"
    )
