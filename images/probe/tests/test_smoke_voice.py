"""`probe smoke`: the voice message, and who is named when it is not what it should have become."""

import socket
import threading
from typing import Any

import pytest
from conftest import Captured, WriteFile, run_smoke
from fake_system import FakeSystem

from probe import voice
from probe.errors import ProbeError
from probe.voice import open_link
from probe.waiting import Deadline


def test_either_kind_of_the_channels_is_taken(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """The EVOLUTION channel asks for mp4, a phone's for ogg."""
    system.heard = b"OggS\0"
    assert run_smoke(write, smoke_file) == 0
    assert "  a voice message became ogg\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, {"message": "Failed to convert audio"}), "answered HTTP 500 to POST /message/sendWhatsAppAudio/bot"),
        ((201, {"key": {"id": "V"}, "message": {"mediaUrl": None}}), "kept no file of it"),
        ((401, {"message": "Unauthorized"}), "answered HTTP 401"),
    ],
)
def test_a_voice_message_that_is_not_kept_fails_hop_seven(
    system: FakeSystem,
    write: WriteFile,
    smoke_file: dict[str, Any],
    capsys: Captured,
    answer: tuple[int, Any],
    said: str,
) -> None:
    """After the conversation, which went well."""
    system.voice = answer
    assert run_smoke(write, smoke_file) == 1
    told = capsys.readouterr()
    assert "hop 6 of 8: " in told.out
    assert "hop 7 of 8 failed" in told.err
    assert said in told.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (voice.recording(), "16044 bytes, as it was sent, unconverted"),
        (b"<Error>", "7 bytes, nothing WhatsApp plays"),
    ],
)
def test_a_link_to_something_else_fails_hop_eight(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, content: bytes, said: str
) -> None:
    """What was not converted is no voice message, though everybody answered."""
    system.heard = content
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 8 of 8 failed" in error
    assert said in error


def test_a_link_nobody_answers_fails_hop_eight(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Such as one signed for a name that only Evolution knows."""
    system.voice = 201, {"message": {"mediaUrl": "http://minio.invalid:9000/evolution/voice.mp4?signature=x"}}
    assert run_smoke(write, smoke_file, seconds="2") == 1
    error = capsys.readouterr().err
    assert "hop 8 of 8 failed" in error
    assert "DNS: minio.invalid cannot be resolved" in error


def test_a_link_that_gives_no_answer_is_named_without_its_signature() -> None:
    """Whoever reads the line could open the link for as long as it is valid."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(4096)
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(ProbeError) as found:
            open_link(f"http://127.0.0.1:{server.getsockname()[1]}/media/a?X-Amz-Signature=secret", Deadline(5))
    assert "gave no answer to GET /media/a (" in str(found.value)
    assert "secret" not in str(found.value)
