"""How replicas come and go behind a proxy of paper."""

from typing import Any, cast

import pytest
from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container

from components.base import rollout
from components.base.failure import ServiceFailedError
from components.base.rollout import Proxy

PROXY = Proxy(backend="app", drain_seconds=5, network="edge", port=9999, service="ingress", stack_id="p/s", system="y")
HEADER = "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state"


class Result:
    """What a command printed."""

    def __init__(self, text: str) -> None:
        """Takes it."""
        self.output = text.encode()


class Front:
    """A proxy with slots: name to address, state, admin state and sessions."""

    name = "front"

    def __init__(self, slots: dict[str, list[Any]]) -> None:
        """Takes the slots."""
        self.slots = slots
        self.commands: list[str] = []

    def exec_run(self, command: list[str]) -> Result:
        """Answers as the runtime socket does."""
        assert command[:2] == ["sh", "-c"]
        assert command[3] == "9999"
        asked = command[4]
        if asked.startswith("set server"):
            self.commands.append(asked)
            _, _, server, _, state = asked.split()
            self.slots[server.split("/")[1]][2] = 8 if state == "drain" else 0
            return Result("\n")
        if asked == "show stat":
            rows = [f"app,{name},{slot[3]}," for name, slot in self.slots.items()]
            for slot in self.slots.values():
                slot[3] = max(0, slot[3] - 1)  # sessions end one after the other
            return Result("\n".join(["# pxname,svname,scur,", *rows, ""]))
        rows = [f"3 app {n} {name} {slot[0]} {slot[1]} {slot[2]}" for n, (name, slot) in enumerate(self.slots.items())]
        return Result("\n".join(["1", HEADER, *rows, ""]))


class Engine:
    """An engine with a proxy and one replica."""

    def __init__(self, front: Front | None, address: str) -> None:
        """Takes both."""
        self.front = front
        self.containers = self
        self.networks = self
        self.left: list[str] = []
        self.attrs = {"NetworkSettings": {"Networks": {"edge": {"IPAddress": address}} if address else {}}}

    def list(self, filters: dict[str, Any], *, ignore_removed: bool) -> list[Front]:
        """Finds the proxy by its labels."""
        assert ignore_removed
        assert "zapstack.service=ingress" in filters["label"]
        return [self.front] if self.front else []

    def get(self, name: str) -> "Engine":
        """Returns the replica, or the network."""
        if name == "gone":
            raise NotFound("gone")
        return self

    def disconnect(self, container: "Engine") -> None:
        """Takes the replica off the network: its slot loses its address."""
        assert container is self
        self.left.append("edge")
        for slot in self.front.slots.values() if self.front else ():
            slot[0] = "-"


def use(engine: Engine) -> DockerClient:
    """Passes paper for an engine."""
    return cast("DockerClient", engine)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are not what is tested."""
    monkeypatch.setattr(rollout, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(rollout, "SEEN_SECONDS", 0.05)


def test_a_new_replica_is_waited_for_and_its_slot_made_ready() -> None:
    """A slot that an interrupted run left drained would get no request."""
    front = Front({"app1": ["10.0.0.1", "2", 0, 0], "app2": ["10.0.0.2", "2", 8, 0]})
    engine = Engine(front, "10.0.0.2")
    rollout.joined(use(engine), PROXY, cast("Container", engine), "app-1")
    assert front.commands == ["set server app/app2 state ready"]


def test_a_replica_the_proxy_does_not_take_up_is_a_failure() -> None:
    """The earlier version still serves, and the message says so."""
    engine = Engine(Front({"app1": ["10.0.0.1", "2", 0, 0]}), "10.0.0.2")
    with pytest.raises(ServiceFailedError, match=r"app-1: ready at 10\.0\.0\.2, but ingress sends it nothing"):
        rollout.joined(use(engine), PROXY, cast("Container", engine), "app-1")


def test_no_proxy_yet_is_nothing_to_wait_for() -> None:
    """At the first `up` it comes after its applications."""
    engine = Engine(None, "10.0.0.2")
    rollout.joined(use(engine), PROXY, cast("Container", engine), "app-1")


def test_an_old_replica_is_drained_before_it_leaves() -> None:
    """Drain, wait for its sessions, leave the network, give the slot back."""
    front = Front({"app1": ["10.0.0.1", "2", 0, 3], "app2": ["10.0.0.2", "2", 0, 9]})
    engine = Engine(front, "10.0.0.1")
    rollout.leave(use(engine), PROXY, "old")
    assert front.commands == ["set server app/app1 state drain", "set server app/app1 state ready"]
    assert front.slots["app1"][3] == 0
    assert engine.left == ["edge"]


def test_a_replica_that_is_gone_or_off_the_network_has_nothing_to_drain() -> None:
    """Whoever removed it has done it."""
    engine = Engine(Front({}), "")
    rollout.leave(use(engine), PROXY, "gone")
    rollout.leave(use(engine), PROXY, "old")
    assert engine.left == []


def test_without_a_proxy_a_replica_just_leaves() -> None:
    """As when the whole stack is destroyed."""
    engine = Engine(None, "10.0.0.1")
    rollout.leave(use(engine), PROXY, "old")
    assert engine.left == ["edge"]
