"""What Prepare, Gate, the observation and the program's checks ask of the engine."""

import io
import tarfile
from typing import Any, cast

import docker
import pulumi
import pytest
from docker import DockerClient
from docker.errors import APIError, DockerException

from components.base import docker_api, files, observe, readiness
from components.base.failure import ServiceFailedError
from components.base.files import VolumeFill, archive
from components.base.lock import local_reference
from components.base.naming import ROLE_LABEL, Scope
from components.base.providers import gate, prepare
from infra import local_images, program
from infra.config import StackConfig
from infra.errors import UserError
from stacks.registry import SYSTEMS
from stacks.settings.evolution import EvolutionSettings
from tests.unit.paper import PaperEngine

PROPS: dict[str, Any] = {
    "data": [{"format": {}, "mode": 448.0, "path": "/var/lib/data", "volume": "db-data"}],
    "docker_host": "",
    "facts": {},
    "files": {"plain": "1"},
    "files_labels": {"a": "b"},
    "files_volume": "db-files",
    "fingerprint": "f",
    "image": "postgres",
    "labels": {},
    "observed": "present",
    "owner": "999:999",
    "proof": {},
    "secret_files": {"password": "made up"},
}


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> PaperEngine:
    """An engine of paper behind the providers."""
    engine = PaperEngine()
    monkeypatch.setattr(prepare, "client", lambda _host: engine)
    monkeypatch.setattr(gate, "client", lambda _host: engine)
    return engine


def written(engine: PaperEngine) -> dict[str, list[str]]:
    """Returns what was unpacked where."""
    found: dict[str, list[str]] = {}
    for place, data in engine.archives:
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            found[place] = found.get(place, []) + tar.getnames()
    return found


def test_prepare_writes_files_and_owns_data(paper: PaperEngine) -> None:
    """Through a container that is removed again."""
    created = prepare.PrepareProvider().create(PROPS)
    assert paper.calls == [
        "create volume db-files",
        "create from postgres with ['db-data', 'db-files']",
        "remove container",
        "create from postgres with ['db-data']",
        "remove container",
    ]
    assert written(paper) == {"throw-away:/volumes": ["0", "0/password", "0/plain", "1"]}
    assert created.id == "db-files"
    assert created.outs is not None
    assert created.outs["generation"] == 1
    assert "secret_files" not in created.outs


def test_prepare_refuses_a_volume_that_the_image_gives_away(paper: PaperEngine) -> None:
    """It takes the volume back, looks once more because content would have stayed, and then says whose it is."""
    paper.root = archive(VolumeFill(name="db-data", mode=0o755, files={}), "data", "0:0")
    with pytest.raises(ServiceFailedError) as told:
        prepare.PrepareProvider().create(PROPS)
    assert str(told.value) == (
        "postgres has a directory /var/lib/data of its own, which belongs to 0:0 with mode 755. The engine gives its "
        "owner to the empty volume db-data, so the server, which runs as 999:999, could not write its data. Nothing "
        "was stopped. Give the directory away where the image is made, with 'RUN mkdir -p /var/lib/data && chown "
        "999:999 /var/lib/data' and DOCKER_BUILDKIT=1 (the older builder forgets what is done below a VOLUME line), "
        "then run 'pulumi up' again."
    )
    assert written(paper)["throw-away:/var/lib"] == ["data", "data"]
    assert paper.calls[-1] == "remove volume db-files"


def test_a_file_that_is_right_is_not_written_again(paper: PaperEngine) -> None:
    """The engine removes a file to write it, and an earlier replica may be reading it: only what differs is due."""
    files_now = {"plain": "1", "password": "another", "older": "stays"}
    paper.held = archive(VolumeFill(name="db-files", mode=0o500, files=files_now), "0", "999:999")
    prepare.PrepareProvider().update("", {"generation": 1.0}, PROPS)
    assert written(paper) == {"throw-away:/volumes": ["0", "0/password", "1"]}


@pytest.mark.parametrize(
    ("owner", "mode", "due"),
    [
        ("999:999", 0o100400, []),
        ("998:999", 0o400, ["0/plain"]),
        ("999:998", 0o400, ["0/plain"]),
        ("999:999", 0o440, ["0/plain"]),
    ],
)
def test_a_file_of_another_owner_or_mode_is_written_again(
    paper: PaperEngine, owner: str, mode: int, due: list[str]
) -> None:
    """Its content alone does not make it right; the engine adds the bits of the file's type to a mode."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("0/plain")
        entry.uid, entry.gid = map(int, owner.split(":"))
        entry.mode, entry.size = mode, 1
        tar.addfile(entry, io.BytesIO(b"1"))
    paper.held = buffer.getvalue()
    prepare.PrepareProvider().update("", {"generation": 1.0}, {**PROPS, "secret_files": {}})
    assert written(paper) == {"throw-away:/volumes": ["0", *due, "1"]}


@pytest.mark.parametrize(("observed", "generation"), [("present", 4), ("paused", 4), ("missing", 5), ("replaced", 5)])
def test_a_missing_container_is_a_new_generation(paper: PaperEngine, observed: str, generation: int) -> None:
    """Changed files alone are not."""
    updated = prepare.PrepareProvider().update("", {"generation": 4.0}, {**PROPS, "observed": observed})
    assert updated.outs is not None
    assert updated.outs["generation"] == generation
    assert paper.archives


def test_delete_removes_the_files_volume_and_no_data(paper: PaperEngine) -> None:
    """Data volumes are not Prepare's to remove; one that is gone already is no error."""
    provider = prepare.PrepareProvider()
    provider.delete("", PROPS)
    provider.delete("", {**PROPS, "files_volume": "gone"})
    assert paper.calls == ["remove volume db-files"]


