"""Settings of each system, as they stand under `zapstack:systems` in `Pulumi.<stack>.yaml`.

They live beside the systems and not in `infra.config`, because imports go one way: `infra` reads files and hands
validated settings down. Descriptions say unit, meaning and why the default is what it is: the reference page, the JSON
Schema and `.env.example` are generated from them.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from components.evolution_contract import QueueEvent
from components.evolution_instance import Integration
from stacks.values import (
    BucketName,
    Command,
    Email,
    HostName,
    HttpPath,
    Identifier,
    InstanceName,
    LineValue,
    LoginName,
    Memory,
    PhoneNumber,
    Port,
    RegionName,
    S3Secret,
    Secret,
    SettingValue,
    SourcePath,
    VariableNames,
)

INTEGRATION = (
    "What the instance is connected to: WHATSAPP-BAILEYS pairs with a phone, WHATSAPP-BUSINESS is Meta's cloud. "
    "EVOLUTION, which talks to nobody, because no number is paired by accident."
)

ROTATION = (
    "Raise by one to change the generated password: the server then accepts the earlier one as well, until the next "
    "rotation. 0, because nothing has been rotated yet."
)


class Settings(BaseModel):
    """Base of all settings: read-only, unknown keys refused, offending values never printed."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        strict=True,
    )


class MigrateSettings(Settings):
    """The job that migrates the application's database before any of its processes starts."""

    command: Command = Field(
        default=("alembic", "upgrade", "head"),
        description="Program and arguments; [] for an application that migrates by itself. Must be safe to run again.",
    )


class WorkerSettings(Settings):
    """The application's workers."""

    command: Command = Field(
        default=("python3", "-m", "tasks"), description="Program and arguments, in the application's image."
    )
    health_command: Command = Field(
        default=("python3", "-m", "tasks.health", "alive"),
        description="Program and arguments that end with 0 as long as a restart would not help a worker.",
    )
    memory_mib: Memory = Field(default=256, description="Memory limit of each in MiB. The reference worker needs 100.")
    ready_command: Command = Field(
        default=("python3", "-m", "tasks.health"), description="Program and arguments that end with 0 once it consumes."
    )
    reload_command: Command = Field(
        default=("python3", "-m", "tasks", "--reload"), description="The same with app.hotReload."
    )
    replicas: Annotated[int, Field(ge=0, le=16)] = Field(
        default=1, description="Equal workers; 0 for an application without. 1, because one answers 100 messages/s."
    )


class AppSettings(Settings):
    """The application."""

    command: Command = Field(
        default=(), description="Program and arguments. None, which means the image's own; see secretsAsEnvironment."
    )
    health_path: HttpPath = Field(
        default="/health", description="Path that answers 200 as long as a restart would not help; it asks nobody else."
    )
    hot_reload: bool = Field(
        default=False,
        description="Whether the source is mounted over the image's and processes start anew at every saved file; in "
        "development, with the engine on this machine. false, because then what runs is what was built.",
    )
    memory_mib: Memory = Field(
        default=384, description="Memory limit of each replica in MiB. The reference application needs 150."
    )
    migrate: MigrateSettings = Field(default_factory=MigrateSettings)
    mounts: tuple[SourcePath, ...] = Field(
        default=("src", "scripts", "tasks", "alembic", "alembic.ini"),
        description="Folders and files of the source that hotReload mounts below /app, read-only, where they exist.",
    )
    ready_path: HttpPath = Field(
        default="/ready", description="Path that answers 200 once the application can serve; asked before it is let in."
    )
    reload_command: Command = Field(
        default=("python3", "-m", "assistant", "--reload"),
        description="Program and arguments with hotReload: it must start the application anew when a file changes.",
    )
    replicas: Annotated[int, Field(ge=1, le=10)] | None = Field(
        default=None,
        description="Equal containers behind the ingress. Left out: 1 in development, 2 in production, where one may "
        "die without anybody noticing.",
    )
    secret_environment: VariableNames = Field(
        default=(),
        description="Names of secret variables of your own that the application gets, such as OPENAI_API_KEY; it finds "
        "each in the file that NAME_FILE names. Values: in development from .env, in production from "
        "'pulumi config set --secret NAME'. None, because the reference application needs none.",
    )
    secrets_as_environment: bool = Field(
        default=False,
        description="Whether the application finds DATABASE_URL and the other secrets in the variables themselves, not "
        "in files; app.command must be given then. false, because variables are seen by every child process.",
    )
    source: str = Field(
        default="apps/assistant",
        description="Folder with the Dockerfile, relative to the checkout. The default is the reference application.",
    )
    up_path: HttpPath = Field(
        default="/up", description="Path that answers 200 as long as the ingress shall send new requests."
    )
    worker: WorkerSettings = Field(default_factory=WorkerSettings)


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
    rotation: Annotated[int, Field(ge=0, le=1000000)] = Field(default=0, description=ROTATION)
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


