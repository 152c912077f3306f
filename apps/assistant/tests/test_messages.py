"""Pure rules: which events are messages, what is answered and to whom."""

import json
from typing import Any

import pytest

from assistant.messages import InboundMessage, SentMessage, compose_reply, recipient
from assistant.payloads import Ignored, PayloadError, read_event


def event(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of the body
    """A webhook body as Evolution 2.3.6 sends it on its EVOLUTION channel."""
    data = {
        "key": {"id": "M1", "remoteJid": "5511988887777@s.whatsapp.net", "fromMe": False},
        "pushName": "Ana",
        "message": {"conversation": "olá"},
        "messageType": "conversation",
        "messageTimestamp": 1_700_000_000,
        "source": "unknown",
        "instanceId": "9c2f",
    }
    data.update(changes)
    return {"event": "messages.upsert", "instance": "bot", "data": data, "apikey": "token", "server_url": "http://e"}


def sent_event(message_id: str = "R1", instance: str = "bot") -> dict[str, Any]:
    """What Evolution 2.3.6 reports after `sendText`."""
    key = {"fromMe": True, "id": message_id, "remoteJid": "5511988887777"}
    return {"event": "send.message", "instance": instance, "data": {"key": key, "message": {"conversation": "olá"}}}


def read(body: object) -> InboundMessage | SentMessage | Ignored:
    """Read a body for the instances `bot` and `smoke`."""
    return read_event(json.dumps(body).encode(), {"bot", "smoke"})


def test_a_text_becomes_a_message() -> None:
    """Everything the store needs is taken over."""
    assert read(event()) == InboundMessage(
        instance="bot",
        message_id="M1",
        message_type="conversation",
        push_name="Ana",
        remote_jid="5511988887777@s.whatsapp.net",
        text="olá",
    )


def test_every_instance_of_ours_is_heard() -> None:
    """Each under its own name."""
    heard = read({**event(), "instance": "smoke"})
    assert isinstance(heard, InboundMessage)
    assert heard.instance == "smoke"


def test_a_sent_message_is_noted_by_its_id() -> None:
    """Evolution's report of what an instance of ours sent."""
    assert read(sent_event()) == SentMessage(instance="bot", message_id="R1")


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"extendedTextMessage": {"text": "com link"}}, "com link"),
        ({"imageMessage": {"caption": "foto", "url": "x"}}, "foto"),
        ({"audioMessage": {"seconds": 3}}, None),
        ({"conversation": "nul\u0000"}, "nul"),
        (None, None),
    ],
)
def test_the_text_is_what_a_person_reads(message: dict[str, Any] | None, text: str | None) -> None:
    """Texts with previews, captions, media without words, and what Postgres cannot hold."""
    read_message = read(event(message=message))
    assert isinstance(read_message, InboundMessage)
    assert read_message.text == text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({**event(), "event": "connection.update", "data": {"state": "open"}}, "other event"),
        ({**event(), "instance": "other"}, "other instance"),
        (sent_event(instance="other"), "other instance"),
        (event(key={"id": "M1", "remoteJid": "1@s.whatsapp.net", "fromMe": True}), "sent by this instance"),
        (event(key={"id": "M1", "remoteJid": "1@g.us"}), "group, broadcast or newsletter"),
        (event(key={"id": "M1", "remoteJid": "status@broadcast"}), "group, broadcast or newsletter"),
    ],
)
def test_what_is_not_for_us_is_ignored(body: dict[str, Any], reason: str) -> None:
    """Each with its reason, none an error: Evolution would repeat it."""
    assert read(body) == Ignored(reason)


@pytest.mark.parametrize(
    "body",
    [[], {}, {"event": "messages.upsert", "instance": "bot"}, event(key={"id": ""}), sent_event(message_id="")],
)
def test_a_body_of_another_form_is_refused_without_quoting_it(body: object) -> None:
    """The message names places only."""
    with pytest.raises(PayloadError, match="not an Evolution event: ") as caught:
        read(body)
    assert "olá" not in str(caught.value)


def test_the_reply_counts_and_echoes() -> None:
    """A message without words is named by its type."""
    assert compose_reply(3, "conversation", "olá") == "Mensagem 3 recebida: olá"
    assert compose_reply(1, "audioMessage", None) == "Mensagem 1 recebida: [audioMessage]"


@pytest.mark.parametrize(
    ("jid", "number"),
    [
        ("5511988887777@s.whatsapp.net", "5511988887777"),
        ("5511988887777:12@s.whatsapp.net", "5511988887777"),
        ("99887766@lid", "99887766@lid"),
    ],
)
def test_a_person_is_addressed_by_number(jid: str, number: str) -> None:
    """Without the device; hidden addresses stay whole."""
    assert recipient(jid) == number
