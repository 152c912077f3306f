"""What services say of themselves, added to an observation."""

import json
from typing import Any, cast

import pytest
from docker import DockerClient
from docker.models.containers import Container, ContainerCollection

from components.base import declared, inquiry, naming
from components.base.declared import Answer
from components.base.inquiry import inquire
from components.base.observe import Look, Observation
from components.base.spec import ServerLook

PROBE = ["ask", "yourself"]


def container(
    service: str,
    *,
    asks: str | None = None,
    health: str = "healthy",
    probe: list[str] | None = None,
    role: str = "service",
) -> dict[str, Any]:
    """Returns the engine's inspect of a container."""
    labels = {naming.STACK_LABEL: "x/shop", naming.SYSTEM_LABEL: "y"}
    labels |= {naming.SERVICE_LABEL: service, naming.ROLE_LABEL: role}
    if asks is not None:
        labels[naming.LOOK_LABEL] = declared.label(ServerLook(command=("look",), declared="", server=asks))
    if role == "service":
        labels[naming.READINESS_LABEL] = json.dumps(PROBE if probe is None else probe)
    return {
        "Config": {"Healthcheck": {"Test": ["CMD", "is", "alive"]}, "Labels": labels},
        "Id": service,
        "State": {"Health": {"Status": health}},
    }


class Asked:
    """Stands for the engine and for what the services answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All is well, and nobody has been asked."""
        self.containers = ContainerCollection()
        self.probed: list[str] = []
        self.looked: list[tuple[str, str]] = []
        self.answers: dict[str, Answer] = {}
        self.lazy: set[str] = set()
        monkeypatch.setattr(inquiry, "succeeds", self._succeeds)
        monkeypatch.setattr(declared, "ask", self._ask)

    def inquire(self, *inspected: dict[str, Any], verdicts: dict[str, str] | None = None) -> Observation:
        """Asks all of them."""
        good = {naming.key_of(row["Config"]["Labels"]): "ready" for row in inspected}
        ids = [row["Id"] for row in inspected]
        observation = Observation(verdicts={**good, **(verdicts or {})})
        return inquire(cast("DockerClient", self), Look(containers=inspected), ids, observation)

    def _succeeds(self, _client: DockerClient, asked: Container, _command: list[str], _seconds: float) -> bool:
        self.probed.append(str(asked.id))
        return asked.id not in self.lazy

    def _ask(self, _client: DockerClient, owner: Container, server: Container) -> Answer:
        self.looked.append((str(owner.id), str(server.id)))
        return self.answers.get(str(owner.id), Answer())


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Services that all do their work."""
    return Asked(monkeypatch)


def test_a_difference_is_a_verdict_that_ends_with_its_time(engine: Asked) -> None:
    """So that the same one later is a new value; of the others nothing is said."""
    engine.answers["db"] = Answer(different=["role app differs (password)", "role x is missing"])
    seen = engine.inquire(container("db", asks=""), container("cache", asks=""))
    assert seen.verdicts["y/cache/1"] == "ready"
    assert seen.verdicts["y/db/1"].startswith(
        "not as declared: role app differs (password); role x is missing (seen 20"
    )
    assert seen.notices == ()


def test_a_job_asks_the_server_it_has_declared_things_on(engine: Asked) -> None:
    """In that container, with the job's own file."""
    engine.answers["bucket"] = Answer(different=["bucket x is missing"])
    seen = engine.inquire(
        container("bucket", asks="store", role="job"), container("store"), verdicts={"y/bucket/1": "done"}
    )
    assert engine.looked == [("bucket", "store")]
    assert "bucket x is missing" in seen.verdicts["y/bucket/1"]
    assert seen.verdicts["y/store/1"] == "ready"


def test_nobody_asks_a_server_with_which_something_is_wrong(engine: Asked) -> None:
    """That is said already; nor one that is another container than the state's."""
    engine.inquire(
        container("bucket", asks="store", role="job"), container("store", asks=""), verdicts={"y/store/1": "paused"}
    )
    assert engine.looked == []
    assert engine.probed == []
    foreign = inquire(
        cast("DockerClient", engine),
        Look(containers=[container("db", asks="")]),
        [],
        Observation(verdicts={"y/db/1": "ready"}),
    )
    assert engine.looked == []
    assert foreign.verdicts == {"y/db/1": "ready"}


def test_a_server_that_cannot_be_asked_is_a_notice(engine: Asked) -> None:
    """With its reason; no drift."""
    engine.answers["db"] = Answer(unknown="starting up")
    engine.answers["cache"] = Answer(unknown="container is not running")
    seen = engine.inquire(container("db", asks=""), container("cache", asks=""))
    assert set(seen.verdicts.values()) == {"ready"}
    assert list(seen.notices) == [
        "db could not be asked whether it is as declared: starting up",
        "cache could not be asked whether it is as declared: container is not running",
    ]


def test_what_a_person_has_to_do_is_a_notice(engine: Asked) -> None:
    """It names the server."""
    engine.answers["instances"] = Answer(by_hand=["instance a: scan ('make status')."])
    seen = engine.inquire(container("instances", asks="gateway", role="job"), container("gateway"))
    assert list(seen.notices) == ["gateway: instance a: scan ('make status STACK=shop')."]
    assert seen.verdicts["y/instances/1"] == "ready"


def test_healthy_and_not_ready_is_drift(engine: Asked) -> None:
    """Who is not ready is not asked for more."""
    engine.lazy.add("app")
    seen = engine.inquire(container("app", asks=""))
    assert seen.verdicts["y/app/1"].startswith("healthy, but its readiness probe fails (seen 20")
    assert engine.looked == []


@pytest.mark.parametrize(
    "inspected",
    [
        container("app", health="starting"),
        container("app", probe=["is", "alive"]),
        container("app", probe=["alive"]),
        container("app", probe=[]),
        container("app", role="job"),
    ],
    ids=["it is starting", "its health check has asked the same", "and more", "no probe", "a job"],
)
def test_readiness_is_asked_only_where_health_says_something_else(engine: Asked, inspected: dict[str, Any]) -> None:
    """A question costs a process."""
    engine.inquire(inspected)
    assert engine.probed == []
