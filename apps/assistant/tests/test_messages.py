"""Pure rules: what is read of an event, what is answered and to whom; the kinds of messages are in `test_events`."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from specimens import specimens

from assistant.contents import MAX_WRAPPERS, SETTING, WITHOUT_CONTENT, WRAPPED_TOO_OFTEN, read_content
from assistant.messages import InboundMessage, SentMessage, SetAside, compose_reply, recipient
from assistant.payloads import (
    MAX_DATA_LENGTH,
    NO_EVENT,
    NO_ID,
    OTHER_INSTANCE,
    UNREADABLE,
    Event,
    Ignored,
    read_event,
)


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


def read(body: object) -> Event:
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
    ("body", "reason"),
    [
        ({**event(), "event": "connection.update", "data": {"state": "open"}}, "other event"),
        ({**event(), "event": "messages.update", "data": {"keyId": "M1", "status": "READ"}}, "receipt"),
    ],
)
def test_what_says_nothing_of_a_message_is_ignored(body: dict[str, Any], reason: str) -> None:
    """Each with its reason, none an error: Evolution would repeat it."""
    assert read(body) == Ignored(reason)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", UNREADABLE),
        (b"not JSON", UNREADABLE),
        (b'{"event": "messages.upsert", "instance": "bot", "data": {"key"', UNREADABLE),
        (b"[" * 100_000, UNREADABLE),
        (b'{"event": ' + b"9" * 5000 + b"}", UNREADABLE),
        (b"\xff\xfe\x00", UNREADABLE),
        (b"a\x00\xff", UNREADABLE),
        (b"[]", NO_EVENT),
        (b"{}", NO_EVENT),
        (b'{"event": 1, "instance": "bot"}', NO_EVENT),
        (json.dumps({**event(), "instance": "other"}).encode(), OTHER_INSTANCE),
        (json.dumps(sent_event(instance="other")).encode(), OTHER_INSTANCE),
        (json.dumps(sent_event(message_id="")).encode(), NO_ID),
        (b'{"event": "messages.upsert", "instance": "bot"}', NO_ID),
        (b'{"event": "messages.edited", "instance": "bot"}', SETTING),
        (b'{"event": "messages.delete", "instance": "bot", "data": [1]}', NO_ID),
        (b'{"event": "messages.update", "instance": "bot", "data": {"message": 1}}', WITHOUT_CONTENT),
    ],
)
def test_whatever_comes_is_kept_with_a_reason(body: bytes, reason: str) -> None:
    """No body is an error: Evolution would not repeat it. What is kept can be stored by any database."""
    kept = read_event(body, {"bot"})
    assert isinstance(kept, SetAside)
    assert kept.reason == reason
    assert all(value is None or (value.isascii() and "\x00" not in value) for value in vars(kept).values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_of_json_is_read(encoding: str) -> None:
    """A sender says it by the first bytes."""
    kept = read_event(json.dumps(event(), ensure_ascii=False).encode(encoding), {"bot"})
    assert isinstance(kept, InboundMessage)
    assert kept.text == "olá"


def test_another_encoding_costs_the_letters_and_not_the_message() -> None:
    """JSON is never Latin-1, and a proxy may make it so."""
    kept = read_event(json.dumps(event(), ensure_ascii=False).encode("latin-1"), {"bot"})
    assert isinstance(kept, InboundMessage)
    assert kept.text == "ol\ufffd"


def test_what_is_kept_has_no_secret_and_an_end() -> None:
    """The envelope names the instance's token; a picture has megabytes."""
    whole = {**event(message={"reactionMessage": {"text": "x" * 200_000}}), "apikey": "s3cret"}
    for body in (json.dumps(whole).encode(), b'{"apikey" : "s3cret", "event": "messages.upsert", "da' + b"x" * 200_000):
        kept = read_event(body, {"bot"})
        assert isinstance(kept, SetAside)
        assert "s3cret" not in kept.data
        assert MAX_DATA_LENGTH <= len(kept.data) < MAX_DATA_LENGTH + 100


def test_a_delivery_is_known_by_what_it_says() -> None:
    """The same event is one; another one of the same message is another."""
    reaction = event(message={"reactionMessage": {"text": "👍"}})
    first, again = read(reaction), read({**reaction, "date_time": "later"})
    other = read({**reaction, "data": {**reaction["data"], "message": {"reactionMessage": {"text": "👎"}}}})
    assert isinstance(first, SetAside)
    assert isinstance(other, SetAside)
    assert first == again
    assert first.digest != other.digest


@pytest.mark.parametrize("seed", range(20))
def test_no_form_of_an_event_is_an_error(seed: int) -> None:
    """Parts of real events, put together at random."""
    for body in jumbled(seed, 500):
        read_event(body, {"bot"})


def test_wrappers_are_opened_up_to_a_depth() -> None:
    """A hostile thousand of them end as what they are."""
    for depth, kind in ((MAX_WRAPPERS, "conversation"), (MAX_WRAPPERS + 1, "ephemeralMessage")):
        message: dict[str, Any] = {"conversation": "fundo"}
        for _ in range(depth):
            message = {"ephemeralMessage": {"message": message}}
        assert read_content(message).kind == kind
    assert read_content(message).apart == WRAPPED_TOO_OFTEN


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


def jumbled(seed: int, count: int) -> Iterator[bytes]:
    """Bodies of events put together from parts of the specimens; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    pool = [part for specimen in specimens() for part in _parts(specimen.data)]
    names = [specimen.event for specimen in specimens()]
    for _ in range(count):
        envelope = {"event": dice.choice(names), "instance": "bot", "data": _jumbled(dice, pool, 4)}
        yield json.dumps(envelope).encode()


def _parts(part: object) -> Iterator[object]:
    """A part of an event and everything in it."""
    yield part
    if isinstance(part, (dict, list)):
        for value in part.values() if isinstance(part, dict) else part:
            yield from _parts(value)


def _jumbled(dice: random.Random, pool: list[object], depth: int) -> object:
    """A part of an event with some of its values replaced by parts of others."""
    part = dice.choice(pool)
    if not isinstance(part, dict) or depth == 0:
        return part
    return {name: _jumbled(dice, pool, depth - 1) if dice.random() < 0.4 else value for name, value in part.items()}
