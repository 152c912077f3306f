"""`probe smoke`: sends one message through the whole system and follows it hop by hop."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from probe.errors import ProbeError
from probe.evolution import OK, UNAUTHORIZED, Evolution
from probe.files import SettingsModel, read_secret, read_settings
from probe.http import HttpService, json_of
from probe.output import say
from probe.waiting import Deadline

# A contact nobody has: always the same, so that replies count how often the smoke has run on this data.
CONTACT_NUMBER = "5511900000000"
CONTACT_NAME = "zapstack smoke"
HOPS = 3


class SmokeFile(SettingsModel):
    """The settings file of this command."""

    evolution_url: str
    instance: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    number: str
    token_file: Path
    app_url: str
    webhook_secret_file: Path


@dataclass(frozen=True)
class _Route:
    """The two ends of the conversation and the time left."""

    application: HttpService
    deadline: Deadline
    evolution: Evolution
    secret: str
    settings: SmokeFile


def run(settings_path: Path, timeout_seconds: float, text: str) -> None:
    """Follow one message from Evolution to the application and back.

    Raises:
        ProbeError: Naming the hop that failed.
    """
    settings = read_settings(settings_path, SmokeFile)
    deadline = Deadline(timeout_seconds)
    route = _Route(
        application=HttpService("the application", settings.app_url, deadline),
        deadline=deadline,
        evolution=Evolution(settings.evolution_url, read_secret(settings.token_file), "the instance's token", deadline),
        secret=read_secret(settings.webhook_secret_file),
        settings=settings,
    )
    message_id = uuid.uuid4().hex.upper()
    _hop(1, "evolution-api took the message", lambda: _inject(route, message_id, text))
    _hop(2, "app stored the message", lambda: _await_stored(route, message_id))
    reply = _hop(3, "app answered it", lambda: _await_reply(route, message_id))
    say(f"  in:  {text}")
    say(f"  out: {reply}")


def _hop(number: int, what: str, follow: Callable[[], str]) -> str:
    begun = time.monotonic()
    try:
        result = follow()
    except ProbeError as error:
        raise ProbeError(f"hop {number} of {HOPS} failed: {what}: {error}") from error
    say(f"hop {number} of {HOPS}: {what} ({(time.monotonic() - begun) * 1000:.0f} ms)")
    return result


def _inject(route: _Route, message_id: str, text: str) -> str:
    route.evolution.inject(
        {
            "key": {"fromMe": False, "id": message_id, "remoteJid": f"{CONTACT_NUMBER}@s.whatsapp.net"},
            "message": {"conversation": text},
            "messageType": "conversation",
            "numberId": route.settings.number,
            "pushName": CONTACT_NAME,
        }
    )
    return message_id


def _await_stored(route: _Route, message_id: str) -> str:
    if route.deadline.until(lambda: _status(route, message_id).get("stored") or None) is None:
        raise ProbeError(
            "not within the time. evolution-api has the message: look at its webhook (url, secret) and at the log of "
            "the application"
        )
    return message_id


def _await_reply(route: _Route, message_id: str) -> str:
    reply_id = route.deadline.until(lambda: _status(route, message_id).get("reply_id"))
    if reply_id is None:
        raise ProbeError("no reply within the time. The application's log says why it is postponed")
    reply = route.deadline.until(lambda: _reply_text(route, reply_id))
    if reply is None:
        raise ProbeError(f"the application says it sent {reply_id}, but evolution-api has no such message")
    return reply


def _status(route: _Route, message_id: str) -> dict[str, Any]:
    path = f"/messages/{route.settings.instance}/{message_id}"
    answer = route.application.request("GET", path, headers={"authorization": f"Bearer {route.secret}"})
    if answer.status_code == UNAUTHORIZED:
        raise ProbeError(f"AUTH: the application refused the webhook secret (HTTP {UNAUTHORIZED})")
    status = json_of(answer)
    if answer.status_code != OK or not isinstance(status, dict):
        raise route.application.unexpected(answer)
    return status


def _reply_text(route: _Route, reply_id: str) -> str | None:
    # The EVOLUTION channel files what was sent under the bare number, others under the full address.
    for address in (CONTACT_NUMBER, f"{CONTACT_NUMBER}@s.whatsapp.net"):
        for record in route.evolution.messages_with(route.settings.instance, address):
            match record:
                case {"key": {"id": str(found)}, "message": {"conversation": str(text)}} if found == reply_id:
                    return text
    return None
