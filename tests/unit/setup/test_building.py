"""Building from Go modules: the right commands, no network while compiling, no half programs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.setup import building, modules
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.places import Places
from scripts.setup.processes import CommandError
from scripts.setup.report import Progress

Runner = Callable[..., list[str]]


class Go:
    """Stands in for the Go command: notes what it is asked, writes what a build would write."""

    def __init__(self, *, end: BaseException | None = None) -> None:
        """End builds with an exception, if one is given."""
        self.builds: list[tuple[str, ...]] = []
        self.environments: list[dict[str, str]] = []
        self.end = end

    def __call__(self, argv: list[str], **options: Any) -> list[str]:  # noqa: ANN401 - stands in for run
        """Answer one command."""
        if argv[1] != "build":
            return ["a", "b"]
        self.builds.append(tuple(argv))
        self.environments.append(options["env"])
        options["on_line"]("example.org/package")
        Path(argv[argv.index("-o") + 1]).write_text("program", encoding="utf-8")
        if self.end:
            raise self.end
        return []


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> Go:
    """Replace the Go command everywhere."""
    stand_in = Go()
    monkeypatch.setattr(building, "find_go", lambda _: "go")
    monkeypatch.setattr(building, "run", stand_in)
    monkeypatch.setattr(modules, "run", stand_in)
    return stand_in


def test_finished_program_is_not_built_again(places: Places, go: Go) -> None:
    """The next run continues where an interrupted one stopped."""
    assert building.build_plugin(places, "docker").read_text(encoding="utf-8") == "program"
    building.build_plugin(places, "docker")
    assert len(go.builds) == 1


def test_build_is_pinned_and_offline(places: Places, go: Go) -> None:
    """Nothing changes go.mod, nothing waits for a network, no C compiler is involved."""
    building.build_plugin(places, "docker")
    building.build_plugin(places, "random")
    docker, random = go.builds
    assert {"-mod=readonly", "-trimpath", "-buildvcs=false"} <= set(docker)
    assert "no_compose" in docker
    assert "no_compose" not in random
    assert {(env["GOPROXY"], env["CGO_ENABLED"], env["GOWORK"]) for env in go.environments} == {("off", "0", "off")}


@pytest.mark.parametrize("end", [KeyboardInterrupt(), CommandError(["go"], "ended with exit code 1", ["killed"])])
def test_interrupted_or_failed_build_leaves_no_half_program(places: Places, go: Go, end: BaseException) -> None:
    """What is there is whole."""
    go.end = end
    with pytest.raises((KeyboardInterrupt, SetupError)):
        building.build_plugin(places, "docker")
    assert not any(path.is_file() for path in places.toolchain.rglob("*"))


def test_failed_build_says_where_its_output_is(places: Places, go: Go) -> None:
    """Fifteen lines are shown, all are kept."""
    go.end = CommandError(["go", "build"], "ended with exit code 1", [f"line {number}" for number in range(99)])
    with pytest.raises(SetupError) as error:
        building.build_plugin(places, "docker")
    assert error.value.details[-1] == "line 98"
    assert len((places.logs / "go.log").read_text(encoding="utf-8").splitlines()) == 100


def test_silent_proxy_is_told_with_its_setting(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules are missing, the proxy does not answer: said once, with what to change."""

    def run(argv: list[str], **_: object) -> list[str]:
        if argv[1] == "env":
            return ["http://proxy.example"]
        raise CommandError(argv, "took longer than 30 s", [])

    monkeypatch.setattr(modules, "run", run)
    expected = r"module proxy unreachable \(GOPROXY=http://proxy.example\), took longer than 30 s"
    with pytest.raises(UnavailableError, match=expected):
        modules.fetch_modules("go", places.checkout, (".",), Progress("test"))
