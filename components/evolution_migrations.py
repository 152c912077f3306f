"""Evolution API's database migrations: a job in front of its server.

Owns the script. Deliberately not: the migrations, which the image brings, and the Prisma client, which the image has
generated when it was built.

The image's own script copies the migrations into a folder of the image and generates the client there once more. Both
need root and a writable image. Here the copy lies in memory, and nothing is generated.

Source: https://github.com/evolution-foundation/evolution-api at 2.3.7: Docker/scripts/deploy_database.sh:9-27,
package.json:18-19 (db:generate, db:deploy), prisma/postgresql-schema.prisma:10-13, Dockerfile:29 (generates at build);
https://www.prisma.io/docs/orm/prisma-migrate/workflows/patching-and-hotfixing (failed migrations).
"""

from typing import Final

import pulumi

from components.base import lock
from components.base.connections import PostgresConnection
from components.base.spec import FILES_ROOT, JobSpec, Resources
from components.evolution_settings import ENVIRONMENT, SETTINGS_FILE, WORKING_DIR

BUDGET_SECONDS: Final = 600
"""An index on the messages of years takes minutes."""

# Prisma looks for `migrations` beside the schema. It refuses every later run once a migration has failed (P3009), until
# that one is declared rolled back. Postgres has rolled it back: Prisma sends each migration as one script.
_SCRIPT: Final = r"""
cp prisma/postgresql-schema.prisma /tmp/schema.prisma || exit 1
cp -r prisma/postgresql-migrations /tmp/migrations || exit 1
migrate() { node --env-file="$SETTINGS" node_modules/prisma/build/index.js migrate "$@" --schema /tmp/schema.prisma; }
migrate deploy >/tmp/output 2>&1 && exec cat /tmp/output
failed=$(sed -n 's/^The `\(.*\)` migration started at .* failed$/\1/p' /tmp/output)
[ -n "$failed" ] || { cat /tmp/output >&2; exit 1; }
for name in $failed; do migrate resolve --rolled-back "$name" || exit 1; done
echo "tried again, because it failed in an earlier run: $failed"
migrate deploy
""".strip()


def migrations_spec(name: str, database: PostgresConnection, settings: pulumi.Input[str]) -> JobSpec:
    """Returns the description of the migrations job.

    Args:
        name: Service name.
        database: Evolution API's database.
        settings: Content of Evolution API's settings file.
    """
    return JobSpec(
        budget_seconds=BUDGET_SECONDS,
        command=("-c", _SCRIPT),
        entrypoint=("/bin/bash",),
        environment={**ENVIRONMENT, "SETTINGS": f"{FILES_ROOT}/{name}/{SETTINGS_FILE}"},
        image="evolution-api",
        networks=frozenset({"data"}),
        resources=Resources(memory_mib=512, cpus=1),
        secret_files={SETTINGS_FILE: settings},
        user=lock.user("evolution-api"),
        uses=(database,),
        working_dir=WORKING_DIR,
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )
