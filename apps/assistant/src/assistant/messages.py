"""What the assistant knows about messages, free of HTTP and SQL, and the rule that composes a reply."""

from dataclasses import dataclass, field
from datetime import datetime

from assistant.addresses import NUMBER_SUFFIX


@dataclass(frozen=True, kw_only=True)
class InboundMessage:
    """A message somebody sent to the instance.

    Attributes:
        instance: Evolution instance that received it.
        message_id: WhatsApp's id, unique within the instance; Evolution may deliver it more than once.
        message_type: Evolution's name of the kind, such as `conversation` or `audioMessage`.
        push_name: The name the sender shows, if any.
        remote_jid: The sender's WhatsApp address: with the number, where it is known.
        text: What was written; None for kinds without text.
        lid: The sender's hidden address, where it is known.
    """

    instance: str
    message_id: str
    message_type: str
    push_name: str | None = field(repr=False)
    remote_jid: str = field(repr=False)
    text: str | None = field(repr=False)
    lid: str | None = field(default=None, repr=False)


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
class Change:
    """What became of a message after it was sent.

    Attributes:
        digest: The same for every delivery of the event that says so.
        instance: The instance that received the message.
        message_id: The message's id.
        said_at: When it was changed, by the sender's telephone; None where nobody says.
        text: The text in its place; None when it was withdrawn.
    """

    digest: str = field(repr=False)
    instance: str
    message_id: str
    said_at: datetime | None
    text: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """What is not answered, and why; kept as it came, so that nothing is lost.

    Attributes:
        data: What the event says, in JSON with every character outside ASCII escaped, so that any database takes it.
        digest: The same for every delivery of the event.
        event: Evolution's name of the event.
        instance: The instance it is of.
        kind: WhatsApp's name of the kind of message, if it is one.
        lid: The sender's hidden address, where it is known.
        message_id: The message's id, if it has one.
        reason: Why it is not answered.
        remote_jid: The sender's address, where it is known.
    """

    data: str = field(repr=False)
    digest: str = field(repr=False)
    event: str
    instance: str
    kind: str | None
    lid: str | None = field(repr=False)
    message_id: str | None
    reason: str
    remote_jid: str | None = field(repr=False)


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

    Evolution takes a hidden address as it is, and makes a number of any other it does not know.

    Source: evolution-api 2.3.7, src/utils/createJid.ts; whatsapp.baileys.service.ts, `whatsappNumber`.
    """
    if remote_jid.endswith(NUMBER_SUFFIX):
        return remote_jid.removesuffix(NUMBER_SUFFIX).partition(":")[0]
    return remote_jid
