"""What is put right on a container that was changed by hand, with an engine of paper."""

from typing import Any, cast

import pytest
from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from components.base import repair
from components.base.repair import MIB, Joined


class Paper:
    """A container, its engine, and a network at once."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 any JSON
        """Takes what inspect says."""
        self.id = "abc"
        self.attrs = attributes
        self.api = self
        self.networks = self
        self.calls: list[object] = []
        self.refusal = ""
        self._network = ""

    def _url(self, path: str, id_: str) -> str:
        return path.format(id_)

    def _post_json(self, url: str, data: dict[str, int]) -> None:
        self.calls.append((url, data))

    def _raise_for_status(self, _answer: None) -> None:
        if self.refusal:
            raise APIError("500 Server Error", explanation=self.refusal)

    def get(self, name: str) -> "Paper":
        """Returns the network."""
        self._network = name
        return self

    def connect(self, _container: object, aliases: list[str]) -> None:
        """Notes the call."""
        self.calls.append(("connect", self._network, aliases))

    def disconnect(self, _container: object, *, force: bool) -> None:
        """Notes the call."""
        assert force
        self.calls.append(("disconnect", self._network))


def test_limits_that_differ_are_set() -> None:
    """In one call, and only then."""
    paper = Paper(HostConfig={"Memory": 6 * MIB, "MemorySwap": 6 * MIB, "PidsLimit": None})
    repair.limits(cast("DockerClient", paper), cast("Container", paper), memory_mib=64, pids=9)
    assert paper.calls == [
        ("/containers/abc/update", {"Memory": 64 * MIB, "MemorySwap": 64 * MIB, "PidsLimit": 9}),
    ]
    right = Paper(HostConfig={"Memory": 64 * MIB, "MemorySwap": 64 * MIB, "PidsLimit": 9})
    repair.limits(cast("DockerClient", right), cast("Container", right), memory_mib=64, pids=9)
    assert right.calls == []


@pytest.mark.parametrize(
    "words",
    [
        "runc did not terminate successfully: container not running\n",
        "cannot update a deleted process",
        "cannot update a stopped container",
    ],
)
def test_a_process_that_has_ended_has_no_limits_to_be_set(words: str) -> None:
    """Who waits for it says why it ended; any other refusal is one."""
    paper = Paper(HostConfig={"Memory": 6 * MIB, "MemorySwap": 6 * MIB, "PidsLimit": None})
    paper.refusal = f"Cannot update container abc: {words}: unknown"
    repair.limits(cast("DockerClient", paper), cast("Container", paper), memory_mib=64, pids=9)
    assert len(paper.calls) == 1
    paper.refusal = "Cannot update container abc: Minimum memory limit allowed is 6MB"
    with pytest.raises(APIError):
        repair.limits(cast("DockerClient", paper), cast("Container", paper), memory_mib=1, pids=9)


def test_networks_are_joined_with_their_aliases_and_others_left() -> None:
    """What is right already is not touched."""
    paper = Paper(NetworkSettings={"Networks": {"edge": {}, "other": {}}})
    wanted = [Joined(name="data", aliases=("db",)), Joined(name="edge", aliases=("db",))]
    repair.networks(cast("DockerClient", paper), cast("Container", paper), wanted)
    assert paper.calls == [("disconnect", "other"), ("connect", "data", ["db"])]
