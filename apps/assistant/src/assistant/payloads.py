"""The webhook's body: reads Evolution's events and decides what becomes of each. Pure, and total: it takes any bytes.

Source: evolution-api 2.3.7, src/api/integrations/channel/whatsapp/whatsapp.baileys.service.ts (`messages.upsert`,
`messages.update`, `prepareMessage`: which events there are and what they hold); 2.3.6 run on its EVOLUTION channel.
"""

import hashlib
import json
import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.addresses import Person, person
from assistant.contents import (
    MAX_NAME_LENGTH,
    Content,
    lead,
    read_content,
    read_protocol,
    storable,
    storable_id,
    storable_text,
)
from assistant.messages import Change, InboundMessage, SentMessage, SetAside

MESSAGE_EVENT = "messages.upsert"
SENT_EVENT = "send.message"
EDITED_EVENT = "messages.edited"
DELETED_EVENT = "messages.delete"
UPDATED_EVENT = "messages.update"
# What is set aside is kept to be looked at; a group's picture can have megabytes.
MAX_DATA_LENGTH = 100_000

UNREADABLE = "not JSON"
NO_EVENT = "not an event of Evolution"
OTHER_INSTANCE = "of an instance that this application does not answer for"
NO_ID = "without an id that can be kept"
OWN = "sent by this account"
NOBODY = "from an address of no person"
NOT_STORABLE = "refused by the database"
TOO_LONG = "longer than any webhook of Evolution"
_TOGETHER = {"@g.us": "a group's", "@broadcast": "a status, or sent to many", "@newsletter": "a channel's"}
# The instance's token stands in the envelope: a body that cannot be taken apart is kept without it.
_TOKEN = re.compile(r'("apikey"\s*:\s*")[^"]*')


@dataclass(frozen=True)
class Ignored:
    """A well-formed event that says nothing of any message, and why."""

    reason: str


Event = InboundMessage | SentMessage | Change | SetAside | Ignored


def read_event(body: bytes, instances: Container[str]) -> Event:
    """Say what becomes of a webhook's body.

    Args:
        body: The request's body, whatever it is.
        instances: The instances this application answers for.
    """
    try:
        heard = _heard(body)
        if heard.event not in _READERS:
            return Ignored("other event")
        return _READERS[heard.event](heard) if heard.instance in instances else heard.set_aside(OTHER_INSTANCE)
    except (ValueError, RecursionError) as error:
        return _unread(body, NO_EVENT if isinstance(error, _NoEventError) else UNREADABLE)


def set_aside(body: bytes, reason: str) -> SetAside:
    """Keep an event that could not be kept as what it is."""
    try:
        return _heard(body).set_aside(reason)
    except (ValueError, RecursionError):
        return _unread(body, reason)


class _NoEventError(ValueError):
    """JSON of another form."""


def _heard(body: bytes) -> "_Heard":
    try:
        envelope = json.loads(body)
    except UnicodeDecodeError:
        envelope = json.loads(body.decode("utf-8", "replace"))
    match envelope:
        case {"event": str(event), "instance": str(instance)}:
            return _Heard(event, instance, envelope.get("data"))
    raise _NoEventError


def _unread(body: bytes, reason: str) -> SetAside:
    text = body[:MAX_DATA_LENGTH].decode("utf-8", "backslashreplace")
    return _Heard("", "", _TOKEN.sub(r"\1...", text)).set_aside(reason)


