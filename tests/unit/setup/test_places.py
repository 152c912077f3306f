"""Directories follow the XDG rules, and another tool chain gets another directory."""

from pathlib import Path

import pytest

from scripts.setup import pins
from scripts.setup.places import Places, base_directory, find_places, toolchain_key


@pytest.mark.parametrize(
    ("value", "expected"), [("/big disk", "/big disk"), ("relative", "HOME/.cache"), ("", "HOME/.cache")]
)
def test_base_directory_ignores_relative_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, expected: str
) -> None:
    """The specification says so; else the cache would depend on where set-up is started."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert base_directory("XDG_CACHE_HOME", ".cache") == Path(expected.replace("HOME", str(tmp_path)))


def test_nothing_is_kept_in_the_checkout_but_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``git clean`` must not take the state of running containers with it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    places = find_places()
    assert (places.checkout / "toolchain").is_dir()
    for place in (places.cache, places.state, places.toolchain, places.pulumi_home):
        assert not place.is_relative_to(places.checkout)


def test_key_follows_sources_and_versions_but_not_tests(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changed inputs rebuild; a new test or a text file does not."""
    sources = places.checkout / "toolchain"
    first = toolchain_key(sources)
    (sources / "pulumi" / "host_test.go").write_text("package main", encoding="utf-8")
    (sources / "README.md").write_text("words", encoding="utf-8")
    assert toolchain_key(sources) == first
    (sources / "pulumi" / "main.go").write_text("package main", encoding="utf-8")
    second = toolchain_key(sources)
    monkeypatch.setattr(pins, "PLUGINS", {**pins.PLUGINS, "docker": "5.3.0"})
    assert len({first, second, toolchain_key(sources)}) == 3
