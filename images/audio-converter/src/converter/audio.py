"""Conversion by ffmpeg, in a folder that is gone afterwards.

Files and not pipes: MP4 has its index at the end as often as not, and a pipe cannot be read backwards. What ffmpeg
may open is bounded: a playlist would otherwise make it read any file of the container and put it into the answer.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from converter.errors import RefusedError

SERVER_ERROR: Final = 500
SECONDS: Final = 60
MAX_OUTPUT_BYTES: Final = 16 << 20
"""What WhatsApp takes."""

SHOWN: Final = 300

INPUTS: Final = (
    "aac,aiff,amr,amrnb,amrwb,asf,caf,flac,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,ogg,w64,wav"  # audio, no lists
)
ENCODERS: Final = {
    # What WhatsApp shows as a voice message: one channel of Opus in Ogg.
    "ogg": ("-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "48k", "-application", "voip", "-f", "ogg"),
    "mp3": ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3"),
    "mp4": ("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-f", "mp4"),
}


@dataclass(frozen=True, kw_only=True)
class Converted:
    """Audio in the format that was asked for.

    Attributes:
        data: The file.
        seconds: How long it plays, whole seconds.
    """

    data: bytes
    seconds: int


def convert(data: bytes, wanted: str) -> Converted:
    """Return audio in another format.

    Args:
        data: Any file ffmpeg finds audio in.
        wanted: A name of `ENCODERS`.

    Raises:
        RefusedError: It holds no audio, or takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="convert-") as name:
        source, target = Path(name, "in"), Path(name, "out")
        source.write_bytes(data)
        command = [
            *("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-progress", "pipe:1"),
            *("-protocol_whitelist", "file", "-format_whitelist", INPUTS, "-i", str(source)),
            *("-map", "0:a:0", "-map_metadata", "-1", "-fs", str(MAX_OUTPUT_BYTES + 1)),
            *ENCODERS[wanted],
            str(target),
        ]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)  # noqa: S603 no shell
        except subprocess.TimeoutExpired:
            raise RefusedError(SERVER_ERROR, f"conversion took longer than {SECONDS} s") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().replace(name, "")[-SHOWN:]
            raise RefusedError(SERVER_ERROR, f"error during conversion: exit status {done.returncode}, details: {said}")
        if target.stat().st_size > MAX_OUTPUT_BYTES:  # ffmpeg stopped there, in the middle of the audio
            raise RefusedError(SERVER_ERROR, f"the result is larger than {MAX_OUTPUT_BYTES} bytes")
        return Converted(data=target.read_bytes(), seconds=_seconds(done.stdout.decode()))


def _seconds(progress: str) -> int:
    """Return the last position ffmpeg reported; it reports none of a file shorter than one frame."""
    found = [line.partition("=")[2] for line in progress.splitlines() if line.startswith("out_time_us=")]
    return int(found[-1]) // 1_000_000 if found and found[-1].isdecimal() else 0
