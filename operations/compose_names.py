"""What the names in an old compose `.env` become here: a setting, or nothing, and then why.

Source: the `.env` example of https://github.com/EvolutionAPI/evolution-api, and what the official images of Postgres,
RabbitMQ and Redis read.
"""

import difflib
from collections.abc import Mapping
from typing import Final

from components import evolution_contract
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

CLOSE: Final = 0.85
"""How alike a misspelt name must be; lower, and every …_PASSWORD would be taken for another one."""

_ADDRESS: Final = "services find each other by name; app and worker get the address"
_CONSUMERS: Final = "each consumer of the broker has a user and a virtual host of its own, with a generated password"
_EITHER: Final = "the application's or Evolution API's? In the latter case write it into evolutionApi.settings"

LEFT_OUT: Final[Mapping[str, str]] = {
    "AMQP_URL": _ADDRESS,
    "CELERY_BROKER_URL": "the application gets the broker's address as RABBITMQ_URL",
    "CHATWOOT_IMPORT_DATABASE_CONNECTION_URI": "holds a password, and evolutionApi.settings is plain text",
    "COMPOSE_FILE": "the systems in the stack's file say what runs",
    "COMPOSE_PROFILES": "the systems in the stack's file say what runs",
    "COMPOSE_PROJECT_NAME": "names follow from project, stack and system",
    "DATABASE_URL": _ADDRESS,
    "DB_HOST": _ADDRESS,
    "DB_PORT": "the port inside the network is 5432; POSTGRES_PORT is the one on the host",
    "EVOLUTION_API_URL": _ADDRESS,
    "EVOLUTION_INSTANCES": "evolutionApi.otherInstances declares them",
    "EVOLUTION_POSTGRES_HOST": _ADDRESS,
    "EVOLUTION_URL": _ADDRESS,
    "GID": "each service has a numeric user of its own",
    "LANGUAGE": _EITHER,
    "LOG_LEVEL": _EITHER,
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
    "REDIS_URL": "Redis keeps what Evolution API must not lose, and serves nobody else",
    "SENTRY_DSN": _EITHER,
    "SERVER_NAME": _EITHER,
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


def decided(name: str) -> str:
    """Returns why this product decides a variable itself; empty for one it knows nothing of.

    Args:
        name: Variable.
    """
    servers_own = name.startswith("POSTGRES_")
    theirs = "" if servers_own else evolution_contract.CONTRACT.refusal(name)
    return LEFT_OUT.get(name) or theirs


def unread(name: str) -> str:
    """Returns what is said of a variable that means nothing here.

    Args:
        name: Variable.
    """
    near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=CLOSE)
    meant = f' (did you mean "{near[0]}"?)' if near else ""
    return f"unknown{meant}. A secret that your application reads is taken with APP_SECRETS={name}"
