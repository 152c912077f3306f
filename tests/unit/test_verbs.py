"""What verbs on running services say, with containers of paper."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer
from docker.errors import APIError

from components.base import lock
from operations import found, lock_images, logs, pulumi_cli, report, status, tunnel
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
    assert "no answer for evolution-api, " in capsys.readouterr().err


def test_one_registry_that_does_not_answer_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A new version would otherwise keep the earlier image's digest, and nobody would know; the others are written."""

    def answer(reference: str) -> SimpleNamespace:
        if reference.startswith("redis:"):
            raise APIError("429 Too Many Requests")
        return SimpleNamespace(id="sha256:new")

    written = tmp_path / "images.lock"
    written.write_text("haproxy:\n  registry:\n    digest: sha256:1\nredis:\n  registry:\n    digest: sha256:2\n")
    monkeypatch.setattr(lock, "LOCK_FILE", written)
    engine = SimpleNamespace(images=SimpleNamespace(get_registry_data=answer))
    with pytest.raises(typer.Exit):
        lock_images.lock_images(cast("Any", engine), write=True)
    assert "no answer for redis: not compared" in capsys.readouterr().err
    assert written.read_text().count("sha256:new") == 1
    assert "sha256:2" in written.read_text()


@pytest.mark.parametrize(
    ("states", "code"), [(["ready", "done", "on demand"], 0), (["ready", "paused since x"], 1), ([], 1)]
)
def test_status_fails_unless_everything_is_as_it_should_be(
    states: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timer notices by its exit code."""
    rows = [
        found.Found(
            container=cast("Any", SimpleNamespace(attrs={})), replica=1, role="service", service=text, system="s"
        )
        for text in states
    ]
    monkeypatch.setattr(status, "lasting", lambda _stack: rows)
    monkeypatch.setattr(status, "_cells", lambda _stack, row, _several: ("", "", row.service, *[""] * 5))
    monkeypatch.setattr(tunnel, "hint", lambda *_: "")
    monkeypatch.setattr(status, "_published", lambda _attributes: [])
    if code:
        with pytest.raises(typer.Exit):
            status.status(STACK, watch=False)
    else:
        status.status(STACK, watch=False)


def test_a_narrow_terminal_gets_whole_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """80 columns, as a window to a server has: what is copied from it must work."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    secret, shown = "s" * 32, {"evolution": {"evolution-postgres": {"a long name of it": "s" * 32}}}
    monkeypatch.setattr(pulumi_cli, "output", lambda *_, **__: json.dumps(shown))
    report.credentials(STACK)
    assert secret in capsys.readouterr().out
