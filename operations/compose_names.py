"""What the names in an old compose `.env` become here: a setting, or nothing, and then why.

Source: the `.env` example of https://github.com/EvolutionAPI/evolution-api, and what the official images of Postgres,
RabbitMQ and Redis read.
"""

import difflib
import re
from collections.abc import Mapping
from typing import Final

from components import evolution_contract
from infra.env_file import Variable
from infra.variables import VARIABLES, KeyNames
from stacks import evolution

RENAMED: Final[Mapping[str, str]] = {
    "DB_NAME": "POSTGRES_DB",
    "DB_PASSWORD": "POSTGRES_PASSWORD",
    "DB_USER": "POSTGRES_USER",
    "EVOLUTION_INSTANCE_NAME": "EVOLUTION_INSTANCE",
    "EVOLUTION_PORT": "EVOLUTION_API_PORT",
    "INSTANCE_NAME": "EVOLUTION_INSTANCE",
    "RABBITMQ_MANAGEMENT_PORT": "RABBITMQ_CONSOLE_PORT",
}
"""Other names in circulation to the variable of `.env` that sets the same."""

EVOLUTION_TEMPLATE: Final = frozenset({"DATABASE_CONNECTION_URI", "POSTGRES_DATABASE", "POSTGRES_USERNAME"})
"""Variables by which a file is known for one of Evolution API's templates.

Source: `docker-compose.yaml` and `.env.example` of https://github.com/evolution-foundation/evolution-api at 2.3.7; the
templates of Coolify and CapRover.
"""

OF_EITHER_SERVER: Final[Mapping[str, tuple[str, str]]] = {
    "POSTGRES_DATABASE": ("DB", "DB_NAME"),
    "POSTGRES_DB": ("DB", "DB_NAME"),
    "POSTGRES_PASSWORD": ("PASSWORD", "DB_PASSWORD"),
    "POSTGRES_USER": ("USER", "DB_USER"),
    "POSTGRES_USERNAME": ("USER", "DB_USER"),
}
"""Names of Evolution API's server in its own templates, to the end of its name here and the application's name."""

S3_SWITCH: Final = "S3_ENABLED"

SECRET: Final = re.compile(
    r"KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH|DSN|SID|URI$|URL$|WEBHOOK|SALT|CERT|PRIVATE|LICEN[CS]E"
)
"""What the name of a secret looks like; addresses often have one in them."""

CLOSE: Final = 0.85
"""How alike a misspelt name must be; lower, and every …_PASSWORD would be taken for another one."""

_ADDRESS: Final = "services find each other by name; app and worker get the address"
_CONSUMERS: Final = "each consumer of the broker has a user and a virtual host of its own, with a generated password"
EITHER: Final = "the application's, or Evolution API's? Then write it into evolutionApi.settings"

_PORT: Final = "the port inside the network is 5432; POSTGRES_PORT is the one on the host"
_REDIS: Final = "Redis keeps what Evolution API must not lose, and serves nobody else"
_WHOSE: Final = "whose? EVOLUTION_POSTGRES_{0} sets Evolution API's, POSTGRES_{0} the application's"

LEFT_OUT: Final[Mapping[str, str]] = {
    "AMQP_URL": _ADDRESS,
    "CELERY_BROKER_URL": "the application gets the broker's address as RABBITMQ_URL",
    "CHATWOOT_IMPORT_DATABASE_CONNECTION_URI": "holds a password, and evolutionApi.settings is plain text",
    "COMPOSE_FILE": "the systems in the stack's file say what runs",
    "COMPOSE_PROFILES": "the systems in the stack's file say what runs",
    "COMPOSE_PROJECT_NAME": "names follow from project, stack and system",
    "DATABASE_HOST": _ADDRESS,
    "DATABASE_NAME": _WHOSE.format("DB"),
    "DATABASE_PASSWORD": _WHOSE.format("PASSWORD"),
    "DATABASE_PORT": _PORT,
    "DATABASE_URL": _ADDRESS,
    "DATABASE_USER": _WHOSE.format("USER"),
    "DB_HOST": _ADDRESS,
    "DB_PORT": _PORT,
    "EVOLUTION_API_URL": _ADDRESS,
    "EVOLUTION_INSTANCES": "evolutionApi.otherInstances declares them",
    "EVOLUTION_POSTGRES_HOST": _ADDRESS,
    "EVOLUTION_URL": _ADDRESS,
    "GID": "each service has a numeric user of its own",
    "LANGUAGE": EITHER,
    "LOG_LEVEL": EITHER,
    "PGDATA": "the image's own folder is on the data volume",
    "POSTGRES_HOST": _ADDRESS,
    "POSTGRES_HOST_AUTH_METHOD": "roles log in with SCRAM, from everywhere",
    "PUID": "each service has a numeric user of its own",
    "RABBITMQ_DEFAULT_USER": "the console's user is admin; the application's is app",
    "RABBITMQ_DEFAULT_VHOST": _CONSUMERS,
    "RABBITMQ_ERLANG_COOKIE": "there is one broker, and nothing to share it with",
    "RABBITMQ_HOST": _ADDRESS,
    "RABBITMQ_PASS": _CONSUMERS,
    "RABBITMQ_PASSWORD": _CONSUMERS,
    "RABBITMQ_PORT": _ADDRESS,
    "RABBITMQ_URL": _ADDRESS,
    "RABBITMQ_USER": _CONSUMERS,
    "REDIS_HOST": _REDIS,
    "REDIS_PORT": _REDIS,
    "REDIS_URI": _REDIS,
    "REDIS_URL": _REDIS,
    "S3_ENABLED": "s3 in the stack's file turns it on",
    "SENTRY_DSN": EITHER,
    "SERVER_NAME": EITHER,
    "TZ": "containers run in UTC: local time would be sent as UTC in every webhook",
    "UID": "each service has a numeric user of its own",
    "WEBHOOK_SECRET": "is generated; Evolution API and the application get the same one",
    "WEBHOOK_URL": "Evolution API sends to the ingress, with a secret",
}
"""Well-known names that are decided by this product, and why; those of Evolution API itself are in its contract."""