class _Heard:
    """An event of one instance: what it is about, read as far as it can be."""

    def __init__(self, event: str, instance: str, data: object) -> None:
        self.event = event
        self.instance = instance
        self.data = data
        self.key = lead(data, "key")

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.event} {self.instance} {self._dumped}".encode(errors="surrogatepass")).hexdigest()

    @property
    def sender(self) -> Person | None:
        """Who wrote: in a group, one of its members. Of an edit it is not said, see `read_protocol`."""
        if self.event == EDITED_EVENT:
            return None
        names = ("participant", "participantAlt") if lead(self.key, "participant") else ("remoteJid", "remoteJidAlt")
        return person(*(lead(self.key, name) for name in names))

    @property
    def _dumped(self) -> str:
        return json.dumps(self.data)

    def set_aside(self, reason: str, kind: str | None = None) -> SetAside:
        """Keep the event, with the reason."""
        sender, data = self.sender, self._dumped
        return SetAside(
            data=data if len(data) <= MAX_DATA_LENGTH else f"{data[:MAX_DATA_LENGTH]}... ({len(data)} characters)",
            digest=self.digest,
            event=storable(self.event)[:MAX_NAME_LENGTH],
            instance=storable(self.instance)[:MAX_NAME_LENGTH],
            kind=kind,
            lid=sender.hidden if sender else None,
            message_id=storable_id(lead(self.key, "id")),
            reason=reason,
            remote_jid=sender.address if sender else None,
        )

    def change(self, target: str, text: str | None, milliseconds: object = None) -> Change:
        """Correct a message by a text, or withdraw it."""
        return Change(
            digest=self.digest,
            instance=self.instance,
            message_id=target,
            said_at=_time(milliseconds),
            text=text,
        )


def _message(heard: _Heard) -> Event:
    content = read_content(lead(heard.data, "message"))
    message_id, address = storable_id(lead(heard.key, "id")), lead(heard.key, "remoteJid")
    if lead(heard.key, "fromMe") is True:
        return heard.set_aside(OWN, content.kind)
    if message_id is None:
        return heard.set_aside(NO_ID, content.kind)
    together = next((why for end, why in _TOGETHER.items() if isinstance(address, str) and address.endswith(end)), None)
    if together is not None:
        return heard.set_aside(together, content.kind)
    if content.changes is not None:
        return heard.change(content.changes, content.text)
    if content.apart is not None:
        return heard.set_aside(content.apart, content.kind)
    sender = person(address, lead(heard.key, "remoteJidAlt"))
    return heard.set_aside(NOBODY, content.kind) if sender is None else _inbound(heard, content, sender, message_id)


def _inbound(heard: _Heard, content: Content, sender: Person, message_id: str) -> InboundMessage:
    name = storable_text(lead(heard.data, "pushName"))
    return InboundMessage(
        instance=heard.instance,
        lid=sender.hidden,
        message_id=message_id,
        message_type=content.kind,
        push_name=None if name is None else name[:MAX_NAME_LENGTH],
        remote_jid=sender.address,
        text=content.text,
    )


def _sent(heard: _Heard) -> Event:
    message_id = storable_id(lead(heard.key, "id"))
    if message_id is None:
        return heard.set_aside(NO_ID)
    return SentMessage(instance=heard.instance, message_id=message_id)


def _edited(heard: _Heard) -> Event:
    """Evolution's event has the `protocolMessage` itself."""
    content = read_protocol(heard.data)
    if content.changes is None:
        return heard.set_aside(content.apart or NO_ID, content.kind)
    return heard.change(content.changes, content.text, lead(heard.data, "timestampMs"))


def _deleted(heard: _Heard) -> Event:
    """The key itself, or around it what Evolution stored of a message that was deleted through its own API."""
    target = storable_id(lead(heard.data, "key.id") or lead(heard.data, "id"))
    return heard.set_aside(NO_ID) if target is None else heard.change(target, None)


def _updated(heard: _Heard) -> Event:
    """A receipt, unless it brings another text."""
    changed = lead(heard.data, "message")
    if changed is None:
        return Ignored("receipt")
    content, target = read_content(changed), storable_id(lead(heard.data, "keyId"))
    if target is None or content.text is None:
        return heard.set_aside(content.apart or NO_ID, content.kind)
    return heard.change(target, content.text)


_READERS = {
    MESSAGE_EVENT: _message,
    SENT_EVENT: _sent,
    EDITED_EVENT: _edited,
    DELETED_EVENT: _deleted,
    UPDATED_EVENT: _updated,
}


def _time(milliseconds: object) -> datetime | None:
    """A time as JSON has a 64-bit number: as such, as a text, or as its two halves."""
    match milliseconds:
        case {"low": int(low), "high": int(high)}:
            count = (high << 32) + (low & 0xFFFFFFFF)
        case int(count) if not isinstance(count, bool):
            pass
        case str(text) if text.isascii() and text.isdigit():
            count = int(text[:20])
        case _:
            return None
    try:
        return datetime.fromtimestamp(count / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
