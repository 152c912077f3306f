"""The webhook's body: reads Evolution's events and decides what is ours to answer or to note.

Source: evolution-api 2.3.6 run on its EVOLUTION channel, and the message types of its Baileys channel. Unknown keys are
ignored: releases add some.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.messages import InboundMessage, SentMessage

MESSAGE_EVENT = "messages.upsert"
SENT_EVENT = "send.message"
# WhatsApp ids have 20 to 40 characters; the bound keeps one hostile value from bloating an index.
MAX_ID_LENGTH = 200
NOT_A_PERSON = ("@g.us", "@broadcast", "@newsletter")


class PayloadError(Exception):
    """The body is not what Evolution sends; the message names the places, never the values."""


@dataclass(frozen=True)
class Ignored:
    """A well-formed event that wants no answer, and why."""

    reason: str


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Envelope(_Lenient):
    event: str
    instance: str
    data: Any = None


class _Key(_Lenient):
    id: str = Field(min_length=1, max_length=MAX_ID_LENGTH)


class _InboundKey(_Key):
    remote_jid: str = Field(alias="remoteJid", min_length=1, max_length=MAX_ID_LENGTH)
    from_me: bool = Field(alias="fromMe", default=False)


class _Sent(_Lenient):
    key: _Key


class _Message(_Lenient):
    key: _InboundKey
    message: dict[str, Any] | None = None
    message_type: str = Field(alias="messageType", default="unknown", max_length=MAX_ID_LENGTH)
    push_name: str | None = Field(alias="pushName", default=None)


def read_event(body: bytes, instances: Container[str]) -> InboundMessage | SentMessage | Ignored:
    """Turn a webhook body into a message to answer or a sign of one that was sent, or say why there is neither.

    Args:
        body: The request's body.
        instances: The instances this application answers for.

    Raises:
        PayloadError: If the body is no event of Evolution's.
    """
    try:
        envelope = _Envelope.model_validate_json(body)
        if envelope.event not in {MESSAGE_EVENT, SENT_EVENT}:
            return Ignored("other event")
        if envelope.instance not in instances:
            return Ignored("other instance")
        if envelope.event == SENT_EVENT:
            sent = _Sent.model_validate(envelope.data)
            return SentMessage(instance=envelope.instance, message_id=_storable(sent.key.id))
        return _inbound(envelope.instance, _Message.model_validate(envelope.data))
    except ValidationError as error:
        places = ", ".join(
            f"{'.'.join(str(part) for part in detail['loc']) or 'body'} ({detail['type']})" for detail in error.errors()
        )
        raise PayloadError(f"not an Evolution event: {places}") from error


def _inbound(instance: str, message: _Message) -> InboundMessage | Ignored:
    if message.key.from_me:
        return Ignored("sent by this instance")
    if message.key.remote_jid.endswith(NOT_A_PERSON):
        return Ignored("group, broadcast or newsletter")
    return InboundMessage(
        instance=instance,
        message_id=_storable(message.key.id),
        message_type=_storable(message.message_type),
        push_name=None if message.push_name is None else _storable(message.push_name),
        remote_jid=_storable(message.key.remote_jid),
        text=_text(message.message or {}),
    )


def _text(message: dict[str, Any]) -> str | None:
    """What a person would read: plain text, text with a preview or quote, or the caption of a medium."""
    nested = [part for part in message.values() if isinstance(part, dict)]
    candidates = [message.get("conversation"), *(part.get("text") or part.get("caption") for part in nested)]
    return next((_storable(text) for text in candidates if isinstance(text, str) and text), None)


def _storable(text: str) -> str:
    """Postgres keeps every character but NUL."""
    return text.replace("\x00", "")
