"""Host ports: collisions within a stack, with other containers and with other programs."""

import re
import socket
from collections.abc import Iterator, Mapping
from errno import EACCES
from pathlib import Path
from typing import Any, cast

import pytest
from docker import DockerClient
from docker.errors import NotFound

from infra.config import StackConfig, load
from infra.errors import UserError
from infra.holders import refuse_collisions
from infra.ports import Wanted, free_offset
from stacks.base import System
from stacks.registry import SYSTEMS
from stacks.settings.evolution import EvolutionSettings
from tests.config.given import give

STACK_ID = "zapstack/dev"
OTHER = System(
    build=SYSTEMS["evolution"].build,
    images=lambda _: (),
    ports=SYSTEMS["evolution"].ports,
    settings=EvolutionSettings,
)


class Engine:
    """Lists containers, as `api.containers` does."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        """Takes what is listed."""
        self.api = self
        self._rows = rows

    def containers(self, *, all: bool) -> tuple[dict[str, Any], ...]:  # noqa: A002 the client's own name
        """Lists them, stopped ones too."""
        assert all
        return self._rows

    def inspect_container(self, id_: str) -> dict[str, Any]:
        """Returns the ports one is configured with, whether it publishes them now or not."""
        if id_ == "gone":
            raise NotFound("gone")
        return {"HostConfig": {"PortBindings": {"1/tcp": [{"HostIp": "127.0.0.1", "HostPort": id_}]}}}


def container(name: str, port: int, *, stack: str = "", ip: str = "127.0.0.1", kind: str = "tcp") -> dict[str, Any]:
    """Returns one row of the list."""
    ports = [{"IP": ip, "PrivatePort": 1, "PublicPort": port, "Type": kind}, {"PrivatePort": 2, "Type": "tcp"}]
    return {
        "Id": str(port),
        "Labels": {"zapstack.stack": stack} if stack else None,
        "Names": [f"/{name}"],
        "Ports": ports,
    }


@pytest.fixture
def ports() -> Iterator[list[int]]:
    """Seven ports nobody holds; the first is held by this program."""
    sockets = [socket.socket() for _ in range(7)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    numbers: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets[1:]:
        one.close()
    sockets[0].listen()
    yield numbers
    sockets[0].close()


def config(numbers: list[int], *, docker_host: str = "unix:///x", offset: int = 0) -> StackConfig:
    """Returns a configuration with these ports."""
    app, db, evolution_api, evolution_postgres, console, minio, s3 = numbers
    settings = EvolutionSettings.model_validate(
        {
            "ingress": {"port": app},
            "db": {"port": db},
            "evolutionApi": {"port": evolution_api},
            "evolutionPostgres": {"port": evolution_postgres},
            "minio": {"consolePort": minio, "s3Port": s3},
            "portOffset": offset,
            "rabbitmq": {"consolePort": console},
        }
    )
    return StackConfig(
        docker_host=docker_host,
        environment="development",
        image_overrides={},
        image_source="registry",
        systems={"evolution": settings},
    )


def refused(found: StackConfig, *rows: dict[str, Any]) -> str:
    """Returns the message, empty when nothing is held."""
    try:
        refuse_collisions(cast("DockerClient", Engine(*rows)), found, SYSTEMS, STACK_ID)
    except UserError as error:
        return str(error)
    return ""


def test_another_program(ports: list[int]) -> None:
    """Any socket that listens on this machine, when the engine is here."""
    head, line = refused(config(ports)).splitlines()
    assert head == "host ports: 1 held by others, up would fail half-way, nothing was changed:"
    assert re.fullmatch(
        rf"  evolution\.ingress: port {ports[0]} on 127\.0\.0\.1 is held by another program on this machine\. "
        r"Set zapstack:systems\.evolution\.portOffset to [1-9]\d*00 \(free\), or free the port\.",
        line,
    )


def test_a_port_that_only_root_may_bind(ports: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as 443, for a user of the docker group: who listens there answers, and of seven only one does."""

    class Unprivileged(socket.socket):
        def bind(self, _address: object) -> None:
            raise PermissionError(EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Unprivileged)
    head, line = refused(config(ports)).splitlines()
    assert head.startswith("host ports: 1 held by others")
    assert f"port {ports[0]} on 127.0.0.1 is held by another program" in line


def test_another_program_does_not_count_on_another_machine(ports: list[int]) -> None:
    """A socket here says nothing about an engine elsewhere."""
    assert refused(config(ports, docker_host="ssh://host")) == ""


def test_the_environment_says_where_the_engine_is(ports: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does for the Docker client."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2375")
    assert refused(config(ports, docker_host="")) == ""
    monkeypatch.delenv("DOCKER_HOST")
    assert "another program" in refused(config(ports, docker_host=""))


def test_containers_of_others() -> None:
    """Strangers and other stacks are named, all at once; the offered offset is free of them too."""
    message = refused(
        config([8000, 5432, 8080, 5433, 15672, 9001, 9000], docker_host="ssh://host"),
        container("old-db-1", 5432, ip="0.0.0.0"),  # noqa: S104 compared with, not bound to
        container("zapstack-two-evolution-app", 8000, stack="zapstack/two"),
        container("web", 8180, ip="::"),
    )
    offer = "Set zapstack:systems.evolution.portOffset to 200 (free), or free the port."
    other = "container zapstack-two-evolution-app of stack zapstack/two"
    assert message.splitlines()[1:] == [
        f"  evolution.db: port 5432 on 127.0.0.1 is held by container old-db-1. {offer}",
        f"  evolution.ingress: port 8000 on 127.0.0.1 is held by {other}. {offer}",
    ]


def test_who_is_no_holder(ports: list[int]) -> None:
    """Our own containers, though they listen; another protocol; another address."""
    found = config(ports)
    rows = [
        {**container("zapstack-dev-evolution-app", ports[0], stack=STACK_ID), "Ports": []},  # in a restart loop
        {**container("zapstack-dev-evolution-db", ports[3], stack=STACK_ID), "Id": "gone"},
        container("dns", ports[1], kind="udp"),
        container("lan", ports[2], ip="10.0.0.5"),
    ]
    assert refused(found, *rows) == ""


def test_no_offset_is_free() -> None:
    """Then only other ports help."""
    own = [Wanted(number=65500, service="app", system="evolution")]
    assert free_offset(own, 0, lambda _: False) is None
    held = container("a", 65500)
    message = refused(config([65500, 1, 2, 3, 4, 5, 6], docker_host="ssh://host"), held)
    assert "No portOffset of evolution is free for all of its ports: give it other ports, or free the port." in message


def test_the_present_offset_is_taken_off_first() -> None:
    """Offsets are offered from 0 on."""
    own = [Wanted(number=8100, service="app", system="evolution")]
    assert free_offset(own, 100, lambda _: False) == 0


def test_two_systems_on_one_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are named, with an offset for the second."""
    text = "config:\n  zapstack:environment: development\n  zapstack:systems:\n    evolution: {}\n    other: {}\n"
    give(tmp_path, monkeypatch, text)
    kinds: Mapping[str, System] = {**SYSTEMS, "other": OTHER}
    with pytest.raises(UserError) as found:
        load("dev", kinds)
    assert str(found.value).splitlines()[1] == (
        "  Pulumi.dev.yaml:5 zapstack:systems.other.portOffset: evolution.db and other.db both want port 5432 of the "
        "host. Set zapstack:systems.other.portOffset to 100 (free)."
    )
    give(tmp_path, monkeypatch, text.replace("other: {}", "other: {portOffset: 100}"))
    assert sorted(load("dev", kinds).systems) == ["evolution", "other"]
