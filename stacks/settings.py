"""Settings of each system, as they stand under `zapstack:systems` in `Pulumi.<stack>.yaml`.

They live beside the systems and not in `infra.config`, because imports go one way: `infra` reads files and hands
validated settings down. Descriptions say unit, meaning and why the default is what it is: the reference page, the JSON
Schema and `.env.example` are generated from them.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from stacks.values import Identifier, InstanceName, PhoneNumber, Port, Secret, VariableNames

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


class AppSettings(Settings):
    """The application."""

    port: Port = Field(default=8000, description="Port on the host. 8000 is the documents' own.")
    secret_environment: VariableNames = Field(
        default=(),
        description="Names of secret variables of your own that the application gets, such as OPENAI_API_KEY; it finds "
        "each in the file that NAME_FILE names. Values: in development from .env, in production from "
        "'pulumi config set --secret NAME'. None, because the reference application needs none.",
    )
    source: str = Field(
        default="apps/assistant",
        description="Folder with the Dockerfile, relative to the checkout. The default is the reference application.",
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
    rotation: Annotated[int, Field(ge=0, le=1000000)] = Field(default=0, description=ROTATION)
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


class EvolutionApiSettings(Settings):
    """The Evolution API server and its one declared instance."""

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
    number: PhoneNumber = Field(
        default="5511999990000",
        description="Its telephone number; in YAML in quotes. The default belongs to nobody; the twin takes it.",
    )
    port: Port = Field(default=8080, description="Port on the host, in development only. 8080 is the documents' own.")


class EvolutionSettings(Settings):
    """An application that answers WhatsApp messages through Evolution API."""

    app: AppSettings = Field(default_factory=AppSettings)
    db: AppDatabaseSettings = Field(default_factory=AppDatabaseSettings)
    evolution_api: EvolutionApiSettings = Field(default_factory=EvolutionApiSettings)
    evolution_postgres: EvolutionDatabaseSettings = Field(default_factory=EvolutionDatabaseSettings)
    port_offset: Annotated[int, Field(ge=0, le=50000)] = Field(
        default=0,
        description="Added to every host port of the system, so that several stacks fit on one machine. 0 gives the "
        "documents' own ports.",
    )