class InstanceSettings(Settings):
    """A further WhatsApp number of the same server."""

    integration: Integration = Field(default="EVOLUTION", description=INTEGRATION)
    name: InstanceName = Field(description="Name of the instance.")
    number: PhoneNumber = Field(description="Its telephone number; in YAML in quotes.")
    token: Secret | None = Field(default=None, description="Its key. Generated when not set.")


class EvolutionApiSettings(Settings):
    """The Evolution API server and its declared instances."""

    allow_vulnerable: bool = Field(
        default=False,
        description="Whether imageOverrides may name a version before 2.3.3, which serves its files to anybody who "
        "asks. false, because those files hold the sessions of your numbers.",
    )
    api_key: Secret | None = Field(
        default=None,
        description="The server's global key (AUTHENTICATION_API_KEY): whoever has it manages every instance, so only "
        "the job that declares instances uses it. Generated when not set.",
    )
    instance: InstanceName = Field(
        default="assistant", description="Name of the WhatsApp instance the application answers."
    )
    instance_token: Secret | None = Field(
        default=None,
        description="Key of that instance (EVOLUTION_API_KEY), the one the application uses. Generated when not set.",
    )
    integration: Integration = Field(default="EVOLUTION", description=INTEGRATION)
    memory_mib: Annotated[int, Field(ge=256, le=1048576)] = Field(
        default=768, description="Memory limit in MiB. It idles at 150; a number that reconnects took 500 (measured)."
    )
    number: PhoneNumber = Field(
        default="5511999990000",
        description="Its telephone number; in YAML in quotes. The default belongs to nobody; the twin takes it.",
    )
    other_instances: tuple[InstanceSettings, ...] = Field(
        default=(), description="Further instances, each with a token of its own; the application answers them too."
    )
    port: Port = Field(default=8080, description="Port on the host, in development only. 8080 is the documents' own.")
    queue_events: tuple[QueueEvent, ...] = Field(
        default=("CONNECTION_UPDATE", "MESSAGES_UPSERT", "SEND_MESSAGE"),
        description="Events the server also publishes to RabbitMQ, for consumers of your own; a queue keeps the last "
        "10,000 of a day. The default is what most consumers ask for.",
    )
    settings: dict[str, SettingValue] = Field(
        default_factory=dict,
        description="Further variables of Evolution API 2.3.7, such as DATABASE_SAVE_DATA_HISTORIC. Names that it does "
        "not read, and those that this product sets itself, are refused with the reason.",
    )


class TlsSettings(Settings):
    """TLS at the ingress. After a renewal, 'make up' has the proxy read the new files; no connection is lost."""

    certificate: str = Field(
        description="PEM file with the certificate and its chain, on the machine that runs Pulumi."
    )
    key: str = Field(description="PEM file with its key, outside of the checkout.")
    port: Port = Field(default=443, description="Port on the host for HTTPS, on every address in production.")
    redirect_port: Port = Field(default=80, description="Port on the host whose requests are sent to the other one.")


class IngressSettings(Settings):
    """The proxy in front of the application."""

    port: Port = Field(
        default=8000,
        description="Port on the host's loopback, at which the application is reached without TLS. 8000 is the "
        "documents' own.",
    )
    tls: TlsSettings | None = Field(default=None, description="TLS, in place of that port.")


