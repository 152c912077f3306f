"""`probe smoke`: follows one message through the whole system, hop by hop, then tries what media need."""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from probe import hops, media, voice
from probe.application import Application, MessageStatus, NoStatusRouteError
from probe.errors import ProbeError
from probe.evolution import Evolution
from probe.files import SettingsModel, read_secret, read_settings
from probe.models import S3, Bucket
from probe.output import say
from probe.replies import Replies, Reply
from probe.waiting import Deadline

# A contact nobody has: always the same, so that replies count how often the smoke has run on this data.
CONTACT_NUMBER = "5511900000000"
CONTACT_NAME = "zapstack smoke"
NOT_SHOWN = "not shown: a voice message sent through both, which takes an instance connected to WhatsApp"


class SmokeFile(SettingsModel):
    """The settings file of this command."""

    evolution_url: str
    instance: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    number: str
    token_file: Path
    app_url: str
    webhook_secret_file: Path
    bucket: Bucket
    bucket_access_key_file: Path
    bucket_secret_key_file: Path
    converter_url: str = Field(pattern=r"^https?://[^/@]+/")
    converter_key_file: Path

    @property
    def media(self) -> S3:
        """The bucket with its key."""
        keys = {
            "access_key": read_secret(self.bucket_access_key_file),
            "secret_key": read_secret(self.bucket_secret_key_file),
        }
        return S3.model_validate({**self.bucket.model_dump(), **keys})


@dataclass(frozen=True)
class _Message:
    """The message under way, and where its traces show."""

    application: Application
    deadline: Deadline
    message_id: str
    replies: Replies

    @property
    def status(self) -> MessageStatus:
        try:
            return self.application.status(self.message_id)
        except NoStatusRouteError as error:
            raise ProbeError("app has lost its status route: it was replaced in between. Run this again") from error


def run(settings_path: Path, timeout_seconds: float, text: str) -> None:
    """Follow one message from Evolution to the application and back; then try the bucket and the converter.

    Those two as evolution-api would, with its own keys, and not by a message that is sent: of those it keeps media on
    channels of WhatsApp only, and the instance of this conversation talks to nobody.

    Raises:
        ProbeError: Naming the hop that failed.
    """
    settings = read_settings(settings_path, SmokeFile)
    deadline = Deadline(timeout_seconds)
    token, secret = read_secret(settings.token_file), read_secret(settings.webhook_secret_file)
    kept_in, converter_key = settings.media, read_secret(settings.converter_key_file)
    evolution = Evolution(settings.evolution_url, token, f'the token of instance "{settings.instance}"', deadline)
    application = Application(settings.app_url, secret, settings.instance, deadline)
    message_id = uuid.uuid4().hex.upper()
    begun = time.monotonic()
    replies = hops.follow(hops.TAKEN_IN, lambda: _inject(evolution, settings, message_id, text))
    reply = _answer(_Message(application, deadline, message_id, replies))
    say(f"  in:  {text}")
    say(f"  out: {reply.text}")
    say(f"answered in {(time.monotonic() - begun) * 1000:.0f} ms")
    hops.attempt(hops.kept(kept_in.host), lambda: media.prove(kept_in, deadline))
    hops.attempt(hops.CONVERTED, lambda: voice.prove(settings.converter_url, converter_key, deadline))
    say(f"  {NOT_SHOWN}")


def _inject(evolution: Evolution, settings: SmokeFile, message_id: str, text: str) -> Replies:
    # Evolution takes messages from anybody and says nothing when it drops one: what could be wrong is asked before.
    if not evolution.exists(settings.instance):
        raise ProbeError(
            f"evolution-api has no instance \"{settings.instance}\". Declared instances are made by 'make up'"
        )
    replies = Replies(evolution, settings.instance, CONTACT_NUMBER)
    taken = evolution.inject(
        {
            "key": {"fromMe": False, "id": message_id, "remoteJid": f"{CONTACT_NUMBER}@s.whatsapp.net"},
            "message": {"conversation": text},
            "messageType": "conversation",
            "numberId": settings.number,
            "pushName": CONTACT_NAME,
        }
    )
    if not taken:
        row = evolution.instances().get(settings.instance, {})
        raise ProbeError(
            f"evolution-api dropped it, because no instance that is open has the number {settings.number}. "
            f'Instance "{settings.instance}" is stored as {row.get("integration")} with the number {row.get("number")} '
            f"and is {row.get('connectionStatus')}; it must be EVOLUTION with that number, and open"
        )
    return replies


def _answer(message: _Message) -> Reply:
    """Follow the message up to its reply, by the application's word if it gives one."""
    application, until = message.application, message.deadline.until
    complaints = application.complaints
    try:
        hops.follow(
            hops.STORED, lambda: until(lambda: application.status(message.message_id).stored or None), complaints
        )
    except NoStatusRouteError:
        hops.leave_out(hops.STORED, hops.QUEUED, hops.TAKEN)
        reply = hops.follow(hops.ANSWERED_SOMEHOW, lambda: until(message.replies.newest))
        hops.leave_out(hops.SEEN)
        return reply
    hops.follow(hops.QUEUED, lambda: until(lambda: message.status.queued or None), complaints)
    hops.follow(hops.TAKEN, lambda: until(lambda: message.status.taken or None), complaints)
    reply = hops.follow(hops.ANSWERED, lambda: _sent(message), complaints)
    hops.follow(hops.SEEN, lambda: until(lambda: message.status.seen or None), complaints)
    # Again: a second worker may have been a moment behind the first.
    hops.recheck(hops.ANSWERED, lambda: message.replies.demand_once(reply))
    return reply


def _sent(message: _Message) -> Reply | None:
    reply_id = message.deadline.until(lambda: message.status.reply_id or None)
    if reply_id is None:
        return None
    reply = message.deadline.until(lambda: message.replies.by_id(reply_id))
    if reply is None:
        raise ProbeError(
            f"app says it is answered by {reply_id}, but evolution-api has no such message to the contact since. Look "
            "at evolution-api: does it keep messages (DATABASE_SAVE_DATA_NEW_MESSAGE)?"
        )
    message.replies.demand_once(reply)
    return reply
