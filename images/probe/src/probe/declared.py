"""What is declared: the settings file of `probe instances`."""

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from probe.files import SettingsModel


class Webhook(SettingsModel):
    """Where an instance reports its events."""

    url: str
    secret_file: Path
    events: tuple[str, ...]


class InstanceSettings(SettingsModel):
    """How an instance behaves, by Evolution's own names; what is not declared stays as it is."""

    model_config = ConfigDict(alias_generator=to_camel)

    reject_call: bool | None = None
    msg_call: str | None = None
    groups_ignore: bool | None = None
    always_online: bool | None = None
    read_messages: bool | None = None
    read_status: bool | None = None
    sync_full_history: bool | None = None

    @property
    def declared(self) -> dict[str, bool | str]:
        """Those that are declared, as Evolution takes them."""
        return self.model_dump(by_alias=True, exclude_none=True)


class Instance(SettingsModel):
    """One WhatsApp number, or one simulated."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")  # becomes part of addresses
    integration: Literal["EVOLUTION", "WHATSAPP-BAILEYS", "WHATSAPP-BUSINESS"]
    number: str | None = Field(default=None, pattern=r"^[0-9]{6,20}$")
    settings: InstanceSettings = InstanceSettings()
    token_file: Path
    webhook: Webhook


class InstancesFile(SettingsModel):
    """All instances of one server.

    Attributes:
        url: The server's address inside the network.
        api_key_file: The global key.
        database_file: Address of the server's own database, with user and password.
        database_schema: Schema of its tables.
        instances: Those to be made true.
        manager_url: Where a person's browser finds the manager; told to whoever must link a telephone.
    """

    url: str
    api_key_file: Path
    database_file: Path
    database_schema: str
    instances: tuple[Instance, ...]
    manager_url: str | None = None
