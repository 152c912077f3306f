"""A voice message that the smoke conversation sends, and what must have become of it."""

import io
import math
import struct
import wave
from urllib.parse import urlsplit

from probe.errors import ProbeError
from probe.evolution import OK
from probe.http import HttpService
from probe.waiting import Deadline

RATE = 8000
SECONDS = 1
PITCH = 440.0
LOUDNESS = 8000

MEDIA = "the media's server"


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


def open_link(url: str, deadline: Deadline) -> str:
    """Fetch a voice message by its link, as an application would.

    Returns:
        Its kind, `ogg` or `mp4`.

    Raises:
        ProbeError: The link does not open, or leads to something else.
    """
    parts = urlsplit(url)
    server = HttpService(MEDIA, f"{parts.scheme}://{parts.netloc}", deadline)
    answer = server.request("GET", f"{parts.path}?{parts.query}")
    if answer.status_code != OK:
        raise server.unexpected(answer)
    content = answer.content
    if content.startswith(b"OggS"):
        return "ogg"
    if content[4:8] == b"ftyp":
        return "mp4"
    what = "as it was sent, unconverted" if content.startswith(b"RIFF") else "nothing WhatsApp plays"
    raise ProbeError(f"the link {parts.netloc}{parts.path} leads to {len(content)} bytes, {what}")
