"""How an application's variables reach its processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.application import START_FILE, Application
from components.base.spec import FILES_ROOT

APPLICATION = Application(environment={"PLAIN": "1"}, image="app", secrets={"DATABASE_URL": "x", "TOKEN": "y"})


def test_secrets_are_files_that_variables_name() -> None:
    """The process reads them itself."""
    shared = APPLICATION.process("app", ())
    assert shared["environment"] == {
        "DATABASE_URL_FILE": f"{FILES_ROOT}/app/DATABASE_URL",
        "PLAIN": "1",
        "TOKEN_FILE": f"{FILES_ROOT}/app/TOKEN",
    }
    assert "entrypoint" not in shared


def unchanged(command: tuple[str, ...]) -> dict[str, object]:
    """Returns what a process that only reads variables shares."""
    owner = Application(as_environment=True, environment={}, image="app", secrets=APPLICATION.secrets)
    return owner.process("app", command)


def test_an_application_that_reads_variables_runs_unchanged(tmp_path: Path) -> None:
    """The script reads the files, keeps every argument whole and becomes the process."""
    program = "import os, sys; print(os.environ['DATABASE_URL'], os.environ['TOKEN'], sys.argv[1:], os.getppid())"
    shared = unchanged((sys.executable, "-c", program, "two words", "$HOME"))
    assert shared["environment"] == {}
    assert shared["entrypoint"] == ("/bin/sh", f"{FILES_ROOT}/app/{START_FILE}")
    (tmp_path / "DATABASE_URL").write_text("postgresql://a b'\"$c")
    (tmp_path / "TOKEN").write_text("t")
    files: dict[str, str] = shared["files"]  # type: ignore[assignment]
    command: tuple[str, ...] = shared["command"]  # type: ignore[assignment]
    script = tmp_path / START_FILE
    script.write_text(files[START_FILE].replace(f"{FILES_ROOT}/app", str(tmp_path)))
    said = subprocess.run(["/bin/sh", script, *command], capture_output=True, check=True, text=True).stdout
    assert said.strip() == f"postgresql://a b'\"$c t ['two words', '$HOME'] {os.getpid()}"


def test_a_secret_that_cannot_be_read_ends_the_start(tmp_path: Path) -> None:
    """Instead of an empty variable."""
    files: dict[str, str] = unchanged(("true",))["files"]  # type: ignore[assignment]
    script = tmp_path / START_FILE
    script.write_text(files[START_FILE].replace(f"{FILES_ROOT}/app", str(tmp_path)))
    assert subprocess.run(["/bin/sh", script, "true"], capture_output=True, check=False).returncode == 1


def test_variables_need_a_command() -> None:
    """The script would have nothing to become."""
    with pytest.raises(ValueError, match="so its command must be given"):
        unchanged(())
