"""Settings of the `evolution` system."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from stacks.settings.app import AppSettings
from stacks.settings.base import Settings
from stacks.settings.evolution_api import AudioConverterSettings, EvolutionApiSettings
from stacks.settings.ingress import IngressSettings
from stacks.settings.media import MinioSettings, S3Settings, VersitygwSettings
from stacks.settings.stores import (
    AppDatabaseSettings,
    EvolutionDatabaseSettings,
    PgAdminSettings,
    RabbitMqSettings,
    RedisSettings,
)

SMALL: Final[Mapping[str, Any]] = {
    "app": {"memoryMib": 256, "worker": {"memoryMib": 192}},
    "audioConverter": {"memoryMib": 192},
    "db": {"maxConnections": 50, "memoryMib": 256},
    "evolutionApi": {"memoryMib": 640},
    "evolutionPostgres": {"maxConnections": 50, "memoryMib": 192},
    "minio": {"memoryMib": 256},
    "rabbitmq": {"memoryMib": 320},
    "redis": {"memoryMib": 128},
    "versitygw": {"memoryMib": 128},
}
"""Defaults of the profile `small`: what each service was measured to need, with a half of it to spare."""


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
    profile: Literal["small", "standard"] = Field(
        default="standard",
        description="Which memory limits hold where none is written: small fits beside the rest of a machine of 4 GiB.",
    )
    rabbitmq: RabbitMqSettings = Field(default_factory=RabbitMqSettings)
    redis: RedisSettings = Field(default_factory=RedisSettings)
    s3: S3Settings | None = Field(default=None, description="An S3 server of your own, in place of MinIO.")
    versitygw: VersitygwSettings = Field(default_factory=VersitygwSettings)

    @classmethod
    def filled(cls, tree: dict[str, Any]) -> dict[str, Any]:
        """Fills in the defaults of a profile."""
        return _filled(tree, SMALL) if tree.get("profile") == "small" else tree


def _filled(tree: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    filled = dict(tree)
    for key, value in defaults.items():
        given = filled.setdefault(key, {} if isinstance(value, Mapping) else value)
        if isinstance(value, Mapping) and isinstance(given, dict):
            filled[key] = _filled(given, value)
    return filled
