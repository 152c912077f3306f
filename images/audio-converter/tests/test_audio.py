"""Conversion by the real ffmpeg; in its image it always is there."""

import shutil
import struct
import subprocess
import wave
from pathlib import Path

import pytest

from converter import audio
from converter.errors import RefusedError

SECONDS = 3
pytestmark = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg on this machine")


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sawtooth of three seconds."""
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join(struct.pack("<h", number * 97 % 20000) for number in range(8000 * SECONDS)))
    return path.read_bytes()


def probe(data: bytes, entry: str, folder: Path) -> str:
    """Return what ffprobe finds in a file."""
    path = folder / "probed"
    path.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-show_entries", entry, "-of", "csv=p=0", str(path)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603 no shell


@pytest.mark.parametrize(
    ("wanted", "container", "codec"),
    [("ogg", "ogg", "opus"), ("mp3", "mp3", "mp3"), ("mp4", "mov,mp4,m4a,3gp,3g2,mj2", "aac")],
)
def test_each_format(wav: bytes, tmp_path: Path, wanted: str, container: str, codec: str) -> None:
    """It is what it is called, and as long as what was sent; and it can be sent again."""
    made = audio.convert(wav, wanted)
    assert made.seconds == SECONDS
    assert probe(made.data, "format=format_name", tmp_path).strip('"') == container
    assert probe(made.data, "stream=codec_name", tmp_path) == codec
    assert float(probe(made.data, "format=duration", tmp_path)) == pytest.approx(SECONDS, abs=0.2)
    assert audio.convert(made.data, "ogg").seconds == SECONDS


def test_what_is_no_audio_is_refused() -> None:
    """With ffmpeg's own words, and without the folder's name."""
    with pytest.raises(RefusedError, match="error during conversion") as refused:
        audio.convert(b"no audio at all", "ogg")
    assert refused.value.status == 500
    assert "convert-" not in refused.value.words


@pytest.mark.parametrize("playlist", ["#EXTM3U\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile '{}'\n"])
def test_a_playlist_opens_no_other_file(wav: bytes, tmp_path: Path, playlist: str) -> None:
    """It would make a secret of this container part of the answer."""
    other = tmp_path / "other.wav"
    other.write_bytes(wav)
    with pytest.raises(RefusedError, match="error during conversion"):
        audio.convert(playlist.format(other).encode(), "ogg")


def test_a_result_that_was_cut_is_refused(wav: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an audio looks like a whole one."""
    monkeypatch.setattr(audio, "MAX_OUTPUT_BYTES", 3000)
    with pytest.raises(RefusedError, match="larger than 3000 bytes"):
        audio.convert(wav, "mp3")


def test_a_conversion_ends_in_time(wav: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a file makes ffmpeg do."""
    monkeypatch.setattr(audio, "SECONDS", 0.001)
    with pytest.raises(RefusedError, match="took longer"):
        audio.convert(wav, "ogg")
