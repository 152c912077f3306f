"""`probe smoke`: the bucket and the converter, and which step is named when one does not do what media need."""

import base64
import re
import socket
import threading
import wave
from io import BytesIO
from typing import Any

import pytest
from conftest import Captured, WriteFile, run_smoke
from fake_s3 import ACCESS_KEY, SECRET_KEY, FakeS3
from fake_system import CONVERTER_KEY, Answer, FakeSystem

from probe import media, steps, voice
from probe.errors import ProbeError
from probe.models import S3
from probe.waiting import Deadline


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "TRANSIENT_SECONDS", 0.2)


def failed(write: WriteFile, settings: object, capsys: Captured, hop: int) -> str:
    """Run a conversation that must fail at a hop, after all that come before it, and return what it said."""
    assert run_smoke(write, settings) == 1
    told = capsys.readouterr()
    assert f"hop {hop - 1} of 8: " in told.out
    assert f"hop {hop} of 8: " not in told.out
    assert f"hop {hop} of 8 failed" in told.err
    assert not any(secret in told.out + told.err for secret in (ACCESS_KEY, SECRET_KEY, CONVERTER_KEY, "X-Amz-"))
    return told.err


def test_the_bucket_is_used_as_evolution_and_its_readers_do(
    bucket_server: FakeS3, write: WriteFile, smoke_file: dict[str, Any]
) -> None:
    """Written by the key, opened by a signed link, refused without; and nothing is left."""
    assert run_smoke(write, smoke_file) == 0
    assert bucket_server.asked == ["PUT", "GET", "unsigned GET", "DELETE"]
    assert bucket_server.objects == {}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"refused": {"PUT": "InvalidAccessKeyId"}}, 'AUTH failed: 127.0.0.1:PORT refuses the key for bucket "media"'),
        ({"refused": {"PUT": "NoSuchBucket"}}, 'BUCKET failed: 127.0.0.1:PORT has no bucket "media"'),
        ({"refused": {"DELETE": "AccessDenied"}}, "PERMISSION failed: 127.0.0.1:PORT does not let the key"),
        ({"page": True}, "does not open what was written (status 200). Is it an S3 server"),
        ({"link_refused": "SignatureDoesNotMatch"}, "LINK failed: a signed link to 127.0.0.1:PORT/media/.zapstack-"),
        ({"public": True}, "PRIVACY failed: 127.0.0.1:PORT/media/.zapstack-proof-"),
    ],
)
def test_a_bucket_that_does_not_do_fails_hop_seven(
    bucket_server: FakeS3,
    write: WriteFile,
    smoke_file: dict[str, Any],
    capsys: Captured,
    broken: dict[str, Any],
    said: str,
) -> None:
    """By the step, with where to look, and without a key or a signature."""
    for name, value in broken.items():
        setattr(bucket_server, name, value)
    error = failed(write, smoke_file, capsys, 7).replace(str(bucket_server.server_address[1]), "PORT")
    assert said in error
    assert "Look at the bucket's server, 127.0.0.1, which is none of this stack (s3.host)" in error


@pytest.mark.parametrize("broken", [{"link_refused": "SignatureDoesNotMatch"}, {"public": True}])
def test_the_object_is_taken_away_when_a_step_fails(
    bucket_server: FakeS3, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, broken: dict[str, Any]
) -> None:
    """It would lie there for ever."""
    for name, value in broken.items():
        setattr(bucket_server, name, value)
    failed(write, smoke_file, capsys, 7)
    assert bucket_server.asked[-1] == "DELETE"
    assert bucket_server.objects == {}


