"""The tool chain is complete, or the next run knows what is missing."""

import os
from pathlib import Path

import pytest

from scripts.setup import cli, toolchain
from scripts.setup.atomic import link
from scripts.setup.cli import link_from_path
from scripts.setup.failure import UnavailableError
from scripts.setup.places import Places
from scripts.setup.plugins import copy_plugin, plugin_binary
from scripts.setup.sources import Source

HOST = "pulumi-language-python"


class Parts:
    """Installs parts as files and counts how often."""

    def __init__(self, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
        """Replace all real sources."""
        self.installed: list[str] = []
        self.interrupt_at = ""
        self.places = places
        monkeypatch.setattr(
            toolchain, "cli_sources", lambda _: self._source("pulumi", places.toolchain / "bin" / "pulumi")
        )
        monkeypatch.setattr(
            toolchain, "plugin_sources", lambda _, name: self._source(name, plugin_binary(places.pulumi_home, name))
        )

    def _source(self, name: str, target: Path) -> list[Source]:
        def install() -> str:
            if name == self.interrupt_at:
                raise KeyboardInterrupt
            self.installed.append(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
            return "1.2.3"

        return [Source(name="test", install=install)]


@pytest.fixture
def parts(places: Places, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """Return parts that can be interrupted."""
    return Parts(places, monkeypatch)


def test_second_run_does_nothing(places: Places, parts: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each part says so."""
    toolchain.ensure_toolchain(places)
    capsys.readouterr()
    toolchain.ensure_toolchain(places)
    assert parts.installed == ["pulumi", "docker", "random"]
    assert capsys.readouterr().out.count("1.2.3 from test -> nothing to do") == 3


def test_interrupted_run_is_continued_at_the_part_it_stopped_in(places: Places, parts: Parts) -> None:
    """Finished parts are kept, the rest is not marked."""
    parts.interrupt_at = "docker"
    with pytest.raises(KeyboardInterrupt):
        toolchain.ensure_toolchain(places)
    assert not (places.toolchain / "plugin-docker.json").exists()
    parts.interrupt_at = ""
    toolchain.ensure_toolchain(places)
    assert parts.installed == ["pulumi", "docker", "random"]


def test_part_that_somebody_removed_is_installed_again(places: Places, parts: Parts) -> None:
    """A mark alone does not count."""
    toolchain.ensure_toolchain(places)
    plugin_binary(places.pulumi_home, "docker").unlink()
    toolchain.ensure_toolchain(places)
    assert parts.installed == ["pulumi", "docker", "random", "docker"]


def program(directory: Path, version: str, *, host: str = HOST) -> Path:
    """Install something that answers like a Pulumi CLI."""
    directory.mkdir(parents=True)
    path = directory / "pulumi"
    path.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    path.chmod(0o755)
    if host:
        (directory / host).touch()
    return path


def test_recent_cli_on_path_is_linked(places: Places, tmp_path: Path) -> None:
    """The user's own Pulumi is used in place, and the link follows when it moves."""
    path = program(tmp_path / "their bin", "v3.260.1")
    link(places.toolchain / "bin" / "pulumi", tmp_path / "gone")
    assert link_from_path(places, str(path.parent)) == "3.260.1"
    assert (places.toolchain / "bin" / "pulumi").resolve() == path.resolve()


@pytest.mark.parametrize(
    ("version", "host", "reason"),
    [
        ("v3.258.0", HOST, "is 3.258.0, 3.259 or newer is needed"),
        ("strange", HOST, "is of unknown version"),
        ("v3.260.0", "", "has no pulumi-language-python beside it"),
    ],
)
def test_unfit_cli_on_path_is_passed_over_with_the_reason(
    places: Places,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    host: str,
    reason: str,
) -> None:
    """The next source is tried instead of failing later with a stranger message."""
    monkeypatch.setattr(cli, "ANSWER_SECONDS", 5)
    path = program(tmp_path / "bin", version, host=host)
    with pytest.raises(UnavailableError, match=reason):
        link_from_path(places, str(path.parent))


def test_own_tool_chain_on_path_is_not_the_users(places: Places) -> None:
    """Who sourced the environment file before does not pin an old tool chain by that."""
    old = program(places.cache / "toolchain-old" / "bin", "v3.260.0")
    with pytest.raises(UnavailableError, match="no pulumi"):
        link_from_path(places, f"{old.parent}{os.pathsep}")


def test_plugin_of_the_users_own_pulumi_is_copied(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is downloaded twice; one that is not completely unpacked does not count."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    with pytest.raises(UnavailableError, match="has no docker"):
        copy_plugin(places, "docker", "5.2.0")
    theirs = plugin_binary(tmp_path / ".pulumi", "docker")
    theirs.parent.mkdir(parents=True)
    theirs.write_text("plugin", encoding="utf-8")
    unfinished = theirs.parent.with_name(theirs.parent.name + ".partial")
    unfinished.touch()
    with pytest.raises(UnavailableError):
        copy_plugin(places, "docker", "5.2.0")
    unfinished.unlink()
    assert copy_plugin(places, "docker", "5.2.0") == "5.2.0"
    assert plugin_binary(places.pulumi_home, "docker").read_text(encoding="utf-8") == "plugin"