class RedisSettings(Settings):
    """The Redis server, which keeps what Evolution API must not lose."""

    memory_mib: Memory = Field(
        default=256, description="Memory limit in MiB; 60 % become maxmemory. 256 is enough for tens of numbers."
    )
    password: Secret | None = Field(default=None, description="Password of its user. Generated when not set.")
    rotation: Annotated[int, Field(ge=0, le=1000000)] = Field(default=0, description=ROTATION)
    settings: dict[str, LineValue] = Field(
        default_factory=dict,
        description="Further directives of redis.conf, such as maxclients or slowlog-log-slower-than; changing one "
        "restarts the server. Names that it does not know, and those "
        "that this product sets itself or that lose data, are refused with the reason.",
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
    rotation: Annotated[int, Field(ge=0, le=1000000)] = Field(default=0, description=ROTATION)
    settings: dict[str, LineValue] = Field(
        default_factory=dict,
        description="Further keys of rabbitmq.conf, such as heartbeat or consumer_timeout; changing one restarts the "
        "broker. Names that it does not know, and those "
        "that this product sets itself or that lose data, are refused with the reason.",
    )


class AudioConverterSettings(Settings):
    """The converter, by which Evolution API turns audio into what WhatsApp plays."""

    api_key: Secret | None = Field(default=None, description="Its key. Generated when not set.")
    memory_mib: Memory = Field(default=256, description="Memory limit in MiB. Two conversions of 17 MB took 154.")
    port: Port = Field(default=4040, description="Its port inside the network. 4040 is the documents' own.")


class MinioSettings(Settings):
    """The MinIO server, where Evolution API keeps media."""

    bucket: BucketName = Field(
        default="evolution", description="Its bucket, private. Another name is another, empty bucket."
    )
    console_port: Port = Field(
        default=9001, description="Port of its console on the host, in development only. 9001 is the documents' own."
    )
    memory_mib: Annotated[int, Field(ge=256, le=1048576)] = Field(
        default=512, description="Memory limit in MiB. It idles at 150; uploads in parts of several clients need more."
    )
    root_password: Secret | None = Field(
        default=None, description="Password of its root user, for its console. Generated when not set."
    )
    root_user: LoginName = Field(default="root", description="Name of its root user, for its console.")
    rotation: Annotated[int, Field(ge=0, le=1000000)] = Field(default=0, description=ROTATION)
    s3_port: Port = Field(
        default=9000, description="Port of its S3 interface on the host, in development only. 9000 is MinIO's usual."
    )


class S3Settings(Settings):
    """An S3 server of your own. Its bucket must exist, and the key may read, write and delete objects there."""

    access_key: Secret = Field(description="The key's name; set it with --secret.")
    bucket: BucketName = Field(description="The bucket.")
    host: HostName = Field(description="Its host name alone. Links to media are signed for it.")
    port: Port = Field(default=443, description="Its port. 443 is that of HTTPS.")
    region: RegionName = Field(default="us-east-1", description="Region that requests are signed for.")
    secret_key: S3Secret = Field(description="The key itself; set it with --secret.")
    use_ssl: bool = Field(default=True, description="Whether it speaks TLS. true, because media are personal data.")


class PgAdminSettings(Settings):
    """pgAdmin, for development: both databases are registered, with no password to type."""

    email: Email = Field(default="admin@example.com", description="Its login; written in its data at the first start.")
    enabled: bool = Field(default=False, description="Whether it runs. false: it takes 300 MiB and few use it daily.")
    memory_mib: Annotated[int, Field(ge=256, le=1048576)] = Field(default=384, description="Memory limit in MiB.")
    password: Secret | None = Field(default=None, description="Password of its login. Generated when not set.")
    port: Port = Field(default=5050, description="Port on the host. 5050 is the documents' own.")


class EvolutionSettings(Settings):
    """An application that answers WhatsApp messages through Evolution API."""

    app: AppSettings = Field(default_factory=AppSettings)
    audio_converter: AudioConverterSettings = Field(default_factory=AudioConverterSettings)
    db: AppDatabaseSettings = Field(default_factory=AppDatabaseSettings)
    evolution_api: EvolutionApiSettings = Field(default_factory=EvolutionApiSettings)
    evolution_postgres: EvolutionDatabaseSettings = Field(default_factory=EvolutionDatabaseSettings)
    ingress: IngressSettings = Field(default_factory=IngressSettings)
    minio: MinioSettings = Field(default_factory=MinioSettings)
    pgadmin: PgAdminSettings = Field(default_factory=PgAdminSettings)
    port_offset: Annotated[int, Field(ge=0, le=50000)] = Field(
        default=0,
        description="Added to every host port of the system, so that several stacks fit on one machine. 0 gives the "
        "documents' own ports.",
    )
    rabbitmq: RabbitMqSettings = Field(default_factory=RabbitMqSettings)
    redis: RedisSettings = Field(default_factory=RedisSettings)
    s3: S3Settings | None = Field(default=None, description="An S3 server of your own, in place of MinIO.")
