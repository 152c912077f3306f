"""The variables of `.env`, which sets single settings in development: one variable, one setting.

The names are the documents' own where these name one, and those of the official images otherwise.
"""

from collections.abc import Mapping
from typing import Final

from stacks import evolution

KeyNames = tuple[str, ...]

_EVOLUTION: Final[Mapping[str, str]] = {
    "APP_PORT": "ingress.port",
    "AUTHENTICATION_API_KEY": "evolutionApi.apiKey",
    "EVOLUTION_API_KEY": "evolutionApi.instanceToken",
    "EVOLUTION_API_PORT": "evolutionApi.port",
    "EVOLUTION_INSTANCE": "evolutionApi.instance",
    "EVOLUTION_NUMBER": "evolutionApi.number",
    "EVOLUTION_POSTGRES_DB": "evolutionPostgres.database",
    "EVOLUTION_POSTGRES_MAX_CONNECTIONS": "evolutionPostgres.maxConnections",
    "EVOLUTION_POSTGRES_PASSWORD": "evolutionPostgres.password",
    "EVOLUTION_POSTGRES_PORT": "evolutionPostgres.port",
    "EVOLUTION_POSTGRES_USER": "evolutionPostgres.user",
    "POSTGRES_DB": "db.database",
    "POSTGRES_MAX_CONNECTIONS": "db.maxConnections",
    "POSTGRES_PASSWORD": "db.password",
    "POSTGRES_PORT": "db.port",
    "POSTGRES_USER": "db.user",
    "RABBITMQ_CONSOLE_PORT": "rabbitmq.consolePort",
    "RABBITMQ_DEFAULT_PASS": "rabbitmq.adminPassword",
    "REDIS_PASSWORD": "redis.password",
}

VARIABLES: Final[Mapping[str, KeyNames]] = {
    name: ("systems", evolution.NAME, *path.split(".")) for name, path in _EVOLUTION.items()
}
"""Variable to the path of its setting below `zapstack:`."""

NAMES: Final[Mapping[KeyNames, str]] = {path: name for name, path in VARIABLES.items()}
"""The same, the other way round."""
