"""The audio converter: one command for two images, and a key that no inspection shows."""

import os
import subprocess
from pathlib import Path

import pytest

from components.audio_converter import AudioConverterArgs, AudioConverterConnection, audio_converter_spec, settings_file
from tests.recorder import SECRET
from tests.unit.storage import NO_OUTPUT, graph


def test_the_key_is_in_the_file_that_the_program_reads_from_its_folder() -> None:
    """`-dev` reads .env from the working directory, which is where the files are."""
    spec = audio_converter_spec("audio-converter", AudioConverterArgs(port=4050), settings_file("the-key"))
    assert spec.working_dir == "/run/secrets/audio-converter"
    assert spec.secret_files == {".env": "API_KEY=the-key\n"}
    assert spec.environment == {"GIN_MODE": "release", "PORT": "4050"}
    assert graph().one("Prepare", "audio-converter-prepare").inputs["secret_files"] == SECRET


def test_what_it_prints_of_requests_is_thrown_away() -> None:
    """The original prints headers; where this redirection is missing, the key is in the log."""
    spec = audio_converter_spec("audio-converter", AudioConverterArgs(), "x")
    assert spec.command == ("sh", "-c", "exec /app/main -dev >/dev/null")


def test_it_has_no_way_out() -> None:
    """It fetches any address it is given."""
    assert audio_converter_spec("audio-converter", AudioConverterArgs(), "x").networks == {"edge"}


@pytest.mark.parametrize(
    ("said", "healthy"),
    [
        ("wget: server returned error: HTTP/1.1 401 Unauthorized", True),
        ("wget: server returned error: HTTP/1.1 500 Internal Server Error", False),
        ("wget: can't connect to remote host: Connection refused", False),
    ],
)
def test_health_is_to_refuse_a_call_without_a_key(tmp_path: Path, said: str, *, healthy: bool) -> None:
    """A server without a key of its own answers with 500."""
    wget = tmp_path / "wget"
    wget.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 1\n')
    wget.chmod(0o755)
    command = audio_converter_spec("audio-converter", AudioConverterArgs(), "x").health.command
    done = subprocess.run(command, check=False, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert (done.returncode == 0) is healthy


def test_the_connection_is_the_whole_address() -> None:
    """Evolution API appends nothing."""
    connection = AudioConverterConnection(api_key=NO_OUTPUT, host="audio-converter", port=4040, ready=())
    assert connection.url == "http://audio-converter:4040/process-audio"
    assert connection.proof()["kind"] == "tcp"
    assert "audio-converter-gate" in graph().one("Prepare", "consumer-prepare").depends_on
