"""Settings of each system, as they stand under `zapstack:systems` in `Pulumi.<stack>.yaml`.

They live beside the systems and not in `infra.config`, because imports go one way: `infra` reads files and hands
validated settings down.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Port = Annotated[int, Field(ge=1, le=65535)]
Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
"""A Postgres identifier that needs no quoting: lower case letters, digits and underscores, 63 at most."""
InstanceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
PhoneNumber = Annotated[str, Field(pattern=r"^[1-9][0-9]{7,14}$")]
"""E.164 without the plus sign."""


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

    source: str = Field(default="apps/assistant", description="Folder with the Dockerfile, relative to the checkout.")
    port: Port = Field(default=8000, description="Port on the host.")


class DatabaseSettings(Settings):
    """One Postgres server."""

    database: Identifier = Field(description="Database made at initialisation.")
    port: Port = Field(description="Port on the host.")
    user: Identifier = Field(description="Role made at initialisation.")
    max_connections: int = Field(default=100, ge=10, le=5000, description="Connections the server accepts.")
    memory_mib: int = Field(default=512, ge=128, description="Memory limit in MiB; a quarter becomes shared_buffers.")


class EvolutionApiSettings(Settings):
    """The Evolution API server and its one declared instance."""

    port: Port = Field(default=8080, description="Port on the host.")
    instance: InstanceName = Field(
        default="assistant", description="Name of the WhatsApp instance the application answers."
    )
    number: PhoneNumber = Field(default="5511999990000", description="Its telephone number, digits only.")


class EvolutionSettings(Settings):
    """The `evolution` system."""

    port_offset: int = Field(default=0, ge=0, le=50000, description="Added to every default host port of the system.")
    app: AppSettings = Field(default_factory=AppSettings)
    db: DatabaseSettings = Field(
        default_factory=lambda: DatabaseSettings(database="assistant", port=5432, user="assistant")
    )
    evolution_api: EvolutionApiSettings = Field(default_factory=EvolutionApiSettings)
    evolution_postgres: DatabaseSettings = Field(
        default_factory=lambda: DatabaseSettings(database="evolution", port=5433, user="evolution")
    )
