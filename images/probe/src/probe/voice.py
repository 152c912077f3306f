"""The converter of voice messages as evolution-api uses it: what it asks for with its key, and nothing without one.

Source: evolution-api 2.3.7, `processAudio` below `src/api/integrations/channel`: a form with `base64` and no format in
`whatsapp/whatsapp.baileys.service.ts`, one with `file` and format mp4 in `evolution/evolution.channel.service.ts`.
"""

import base64
import binascii
import io
import math
import struct
import wave
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from probe.http import Form, HttpService, json_of
from probe.steps import StepError, reach
from probe.stores import PASSWORD
from probe.waiting import Deadline

NAME = "audio-converter"
RATE = 8000
SECONDS = 1
PITCH = 440.0
LOUDNESS = 8000


def recording() -> bytes:
    """One second of a tone as WAV, which WhatsApp does not play: unconverted it would be told apart."""
    samples = (int(LOUDNESS * math.sin(2 * math.pi * PITCH * at / RATE)) for at in range(RATE * SECONDS))
    content = io.BytesIO()
    with wave.open(content, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return content.getvalue()


def forms() -> dict[str, Form]:
    """What evolution-api sends, by the kind of file it wants back: for telephones, and on its EVOLUTION channel."""
    sound = recording()
    return {
        "ogg": {"base64": (None, base64.b64encode(sound), None)},
        "mp4": {"file": ("smoke.wav", sound, "audio/wav"), "format": (None, b"mp4", None)},
    }


def prove(url: str, key: str, deadline: Deadline) -> None:
    """Have a tone converted in both ways, and be refused without the key.

    Args:
        url: The whole address, as evolution-api has it.
        key: Evolution's key.
        deadline: Bounds everything.

    Raises:
        StepError: At DNS, TCP, AUTH, HTTP, AUDIO or KEY.
        ProbeError: It gives no answer.
    """
    parts = urlsplit(url)
    reach(parts.hostname or "", parts.port or 80)
    converter = HttpService(NAME, f"{parts.scheme}://{parts.netloc}", deadline)
    for kind, form in forms().items():
        answer = converter.request("POST", parts.path, form=form, headers={"apikey": key})
        if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise StepError("AUTH", f"{NAME} refuses evolution-api's key (status {answer.status_code})", PASSWORD)
        if answer.status_code != HTTPStatus.OK:
            raise StepError("HTTP", str(converter.unexpected(answer)), "It converted nothing.")
        if (made := kind_of(_audio(answer))) != kind:
            raise StepError("AUDIO", f"{NAME} was asked for {kind} and made {made} of a WAV", "Does ffmpeg work in it?")
    keyless = converter.request("POST", parts.path, form=forms()["ogg"])
    if keyless.status_code != HTTPStatus.UNAUTHORIZED:
        raise StepError(
            "KEY",
            f"{NAME} does not refuse somebody without a key (status {keyless.status_code})",
            "Does it know its own (API_KEY)?",
        )


def kind_of(content: bytes) -> str:
    """Tell a file by how it begins."""
    if content.startswith(b"OggS"):
        return "ogg"
    if content[4:8] == b"ftyp":
        return "mp4"
    if content.startswith(b"RIFF"):
        return "WAV"
    return f"{len(content)} bytes of another kind"


def _audio(answer: httpx.Response) -> bytes:
    """The file in an answer; empty when there is none."""
    match json_of(answer):
        case {"audio": str(text)}:
            try:
                return base64.b64decode(text, validate=True)
            except binascii.Error:
                return b""
    return b""