def test_a_volume_in_use_belongs_to_its_user(paper: PaperEngine) -> None:
    """Going back from a failed change fills the earlier volume again before its removal comes up."""
    provider = prepare.PrepareProvider()
    provider.delete("", {**PROPS, "files_volume": "used"})
    assert paper.calls == []
    with pytest.raises(APIError):
        provider.delete("", {**PROPS, "files_volume": "stuck"})


def test_the_throw_away_container_goes_also_when_writing_fails(
    paper: PaperEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a failed attempt stays."""

    def fail(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(paper, "put_archive", fail)
    with pytest.raises(OSError, match="disk full"):
        prepare.PrepareProvider().create(PROPS)
    assert paper.calls[-2:] == ["remove container", "remove volume db-files"]


@pytest.mark.parametrize(("command", "way"), [(["true"], "wait_ready"), ([], "run_job")])
def test_a_gate_waits_for_a_service_and_runs_a_job(
    paper: PaperEngine, monkeypatch: pytest.MonkeyPatch, command: list[str], way: str
) -> None:
    """Which of the two follows from the probe."""
    asked: list[readiness.GateRequest] = []

    def note(_engine: object, request: readiness.GateRequest, _halt: object) -> None:
        asked.append(request)

    monkeypatch.setattr(readiness, way, note)
    props = {
        "budget_seconds": 5.0,
        "command": command,
        "container": "abc",
        "docker_host": "",
        "grace_seconds": 3.0,
        "memory_mib": 64.0,
        "networks": [{"aliases": ["db"], "name": "data"}],
        "observed": "ready",
        "pids": 9.0,
        "proxy": {},
        "reload": {},
        "restart_at_once": False,
        "service": "db",
    }
    provider = gate.GateProvider()
    assert provider.create(props).id == "db"
    provider.update("", props, props)
    assert [request.service for request in asked] == ["db", "db"]
    assert not paper.calls


def test_the_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything of the stack; what went away between list and inspect is no error."""
    engine = PaperEngine({"1": {"Id": "1"}, "2": {"Id": "2"}})
    monkeypatch.setattr(engine, "containers", engine)
    found = observe.look(cast("DockerClient", engine), "zapstack/dev")
    assert [row["Id"] for row in found.containers] == ["1", "2"]
    assert found.networks == {"net": "net-id"}
    assert found.files_volumes == {"files"}


def config(source: str) -> StackConfig:
    """Returns a configuration with an image source."""
    return StackConfig(
        docker_host="",
        environment="development",
        image_overrides={},
        image_source="local" if source == "local" else "registry",
        systems={"evolution": EvolutionSettings()},
    )


def test_missing_local_images_stop_an_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that builds them; a preview and a registry need none."""
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    engine = PaperEngine(
        images={local_reference("postgres-15"), local_reference("postgres-16"), local_reference("python")}
    )
    with pytest.raises(UserError, match="make images STACK=dev") as refused:
        local_images.require(cast("DockerClient", engine), config("local"), SYSTEMS, "dev")
    assert "evolution-api" in str(refused.value)
    assert "postgres" not in str(refused.value)
    local_images.require(cast("DockerClient", engine), config("registry"), SYSTEMS, "dev")
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    local_images.require(cast("DockerClient", engine), config("local"), SYSTEMS, "dev")


def test_an_engine_that_does_not_answer_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its address and the command that helps."""

    def refuse(**_options: object) -> None:
        raise DockerException("connection refused")

    monkeypatch.setattr(docker, "DockerClient", refuse)
    monkeypatch.setattr(program, "load", lambda _stack, _systems: config("local"))
    monkeypatch.setattr(pulumi, "get_project", lambda: "zapstack")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    docker_api.client.cache_clear()
    with pytest.raises(UserError, match=r"Docker engine at .*: no answer .*'make setup'"):
        program.main()
    docker_api.client.cache_clear()


def test_labels_of_throw_away_containers() -> None:
    """They tell an interrupted run's rest from a service."""
    scope = Scope(project="p", stack="s", system="y")
    assert files.throw_away_labels(scope, "db")[ROLE_LABEL] == "throw-away"