def path_of(name: str) -> KeyNames | None:
    """Returns the path of the setting a variable becomes, None for one that becomes none.

    Args:
        name: Variable.
    """
    path = VARIABLES.get(RENAMED.get(name, name))
    if path is None and name in evolution_contract.FREE and name not in LEFT_OUT:
        return ("systems", evolution.NAME, "evolutionApi", "settings", name)
    return path


def switched_off(name: str, variables: Mapping[str, Variable]) -> str:
    """Returns why nothing read a variable in the old place; empty when something did.

    Args:
        name: Variable.
        variables: The old file's.
    """
    switch = variables.get(S3_SWITCH)
    off = name.startswith("S3_") and switch is not None and switch.value != "true"  # Evolution API: === 'true'
    return f"{S3_SWITCH} is not true, so nothing read it; media stay with the stack's own server" if off else ""


def asked(name: str, variables: Mapping[str, Variable]) -> str:
    """Returns what a person is asked of a variable that may be either server's; empty for all others.

    In Evolution API's own templates `POSTGRES_…` are its server's; in the documents they are the application's.

    Args:
        name: Variable.
        variables: The old file's.
    """
    role = OF_EITHER_SERVER.get(name)
    theirs = bool(EVOLUTION_TEMPLATE & variables.keys())
    if role is None or f"EVOLUTION_POSTGRES_{role[0]}" in variables or not (theirs or name in EVOLUTION_TEMPLATE):
        return ""
    return (
        f"whose Postgres? Evolution API's own templates call its server's so. Rename it to EVOLUTION_POSTGRES_"
        f"{role[0]}, or to {role[1]} if it is the application's, or remove it to have neither."
    )


def decided(name: str) -> str:
    """Returns why this product decides a variable itself; empty for one it knows nothing of.

    Args:
        name: Variable.
    """
    servers_own = name.startswith("POSTGRES_")
    theirs = "" if servers_own else evolution_contract.CONTRACT.refusal(name)
    return LEFT_OUT.get(name) or theirs


def decided_for_application(name: str) -> str:
    """Returns why a variable can't be a secret of the application; empty for one that can.

    Args:
        name: Variable.
    """
    if name in OF_EITHER_SERVER:
        return "the application finds its database in DATABASE_URL"
    why = decided(name)
    return "" if why == EITHER else why


def left_out(name: str) -> str:
    """Returns what is said of a variable that becomes nothing here.

    Args:
        name: Variable.
    """
    near = difflib.get_close_matches(name, {*VARIABLES, *evolution_contract.FREE, *OF_EITHER_SERVER}, n=1, cutoff=CLOSE)
    why = decided(name)
    if why and not (near and name not in LEFT_OUT and name not in evolution_contract.REFUSED):
        own = f". The application's is taken with APP_SECRETS={name}" if why == EITHER and SECRET.search(name) else ""
        return why + own
    if near:
        return f'unknown (did you mean "{near[0]}"?)'
    if not SECRET.search(name):
        return "unknown. What is no secret belongs into your application's image, or into a file of its own"
    return f"unknown. A secret that your application reads is taken with APP_SECRETS={name}"
