"""The throw-away container that tries a consumer's connections, on an engine of paper."""

from typing import Any, cast

import pytest
from docker import DockerClient
from requests.exceptions import ReadTimeout

from components.base import proofs
from components.base.failure import ServiceFailedError
from components.base.proofs import ProofRequest, prove

REQUEST = ProofRequest(
    files_volume="app-files",
    image="probe",
    labels={"a": "b"},
    networks=("data", "edge"),
    service="app",
    user="1000:1000",
)


class Paper:
    """An engine whose one container ends with a code, or never."""

    def __init__(self, code: int | None, said: str, *, killed: bool = False) -> None:
        """Takes its end, what it prints, and whether the kernel ended it."""
        self.attrs: dict[str, Any] = {}
        self._killed = killed
        self.containers = self
        self.networks = self
        self.calls: list[str] = []
        self.options: dict[str, Any] = {}
        self._code = code
        self._said = said

    def create(self, image: str, **options: Any) -> "Paper":  # noqa: ANN401 the client's own options
        """Notes the options."""
        assert image == "probe"
        self.options = options
        return self

    def get(self, name: str) -> "Paper":
        """Returns a network."""
        self.calls.append(f"network {name}")
        return self

    def connect(self, _container: object) -> None:
        """Connects."""

    def start(self) -> None:
        """Notes the start."""
        self.calls.append("start")

    def wait(self, timeout: int) -> dict[str, int]:
        """Ends, or not in time."""
        assert timeout == proofs.BUDGET_SECONDS
        if self._code is None:
            raise ReadTimeout
        return {"StatusCode": self._code}

    def logs(self) -> bytes:
        """Returns what it printed."""
        return self._said.encode()

    def reload(self) -> None:
        """Looks at its end."""
        self.attrs = {"State": {"OOMKilled": self._killed}}

    def remove(self, *, force: bool, v: bool) -> None:
        """Notes the removal."""
        assert force
        assert v
        self.calls.append("remove")


def test_it_runs_as_the_consumer_would_and_is_removed() -> None:
    """Same user, networks and files; as hardened as anything else."""
    paper = Paper(0, "db: ok")
    prove(cast("DockerClient", paper), REQUEST)
    assert paper.calls == ["network edge", "start", "remove"]
    assert paper.options["user"] == "1000:1000"
    assert paper.options["network"] == "data"
    assert paper.options["volumes"] == {"app-files": {"bind": "/run/secrets/app", "mode": "ro"}}
    assert paper.options["command"] == ["connections", "--settings", "/run/secrets/app/.connections.json"]
    assert paper.options["cap_drop"] == ["ALL"]
    assert paper.options["read_only"] is True


@pytest.mark.parametrize(
    ("code", "said", "message"),
    [
        (1, "db: AUTH failed: no", r"app: its connections do not work.*\ndb: AUTH failed: no"),
        (None, "", r"\nno answer within 40 s$"),
        (None, "db: ok (postgres, 3964 ms)", r"\ndb: ok \(postgres, 3964 ms\)\nand then no answer within 40 s$"),
    ],
)
def test_what_does_not_work_is_said(code: int | None, said: str, message: str) -> None:
    """The probe's own lines, and the container goes in every case."""
    paper = Paper(code, said)
    with pytest.raises(ServiceFailedError, match=f"(?s){message}"):
        prove(cast("DockerClient", paper), REQUEST)
    assert paper.calls[-1] == "remove"


def test_a_proof_that_is_killed_is_no_verdict_on_the_connections() -> None:
    """What it had tried is said, and that it came to its own end."""
    paper = Paper(137, "db: ok", killed=True)
    with pytest.raises(ServiceFailedError, match=r"(?s)db: ok\nthe proof itself was killed.*OOM, limit 128 MiB"):
        prove(cast("DockerClient", paper), REQUEST)
    assert paper.calls[-1] == "remove"
