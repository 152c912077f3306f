"""What verbs on running services say, with containers of paper."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer
from docker.errors import APIError

from operations import found, lock_images, logs
from operations.stack_file import StackFile

STACK = StackFile(
    development=True, docker_host="", image_source="local", images=("probe",), name="dev", systems=("evolution",)
)


def container(service: str, replica: str = "1", role: str = "service") -> Any:  # noqa: ANN401 stands for the client's
    """Returns a container with labels."""
    labels = {
        "zapstack.replica": replica,
        "zapstack.role": role,
        "zapstack.service": service,
        "zapstack.system": "evolution",
    }
    return SimpleNamespace(attrs={"Config": {"Labels": labels}})


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the engine lists."""
    rows = [container("app", "2"), container("app"), container("db"), container("db", role="throw-away")]
    engine = SimpleNamespace(containers=SimpleNamespace(list=lambda **_options: rows))
    monkeypatch.setattr(found, "client", lambda _host: engine)
    return rows


@pytest.mark.usefixtures("running")
def test_a_service_is_found_with_all_replicas_in_order() -> None:
    """Throw-away containers are nobody's service."""
    assert [row.replica for row in found.of_service(STACK, "app")] == [1, 2]
    assert [row.service for row in found.lasting(STACK)] == ["app", "app", "db"]


@pytest.mark.parametrize(
    ("service", "said"), [("ap", 'did you mean "app"?'), ("zzz", "there are: app, db"), ("", "there are: app, db")]
)
@pytest.mark.usefixtures("running")
def test_an_unknown_service_is_named(service: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With what there is; nothing was done."""
    with pytest.raises(typer.Exit) as left:
        found.of_service(STACK, service)
    assert left.value.exit_code == 2
    assert said in capsys.readouterr().err


def test_a_stack_that_is_not_up(running: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Says how to start it."""
    running.clear()
    with pytest.raises(typer.Exit):
        found.of_service(STACK, "app")
    assert "make up STACK=dev" in capsys.readouterr().err


def test_log_lines_are_whole() -> None:
    """Whatever pieces the engine sends."""
    assert list(logs._lines(iter([b"one\ntw", b"o\n", b"three"]))) == ["one", "two", "three"]


def test_a_new_digest_is_written_and_nothing_else_changes() -> None:
    """Comments, order and images that did not answer stay."""
    text = "# first\na:\n  registry:\n    digest: sha256:1\n    certainty: B\nb:\n  registry:\n    digest: sha256:2\n"
    assert lock_images.rewritten(text, {"a": "sha256:9"}) == text.replace("sha256:1", "sha256:9").replace(
        "certainty: B", "certainty: verified"
    )


def test_no_registry_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing is written."""

    def refuse(_name: str) -> None:
        raise APIError("no route")

    engine = SimpleNamespace(images=SimpleNamespace(get_registry_data=refuse))
    with pytest.raises(typer.Exit):
        lock_images.lock_images(cast("Any", engine), write=True)
    assert "no registry answered" in capsys.readouterr().err
