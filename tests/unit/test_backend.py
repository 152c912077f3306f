"""Plain `pulumi` without the line that names this checkout's state is stopped, and told the line."""

import subprocess
from pathlib import Path

import pulumi
import pytest

from infra import backend, program
from infra.errors import UserError
from scripts.setup.engine_location import DEFAULT_HOST
from scripts.setup.environment import environment_file
from scripts.setup.places import Places


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout that was set up, in a shell that does not know it."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / "toolchain").mkdir()
    places = Places(cache=tmp_path / "cache", checkout=tmp_path, state=tmp_path / "the state")
    (tmp_path / ".venv" / "environment.sh").write_text(environment_file(places, DEFAULT_HOST))
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(tmp_path))
    monkeypatch.delenv(backend.VARIABLE, raising=False)
    return tmp_path


def test_the_missing_line_is_told_first_and_is_enough(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the configuration is read."""
    monkeypatch.setattr(pulumi, "get_project", lambda: "zapstack")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    with pytest.raises(UserError, match=backend.VARIABLE) as refused:
        program.main({})
    line = next(line.strip() for line in str(refused.value).splitlines() if line.startswith("  "))
    command = ["sh", "-c", f'{line} && printf "%s" "$PULUMI_BACKEND_URL"']
    sourced = subprocess.run(command, capture_output=True, check=True, cwd=folder, text=True).stdout
    monkeypatch.setenv(backend.VARIABLE, sourced)
    backend.require()
    assert backend.another() == ""


@pytest.mark.usefixtures("folder")
def test_another_state_may_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is named, as is told; where it is the wrong one all the same, the line is told beside it."""
    with pytest.raises(UserError) as refused:
        backend.require()
    command = str(refused.value).partition("name it: ")[2].replace("…", "s3://ours")
    named = subprocess.run(["sh", "-ec", f"{command}; env"], capture_output=True, check=True, text=True).stdout
    assert f"{backend.VARIABLE}=s3://ours" in named.splitlines()
    monkeypatch.setenv(backend.VARIABLE, "s3://ours")
    backend.require()
    assert backend.another() == ": this checkout's own is set by '. .venv/environment.sh'"


def test_a_checkout_that_was_never_set_up_is_none_of_its_business(folder: Path) -> None:
    """Tests and other command lines run the program as well."""
    (folder / ".venv" / "environment.sh").unlink()
    backend.require()
    assert backend.another() == ""
