"""What verbs on running services say, with containers of paper."""

import json
import re
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


LOCK = """# first
haproxy:
  registry:
    repository: haproxy
    version: 3.2-alpine
    digest: sha256:1
    certainty: A
    support: {text: Because., source: "https://example.com", until: 2026-01-31}
  local: {context: images/haproxy, version: "2.6", base: base}
redis:
  registry:
    repository: redis
    version: 7.4-bookworm
    digest: sha256:2
    certainty: B
    support: {text: Because., source: "https://example.com"}
"""


def test_a_new_digest_is_written_and_nothing_else_changes() -> None:
    """Comments, order and images that did not answer stay."""
    assert lock_images.rewritten(LOCK, {"haproxy": "sha256:9"}) == LOCK.replace("sha256:1", "sha256:9").replace(
        "certainty: A", "certainty: verified"
    )


def test_an_image_by_tag_alone_gets_its_digest() -> None:
    """Behind its version, where the others have theirs."""
    tagged = LOCK.replace("    digest: sha256:2\n    certainty: B\n", "")
    assert lock_images.rewritten(tagged, {"redis": "sha256:2"}) == LOCK.replace("certainty: B", "certainty: verified")


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
    written.write_text(LOCK)
    monkeypatch.setattr(lock, "LOCK_FILE", written)
    engine = SimpleNamespace(images=SimpleNamespace(get_registry_data=answer))
    with pytest.raises(typer.Exit):
        lock_images.lock_images(cast("Any", engine), write=True)
    assert "no answer for redis: not compared" in capsys.readouterr().err
    assert written.read_text().count("sha256:new") == 1
    assert "sha256:2" in written.read_text()


@pytest.fixture
def paper_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A lock file with an image past its day and another one."""
    (tmp_path / "images.lock").write_text(LOCK)
    monkeypatch.setattr(lock, "LOCK_FILE", tmp_path / "images.lock")
    monkeypatch.setattr(lock, "load", lock.load.__wrapped__)


@pytest.mark.usefixtures("paper_lock")
def test_a_version_past_its_day_is_told_and_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """With why it is pinned and the way on; nothing that the verb could do mends it."""
    answer = SimpleNamespace(id="sha256:1")
    engine = SimpleNamespace(images=SimpleNamespace(get_registry_data=lambda _: answer))
    lock_images.lock_images(cast("Any", engine), write=False)
    told = capsys.readouterr()
    assert "haproxy: past 2026-01-31: Because. (https://example.com)" in told.err
    assert "redis: Because. (https://example.com)" in told.out
    assert "redis" not in told.err
    assert re.search(r"haproxy +haproxy:3.2-alpine +as locked +2026-01-31", told.out)
    assert re.search(r"redis +redis:7.4-bookworm +moved to sha256:1 +not said", told.out)


@pytest.mark.usefixtures("paper_lock")
def test_a_registry_that_gave_an_image_up_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """The verb would otherwise fail for ever; the table says that there was no answer."""

    def answer(reference: str) -> SimpleNamespace:
        if reference.startswith("haproxy:"):
            raise APIError("unauthorized")
        return SimpleNamespace(id="sha256:2")

    lock_images.lock_images(cast("Any", SimpleNamespace(images=SimpleNamespace(get_registry_data=answer))), write=True)
    assert re.search(r"haproxy +haproxy:3.2-alpine +no answer", capsys.readouterr().out)
    assert lock.LOCK_FILE.read_text().count("verified") == 1


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