def test_the_step_that_fails_first_is_told(
    bucket_server: FakeS3, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """And not that the object could not be taken away either."""
    bucket_server.link_refused, bucket_server.refused = "ExpiredToken", {"DELETE": "AccessDenied"}
    error = failed(write, smoke_file, capsys, 7)
    assert "LINK failed: " in error
    assert "PERMISSION" not in error


def test_a_bucket_nobody_serves_is_named_at_once(
    write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """By its name, and not after the time of the whole conversation."""
    smoke_file["bucket"] = {**smoke_file["bucket"], "host": "minio.invalid"}
    error = failed(write, smoke_file, capsys, 7)
    assert 'DNS failed: nobody on this network is called "minio.invalid"' in error


def test_the_service_that_keeps_media_is_the_one_to_look_at(
    write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Whichever of the stack's servers that is."""
    smoke_file["bucket"] = {**smoke_file["bucket"], "host": "versitygw.internal"}
    error = failed(write, smoke_file, capsys, 7)
    assert "Look at versitygw ('make status', 'make logs SERVICE=versitygw')" in error


def test_a_link_that_gives_no_answer_is_named_without_its_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the line could open the link for as long as it is valid."""
    with socket.create_server(("127.0.0.1", 0)) as server, FakeS3() as fake:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.recv(4096)
            connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        wanted = S3.model_validate({**fake.settings, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY})
        link = f"http://127.0.0.1:{server.getsockname()[1]}/media/a?X-Amz-Signature=secret"
        monkeypatch.setattr("minio.Minio.presigned_get_object", lambda *_arguments, **_options: link)
        with pytest.raises(ProbeError) as found:
            media.prove(wanted, Deadline(5))
        fake.shutdown()
    assert "gave no answer to GET /media/a (" in str(found.value)
    assert "secret" not in str(found.value)
    assert fake.objects == {}


def test_the_converter_is_asked_as_evolution_does(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any]
) -> None:
    """As base64 without a format for telephones, as a file with mp4 on the EVOLUTION channel; both one second."""
    assert run_smoke(write, smoke_file) == 0
    telephone, channel = system.forms
    sent = re.search(rb'name="base64"\r\n\r\n([A-Za-z0-9+/=]+)\r\n', telephone)
    assert sent
    with wave.open(BytesIO(base64.b64decode(sent.group(1)))) as heard:
        assert heard.getnframes() == heard.getframerate()
    assert b'name="format"' not in telephone
    assert b'name="file"; filename="smoke.wav"' in channel
    assert b"RIFF" in channel


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {"error": "Invalid API_KEY"}), "AUTH failed: audio-converter refuses evolution-api's key (status 401)"),
        (
            (500, {"error": "error during conversion"}),
            "HTTP failed: audio-converter answered HTTP 500 to POST /process-audio: error during conversion",
        ),
        ((200, {"duration": 1}), "AUDIO failed: audio-converter was asked for ogg and made 0 bytes of another kind"),
        ((200, {"audio": "no base64"}), "AUDIO failed: audio-converter was asked for ogg and made 0 bytes"),
    ],
)
def test_a_converter_that_does_not_convert_fails_hop_eight(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, answer: Answer, said: str
) -> None:
    """By the step, in its own words, with where to look."""
    system.converter = answer
    error = failed(write, smoke_file, capsys, 8)
    assert said in error
    assert "Look at audio-converter: 'make status'" in error


@pytest.mark.parametrize("kind", ["ogg", "mp4"])
def test_what_was_not_converted_fails_hop_eight(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, kind: str
) -> None:
    """Though everybody answered."""
    system.converted[kind] = voice.recording()
    assert f"was asked for {kind} and made WAV of a WAV" in failed(write, smoke_file, capsys, 8)


def test_a_wrong_key_of_the_converter_is_an_authentication_failure(
    write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """The key evolution-api has, not one of the smoke's own."""
    write("converter_key", "another")
    assert "AUTH failed: audio-converter refuses evolution-api's key" in failed(write, smoke_file, capsys, 8)


def test_a_converter_that_asks_nobody_for_a_key_fails_hop_eight(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Whoever reaches it could have it fetch any address."""
    system.converter_asks = False
    error = failed(write, smoke_file, capsys, 8)
    assert "KEY failed: audio-converter does not refuse somebody without a key (status 200)" in error


def test_a_converter_that_is_not_there_is_named_at_once(
    write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """By the step."""
    smoke_file["converter_url"] = "http://127.0.0.1:1/process-audio"
    assert "TCP failed: 127.0.0.1:1 accepts no connection" in failed(write, smoke_file, capsys, 8)


def test_a_missing_key_is_told_before_anything_is_sent(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """A settings file is read whole first."""
    write("converter_key", "")
    assert run_smoke(write, smoke_file) == 1
    assert "converter_key is empty" in capsys.readouterr().err
    assert system.injected == []
