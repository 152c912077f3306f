"""The stores of the `evolution` system: two databases, Redis, RabbitMQ, and a bucket for media."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.base.engines.containers import ContainersEngine
from components.base.s3 import S3Connection
from components.minio import Minio
from components.minio_bucket import MinioBucket
from components.postgres import Postgres
from components.rabbitmq import RabbitMq
from components.redis import Redis
from components.versitygw import ADMIN, Versitygw
from stacks import evolution_parts as parts
from stacks.settings.evolution import EvolutionSettings

MINIO_S3 = "minio (S3)"
"""MinIO's second port on the host, beside that of its console."""

Credentials = Mapping[str, Mapping[str, pulumi.Input[str]]]


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The stores, and how people log in to them.

    Attributes:
        credentials: Service to its credentials.
        db: The application's database.
        evolution_postgres: Evolution API's database.
        media: Where Evolution API keeps media.
        rabbitmq: The broker.
        redis: Evolution API's session keys.
    """

    credentials: Credentials
    db: Postgres
    evolution_postgres: Postgres
    media: S3Connection
    rabbitmq: RabbitMq
    redis: Redis


def stores(
    settings: EvolutionSettings, ports: Mapping[str, int], engine: ContainersEngine, child: pulumi.ResourceOptions
) -> Stores:
    """Registers the stores.

    Args:
        settings: The system's settings.
        ports: Service to its port on the host; none in production.
        engine: Where they run.
        child: Options with the parent.
    """
    db = Postgres("db", parts.database(settings.db, "postgres_adk_data", ports.get("db")), engine, child)
    evolution_db = parts.evolution_database(settings.evolution_postgres, ports.get("evolution-postgres"))
    evolution_postgres = Postgres("evolution-postgres", evolution_db, engine, child)
    redis = Redis("redis", parts.redis_args(settings), engine, child)
    rabbitmq = RabbitMq("rabbitmq", parts.rabbitmq_args(settings, ports.get("rabbitmq")), engine, child)
    media, media_logins = _media(settings, ports, engine, child)
    return Stores(
        credentials={
            "db": {"user": db.connection.user, "password": db.connection.password},
            "evolution-postgres": {
                "user": evolution_postgres.connection.user,
                "password": evolution_postgres.connection.password,
            },
            **media_logins,
            "rabbitmq": {"user": "admin", "password": rabbitmq.admin_password},
            "redis": {"user": redis.connection.user, "password": redis.connection.password},
        },
        db=db,
        evolution_postgres=evolution_postgres,
        media=media,
        rabbitmq=rabbitmq,
        redis=redis,
    )


def _media(
    settings: EvolutionSettings, ports: Mapping[str, int], engine: ContainersEngine, child: pulumi.ResourceOptions
) -> tuple[S3Connection, Credentials]:
    if settings.s3 is not None:
        return parts.external_s3(settings.s3), {}
    if settings.versitygw.enabled:
        kept = Versitygw("versitygw", parts.versitygw_args(settings.versitygw, ports.get("versitygw")), engine, child)
        keys: Mapping[str, pulumi.Input[str]] = {
            "access key": kept.connection.access_key,
            "admin": ADMIN,
            "admin key": kept.admin_key,
            "secret key": kept.connection.secret_key,
        }
        return kept.connection, {"versitygw": keys}
    server = Minio("minio", parts.minio_args(settings.minio, ports.get("minio"), ports.get(MINIO_S3)), engine, child)
    bucket = MinioBucket("minio-bucket", parts.bucket_args(settings.minio, server.connection), engine, child)
    logins: Mapping[str, pulumi.Input[str]] = {
        "access key": bucket.connection.access_key,
        "password": server.connection.root_password,
        "secret key": bucket.connection.secret_key,
        "user": server.connection.root_user,
    }
    return bucket.connection, {"minio": logins}
