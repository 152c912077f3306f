"""Settings of databases, their console, Redis and RabbitMQ."""

from typing import Annotated

from pydantic import Field

from stacks.settings.base import ROTATION, Settings
from stacks.values import (
    Allowed,
    Email,
    Identifier,
    LineValue,
    Memory,
    Port,
    PythonLiteral,
    Rotation,
    Secret,
    SettingValue,
)


class DatabaseSettings(Settings):
    """One Postgres server."""

    database: Identifier = Field(description="Database made at initialisation.")
    max_connections: Annotated[int, Field(ge=10, le=5000)] = Field(
        default=100, description="Connections the server accepts. 100 is Postgres' own default."
    )
    memory_mib: Annotated[int, Field(ge=128, le=1048576)] = Field(
        default=512,
        description="Memory limit in MiB; a quarter becomes shared_buffers. 512 is enough for 100 connections.",
    )
    password: Secret | None = Field(default=None, description="Password of the role. Generated when not set.")
    port: Port = Field(description="Port on the host; in development only.")
    rotation: Rotation = Field(default=0, description=ROTATION)
    settings: dict[str, SettingValue] = Field(
        default_factory=dict,
        description="Further parameters of the server, such as work_mem or log_min_duration_statement; changing one "
        "restarts it. Names that it does not know, and those "
        "that this product sets itself or that lose data, are refused with the reason.",
    )
    user: Identifier = Field(description="Role made at initialisation; it owns the database.")


class AppDatabaseSettings(DatabaseSettings):
    """The application's Postgres server."""

    database: Identifier = Field(default="assistant", description="Database made at initialisation.")
    port: Port = Field(
        default=5432,
        description="Port on the host, in development only. 5432 is the documents' own and Postgres' usual.",
    )
    user: Identifier = Field(default="assistant", description="Role made at initialisation; it owns the database.")


class EvolutionDatabaseSettings(DatabaseSettings):
    """The Postgres server of Evolution API."""

    database: Identifier = Field(default="evolution", description="Database made at initialisation.")
    port: Port = Field(
        default=5433,
        description="Port on the host, in development only. 5433 is the documents' own, beside the application's 5432.",
    )
    user: Identifier = Field(default="evolution", description="Role made at initialisation; it owns the database.")


class PgAdminSettings(Settings):
    """pgAdmin, for development: both databases are registered, with no password to type."""

    email: Email = Field(default="admin@example.com", description="Its login; written in its data at the first start.")
    enabled: bool = Field(default=False, description="Whether it runs. false: it takes 300 MiB and few use it daily.")
    memory_mib: Annotated[
        int,
        Field(ge=512, le=1048576),
        Allowed("below 512 the kernel kills its start or its reload for want of memory"),
    ] = Field(default=512, description="Memory limit in MiB. It takes 300; its reload, at a start, 50 to 120 more.")
    password: Secret | None = Field(default=None, description="Password of its login. Generated when not set.")
    port: Port = Field(default=5050, description="Port on the host. 5050 is the documents' own.")
    settings: dict[str, PythonLiteral] = Field(
        default_factory=dict,
        description="Further variables of pgAdmin, such as PGADMIN_CONFIG_MAX_SESSION_IDLE_TIME; changing one restarts "
        "it. Names that it does not know, and those "
        "that this product sets itself or that do harm, are refused with the reason.",
    )


class RabbitMqSettings(Settings):
    """The RabbitMQ broker."""

    admin_password: Secret | None = Field(
        default=None, description="Password of the user admin of its console. Generated when not set."
    )
    console_port: Port = Field(
        default=15672, description="Port of its console on the host, in development only. 15672 is the documents' own."
    )
    memory_mib: Memory = Field(
        default=512, description="Memory limit in MiB; publishers are held back at 60 %. An idle broker takes 150."
    )
    rotation: Rotation = Field(default=0, description=ROTATION)
    settings: dict[str, LineValue] = Field(
        default_factory=dict,
        description="Further keys of rabbitmq.conf, such as heartbeat or consumer_timeout; changing one restarts the "
        "broker. Names that it does not know, and those "
        "that this product sets itself or that lose data, are refused with the reason.",
    )


class RedisSettings(Settings):
    """The Redis server, which keeps what Evolution API must not lose."""

    memory_mib: Memory = Field(
        default=256, description="Memory limit in MiB; 60 % become maxmemory. 256 is enough for tens of numbers."
    )
    password: Secret | None = Field(default=None, description="Password of its user. Generated when not set.")
    rotation: Rotation = Field(default=0, description=ROTATION)
    settings: dict[str, LineValue] = Field(
        default_factory=dict,
        description="Further directives of redis.conf, such as maxclients or slowlog-log-slower-than; changing one "
        "restarts the server. Names that it does not know, and those "
        "that this product sets itself or that lose data, are refused with the reason.",
    )
