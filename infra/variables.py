"""The variables of `.env`, which sets single settings in development: one variable, one setting.

The names are the documents' own where these name one, and those of the official images otherwise.
"""

from collections.abc import Mapping
from typing import Final

from stacks import evolution

KeyNames = tuple[str, ...]

_EVOLUTION: Final[Mapping[str, str]] = {
    "APP_PORT": "ingress.port",
    "AUDIO_CONVERTER_API_KEY": "audioConverter.apiKey",
    "AUDIO_CONVERTER_PORT": "audioConverter.port",
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
    "MINIO_CONSOLE_PORT": "minio.consolePort",
    "MINIO_PORT": "minio.s3Port",
    "MINIO_ROOT_PASSWORD": "minio.rootPassword",
    "MINIO_ROOT_USER": "minio.rootUser",
    "PGADMIN_DEFAULT_EMAIL": "pgadmin.email",
    "PGADMIN_DEFAULT_PASSWORD": "pgadmin.password",
    "PGADMIN_PORT": "pgadmin.port",
    "POSTGRES_DB": "db.database",
    "POSTGRES_MAX_CONNECTIONS": "db.maxConnections",
    "POSTGRES_PASSWORD": "db.password",
    "POSTGRES_PORT": "db.port",
    "POSTGRES_USER": "db.user",
    "RABBITMQ_CONSOLE_PORT": "rabbitmq.consolePort",
    "RABBITMQ_DEFAULT_PASS": "rabbitmq.adminPassword",
    "REDIS_PASSWORD": "redis.password",
    "S3_ACCESS_KEY": "s3.accessKey",
    "S3_BUCKET": "s3.bucket",
    "S3_ENDPOINT": "s3.host",
    "S3_PORT": "s3.port",
    "S3_REGION": "s3.region",
    "S3_SECRET_KEY": "s3.secretKey",
    "S3_USE_SSL": "s3.useSsl",
    "VERSITYGW_PORT": "versitygw.port",
}

VARIABLES: Final[Mapping[str, KeyNames]] = {
    name: ("systems", evolution.NAME, *path.split(".")) for name, path in _EVOLUTION.items()
}
"""Variable to the path of its setting below `zapstack:`."""

NAMES: Final[Mapping[KeyNames, str]] = {path: name for name, path in VARIABLES.items()}
"""The same, the other way round."""
