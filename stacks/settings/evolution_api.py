"""Settings of Evolution API and its audio converter."""

from pydantic import Field

from components.evolution_contract import QueueEvent
from components.evolution_instance import Integration
from stacks.settings.base import Settings
from stacks.values import InstanceName, Key, Memory, MessageText, PhoneNumber, Port, ServerMemory, SettingValue

INTEGRATION = (
    "What the instance is connected to: WHATSAPP-BAILEYS pairs with a phone, WHATSAPP-BUSINESS is Meta's cloud. "
    "EVOLUTION, which talks to nobody, because no number is paired by accident."
)


BEHAVIOUR = "How it behaves, by Evolution's own names. What is not set stays as somebody has set it by hand."


class BehaviourSettings(Settings):
    """How an instance behaves; Evolution API's own defaults are false."""

    always_online: bool | None = Field(default=None, description="Whether contacts always see it online.")
    groups_ignore: bool | None = Field(
        default=None, description="Whether messages in groups are ignored. Most support products want true."
    )
    msg_call: MessageText | None = Field(default=None, description="What a rejected caller is written.")
    read_messages: bool | None = Field(default=None, description="Whether messages are marked read as they arrive.")
    read_status: bool | None = Field(default=None, description="Whether the status posts of contacts are marked read.")
    reject_call: bool | None = Field(default=None, description="Whether calls are rejected.")
    sync_full_history: bool | None = Field(
        default=None, description="Whether a phone that is linked sends its whole history, which is then stored."
    )

    @property
    def declared(self) -> dict[str, bool | str]:
        """Those that are set, as Evolution API takes them."""
        return self.model_dump(by_alias=True, exclude_none=True)


class InstanceSettings(Settings):
    """A further WhatsApp number of the same server."""

    behaviour: BehaviourSettings = Field(default=BehaviourSettings(), description=BEHAVIOUR)
    integration: Integration = Field(default="EVOLUTION", description=INTEGRATION)
    name: InstanceName = Field(description="Name of the instance.")
    number: PhoneNumber = Field(description="Its telephone number; in YAML in quotes.")
    token: Key | None = Field(default=None, description="Its key. Generated when not set.")


class EvolutionApiSettings(Settings):
    """The Evolution API server and its declared instances."""

    allow_vulnerable: bool = Field(
        default=False,
        description="Whether imageOverrides may name a version before 2.3.3, which serves its files to anybody who "
        "asks. false, because those files hold the sessions of your numbers.",
    )
    api_key: Key | None = Field(
        default=None,
        description="The server's global key (AUTHENTICATION_API_KEY): whoever has it manages every instance, so only "
        "the job that declares instances uses it. Generated when not set.",
    )
    behaviour: BehaviourSettings = Field(
        default=BehaviourSettings(), description=f"The application's own instance. {BEHAVIOUR}"
    )
    instance: InstanceName = Field(
        default="assistant", description="Name of the WhatsApp instance the application answers."
    )
    instance_token: Key | None = Field(
        default=None,
        description="Key of that instance (EVOLUTION_API_KEY), the one the application uses. Generated when not set.",
    )
    integration: Integration = Field(default="EVOLUTION", description=INTEGRATION)
    memory_mib: ServerMemory = Field(
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


class AudioConverterSettings(Settings):
    """The converter, by which Evolution API turns audio into what WhatsApp plays."""

    api_key: Key | None = Field(default=None, description="Its key. Generated when not set.")
    memory_mib: Memory = Field(default=256, description="Memory limit in MiB. Two conversions of 17 MB took 154.")
    port: Port = Field(default=4040, description="Its port inside the network. 4040 is the documents' own.")
