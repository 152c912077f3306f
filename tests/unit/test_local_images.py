"""Local images: what is copied to another engine, and what is built there."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from docker import DockerClient
from docker.errors import ImageLoadError, ImageNotFound
from rich.console import Console

from components.base import lock
from components.base.docker_api import LOCAL, EngineUnreachableError
from operations import copied_images, images
from tests.example.system import SYSTEMS, ExampleSettings
from tests.recorder import record, stack_config

THERE = "ssh://deploy@shop"
NAMES = ("probe", "redis", "haproxy")
"""One of our own, which starts from `python`, and two that run as they are."""


class PaperEngine:
    """Images of paper."""

    def __init__(self, *names: str, arch: str = "amd64", full: bool = False) -> None:
        """Has local images of these names."""
        self.has = {lock.local_reference(name): f"content of {name}".encode() for name in names}
        self.full = full
        self.images = self.api = self
        self.arch = arch

    def version(self) -> dict[str, str]:
        """Says for which machines its programs are."""
        return {"Arch": self.arch, "Os": "linux"}

    def get(self, reference: str) -> None:
        """Looks for an image."""
        if reference not in self.has:
            raise ImageNotFound(reference)

    def get_image(self, reference: str, size: int) -> Iterator[bytes]:
        """Hands an image out in pieces."""
        assert size
        yield reference.encode() + b"\n"
        yield self.has[reference]

    def load(self, pieces: Iterator[bytes]) -> None:
        """Takes an image in."""
        reference, content = b"".join(pieces).split(b"\n")
        if self.full:
            raise ImageLoadError("no space left on device")
        self.has[reference.decode()] = content


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Address to engine; one that is not there does not answer."""
    found: dict[str, Any] = {}

    def connect(address: str, _seconds: int) -> Any:  # noqa: ANN401 stands for the client's
        if address not in found:
            raise EngineUnreachableError(address)
        return found[address]

    monkeypatch.setattr(copied_images, "connect", connect)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return found


def copied() -> str:
    """Copies, and returns what was said."""
    said = io.StringIO()
    copied_images.ensure(THERE, NAMES, Console(file=said, width=200))
    return said.getvalue()


def test_what_this_machine_has_is_copied(engines: dict[str, Any]) -> None:
    """One line for each; what is there already, or missing on both, is left out."""
    here = PaperEngine("base", "python", "redis")
    there = PaperEngine("redis")
    engines |= {LOCAL: here, THERE: there}
    said = copied()
    assert there.has == {name: here.has[name] for name in map(lock.local_reference, ("python", "redis"))}
    assert said.splitlines() == [f"image 1 of 1: python copied to {THERE}, 0 MiB in 0 s"]
    assert copied() == ""


@pytest.mark.parametrize("case", ["another processor", "no engine here"])
def test_what_cannot_be_copied_is_left_to_be_built(engines: dict[str, Any], case: str) -> None:
    """Nothing is said of it."""
    engines[THERE] = PaperEngine()
    if case == "another processor":
        engines[LOCAL] = PaperEngine("python", "redis", arch="arm64")
    assert copied() == ""
    assert not engines[THERE].has


def test_the_engine_of_this_machine_is_not_asked_twice(engines: dict[str, Any]) -> None:
    """Where it is the stack's, there is nobody to copy to; `DOCKER_HOST` names it, or another machine's."""
    copied_images.ensure("", NAMES, Console())
    copied_images.ensure(LOCAL, NAMES, Console())
    assert not engines


def test_docker_host_may_name_this_machines_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket elsewhere is; another machine is not."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/user/1000/docker.sock")
    assert copied_images.local_address() == "unix:///run/user/1000/docker.sock"
    monkeypatch.setenv("DOCKER_HOST", THERE)
    assert copied_images.local_address() == LOCAL


def test_an_image_that_does_not_arrive(engines: dict[str, Any]) -> None:
    """Its name, the other engine's word, and what to do."""
    engines |= {LOCAL: PaperEngine("redis"), THERE: PaperEngine(full=True)}
    with pytest.raises(
        copied_images.CopyFailedError, match=r"redis:\S+ did not arrive after 0 MiB \(no space left.*Run the same"
    ):
        copied()


def test_only_what_is_missing_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """What others start from is built for those that are built, and not for its own sake."""
    built: list[str] = []
    monkeypatch.setattr(images, "build", lambda _engine, name, _console: built.append(name))
    console = Console(file=io.StringIO())
    images.ensure(cast("DockerClient", PaperEngine("python", "redis", "haproxy")), NAMES, console)
    assert built == []
    images.ensure(cast("DockerClient", PaperEngine("python", "redis")), NAMES, console)
    assert built == ["base", "haproxy"]


def test_what_a_stack_asks_for_by_name() -> None:
    """Images of our own are built from one; the rest are what they are."""
    assert lock.local_used(["probe", "evolution-api", "probe"]) == ["evolution-api", "python"]


@pytest.mark.parametrize(("docker_host", "legacy"), [("unix:///run/user/1000/docker.sock", None), (THERE, True)])
def test_images_of_our_own_are_built_where_the_stack_runs(docker_host: str, legacy: bool | None) -> None:  # noqa: FBT001 a column of the table
    """One of the provider's two builders is this machine's, whatever engine the stack names."""
    config = stack_config(systems={"example": ExampleSettings()})
    graph = record(replace(config, docker_host=docker_host), systems=SYSTEMS)
    built = [row.inputs["build"] for row in graph.of("RemoteImage") if "build" in row.inputs]
    assert [row.get("useLegacyBuilder") for row in built] == [legacy] * len(built) != []
