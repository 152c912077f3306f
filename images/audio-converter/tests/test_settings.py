"""Settings, and the whole program as the engine starts and stops it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from converter import settings

FILE = "# a comment\nexport PORT='4041'\nAPI_KEY=from-the-file\n"


def test_the_file_is_read_when_asked_for(tmp_path: Path) -> None:
    """And only then; variables win."""
    (tmp_path / ".env").write_text(FILE)
    assert settings.read(["-dev"], {}, tmp_path) == settings.Settings(api_key="from-the-file", port=4041)
    assert settings.read(["-dev"], {"API_KEY": "x"}, tmp_path).api_key == "x"
    assert settings.read([], {}, tmp_path) == settings.Settings(api_key="", port=8080)


def test_a_missing_file_and_wrong_settings_are_named(tmp_path: Path) -> None:
    """Instead of a server without a key."""
    with pytest.raises(FileNotFoundError):
        settings.read(["-dev"], {}, tmp_path)
    with pytest.raises(ValueError, match="PORT is '99999'"):
        settings.read([], {"PORT": "99999"}, tmp_path)
    with pytest.raises(ValueError, match="unknown arguments"):
        settings.read(["--port=1"], {}, tmp_path)


def test_the_key_is_never_shown() -> None:
    """In a stack trace, for example."""
    assert "hidden" not in repr(settings.Settings(api_key="hidden", port=1))


def test_the_program_ends_at_sigterm(tmp_path: Path) -> None:
    """With exit code 0."""
    source = str(Path(settings.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-m", "converter"],
        cwd=tmp_path,
        env={**os.environ, "API_KEY": "k", "PORT": "18437", "PYTHONPATH": source, "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stderr is not None
        assert program.stderr.readline() == "POST /process-audio on port 18437\n"
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
