"""What the assistant knows about messages, free of HTTP and SQL, and the rule that composes a reply."""

from dataclasses import dataclass, field

PERSON_SUFFIX = "@s.whatsapp.net"


@dataclass(frozen=True, kw_only=True)
class InboundMessage:
    """A message somebody sent to the instance.

    Attributes:
        instance: Evolution instance that received it.
        message_id: WhatsApp's id, unique within the instance; Evolution may deliver it more than once.
        message_type: Evolution's name of the kind, such as `conversation` or `audioMessage`.
        push_name: The name the sender shows, if any.
        remote_jid: The sender's WhatsApp address.
        text: What was written; None for kinds without text.
    """

    instance: str
    message_id: str
    message_type: str
    push_name: str | None = field(repr=False)
    remote_jid: str = field(repr=False)
    text: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SentMessage:
    """Evolution's word that an instance sent a message.

    Attributes:
        instance: The instance that sent it.
        message_id: The id that `sendText` returned for it.
    """

    instance: str
    message_id: str


@dataclass(frozen=True, kw_only=True)
class MessageStatus:
    """How far a message has come.

    Attributes:
        stored: It is safe, and with it the reply it is owed.
        queued: The broker has confirmed that it keeps the order to answer.
        taken: A worker has begun.
        reply_id: Evolution's id of the reply, once it is sent and recorded.
        seen: Evolution has reported that very reply as sent.
    """

    stored: bool
    queued: bool
    taken: bool
    reply_id: str | None
    seen: bool


def compose_reply(ordinal: int, message_type: str, text: str | None) -> str:
    """The answer to a message.

    Args:
        ordinal: How many messages this contact has sent up to and with this one, from 1. It comes from the database,
            so a reader of the conversation sees that data survived a restart.
        message_type: Named in the reply when there is no text.
        text: What the contact wrote.
    """
    return f"Mensagem {ordinal} recebida: {text if text is not None else f'[{message_type}]'}"


def recipient(remote_jid: str) -> str:
    """The `number` for Evolution's send routes: digits for a person, the full address for anything else.

    A person's address may carry the device that wrote (`5511…:12@s.whatsapp.net`); replies go to the person.
    """
    if remote_jid.endswith(PERSON_SUFFIX):
        return remote_jid.removesuffix(PERSON_SUFFIX).partition(":")[0]
    return remote_jid
