"""The environment file, read by the shell that users will read it with."""

from dataclasses import replace

import pytest

from scripts.setup.engine_location import DEFAULT_HOST
from scripts.setup.environment import ensure_environment, environment_file
from scripts.setup.places import Places
from scripts.setup.processes import run

BARE = {"PATH": "/usr/bin:/bin"}


def sourced(places: Places, variable: str, *, before: dict[str, str] | None = None, times: int = 1) -> str:
    """Return the value a variable has after the file was sourced."""
    path = places.environment_directory / "environment.sh"
    script = f'set -eu; {". ./.venv/environment.sh; " * times} printf "%s" "${{{variable}-unset}}"'
    assert path.is_file()
    return "".join(run(["/bin/sh", "-c", script], cwd=places.checkout, env={**BARE, **(before or {})}))


def test_values_survive_blanks_and_quotes(places: Places) -> None:
    """Directories may have any name."""
    ensure_environment(places)
    assert sourced(places, "PULUMI_HOME") == str(places.pulumi_home)
    assert sourced(places, "PULUMI_SKIP_UPDATE_CHECK") == "true"
    assert sourced(places, "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION") == "true"
    assert sourced(places, "DOCKER_HOST") == "unset"


def test_backend_is_a_url_to_a_private_directory_outside_the_checkout(places: Places) -> None:
    """A blank in the path is escaped as URLs want it, and nobody else reads development's secrets."""
    ensure_environment(places)
    assert sourced(places, "PULUMI_BACKEND_URL") == f"file://{str(places.state).replace(' ', '%20')}"
    assert places.state.stat().st_mode & 0o777 == 0o700
    assert not places.state.is_relative_to(places.checkout)


def test_sourcing_twice_does_not_grow_path(places: Places) -> None:
    """The tool chain comes first, then the environment, each once."""
    ensure_environment(places)
    expected = f"{places.toolchain / 'bin'}:{places.environment_directory / 'bin'}:/usr/bin:/bin"
    assert sourced(places, "PATH") == expected
    assert sourced(places, "PATH", times=2) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({}, "development"),
        ({"PULUMI_CONFIG_PASSPHRASE": "mine"}, "mine"),
        ({"PULUMI_CONFIG_PASSPHRASE": ""}, ""),
        ({"PULUMI_CONFIG_PASSPHRASE_FILE": "/run/passphrase"}, "unset"),
    ],
)
def test_an_owners_passphrase_is_left_alone(places: Places, before: dict[str, str], expected: str) -> None:
    """Development's constant only fills a gap; an empty passphrase is a choice too."""
    ensure_environment(places)
    assert sourced(places, "PULUMI_CONFIG_PASSPHRASE", before=before) == expected


def test_unusual_engine_is_named_for_pulumi(places: Places) -> None:
    """Only an engine where Pulumi would not look is written down, and DOCKER_HOST still wins."""
    ensure_environment(places, 'unix:///run/user/1000/"$(id)`.sock')
    assert sourced(places, "DOCKER_HOST") == 'unix:///run/user/1000/"$(id)`.sock'
    assert sourced(places, "DOCKER_HOST", before={"DOCKER_HOST": "ssh://host"}) == "ssh://host"


def test_second_run_writes_nothing(places: Places) -> None:
    """The file's time stays, and a moved cache changes it."""
    ensure_environment(places)
    path = places.environment_directory / "environment.sh"
    before = path.stat().st_mtime_ns
    ensure_environment(places)
    assert path.stat().st_mtime_ns == before
    moved = replace(places, cache=places.cache.with_name("moved"))
    assert environment_file(moved, DEFAULT_HOST) != path.read_text(encoding="utf-8")
