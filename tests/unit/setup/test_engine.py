"""The engine: asked the way Pulumi will, started only where that is ours to do."""

import os
import platform
import shutil
from pathlib import Path

import pytest

from scripts.setup import engine, engine_location
from scripts.setup.debian import is_debian
from scripts.setup.engine_start import remove_stale
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.places import Places

from .fake_engine import FakeEngine


def test_docker_host_decides(fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set-up and Pulumi talk to the same engine."""
    monkeypatch.setenv("DOCKER_HOST", fake_engine.host)
    assert engine_location.find_engine() == (fake_engine.host, "28.2.2")


def test_docker_host_that_does_not_answer_is_the_users_to_repair(
    monkeypatch: pytest.MonkeyPatch, places: Places
) -> None:
    """No second engine is started beside the one the user named."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(
        SetupError, match=r"DOCKER_HOST=unix:///nowhere/docker\.sock does not answer: No such file"
    ) as error:
        engine.ensure_engine(places)
    assert "unset DOCKER_HOST" in error.value.remedy


@pytest.mark.parametrize(
    ("system", "user", "reason", "programs", "remedy"),
    [
        ("Linux", 1000, os.strerror(13), ("dockerd",), "usermod -aG docker"),
        ("Linux", 1000, os.strerror(2), ("dockerd",), "sudo systemctl start docker"),
        ("Linux", 1000, os.strerror(2), (), "Install Docker Engine"),
        ("Darwin", 501, os.strerror(2), (), "Start Docker Desktop"),
    ],
)
def test_one_instruction_where_set_up_may_not_help_itself(
    monkeypatch: pytest.MonkeyPatch,
    system: str,
    user: int,
    reason: str,
    programs: tuple[str, ...],
    remedy: str,
) -> None:
    """Each situation has its own command."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
    with pytest.raises(SetupError) as error:
        engine.refuse_where_not_ours(reason)
    assert remedy in error.value.remedy


def test_stale_process_number_is_removed_and_a_living_one_kept(tmp_path: Path) -> None:
    """After a power cut the number may be missing, meaningless or another program's."""
    path = tmp_path / "docker.pid"
    me = Path("/proc/self/comm").read_text(encoding="utf-8").strip()
    for content in ("", "not a number", "999999999", str(os.getpid())):
        path.write_text(content, encoding="utf-8")
        assert remove_stale(path, "dockerd")
        assert not path.exists()
    assert remove_stale(path, "dockerd")
    path.write_text(f"{os.getpid()}\n", encoding="utf-8")
    assert not remove_stale(path, me)
    assert path.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ID=debian\n", True),
        ('ID="ubuntu"\nID_LIKE=debian\n', True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ('ID="fedora"\nNAME=debian-like\n', False),
    ],
)
def test_packages_are_installed_on_debian_and_relatives_only(text: str, *, expected: bool) -> None:
    """Other systems get an instruction."""
    assert is_debian(text) is expected


def test_nobody_there_is_told_in_the_systems_words(tmp_path: Path) -> None:
    """No traceback, no time-out."""
    with pytest.raises(UnavailableError, match="No such file or directory"):
        engine_location.ask(f"unix://{tmp_path}/none.sock", "/version")
