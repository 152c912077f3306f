"""What verbs on running services say, with containers of paper."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer
from docker.errors import APIError, NotFound

from components.base import lock
from components.base.inquiry import Finding
from infra.state import Known, Place
from operations import declared, found, lock_images, logs, pulumi_cli, report, smoke, starting, status
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
        "zapstack.stack": "zapstack/dev",
        "zapstack.system": "evolution",
    }
    return SimpleNamespace(attrs={"Config": {"Labels": labels}}, labels=labels)


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the engine lists."""
    rows = [container("app", "2"), container("app"), container("db"), container("db", role="throw-away")]
    engine = SimpleNamespace(containers=SimpleNamespace(list=lambda **_options: rows))
    monkeypatch.setattr(found, "client", lambda _host: engine)
    return rows


@pytest.mark.usefixtures("running", "knows")
def test_a_service_is_found_with_all_replicas_in_order() -> None:
    """Throw-away containers are nobody's service."""
    assert [row.replica for row in found.of_service(STACK, "app")] == [1, 2]
    assert [row.service for row in found.lasting(STACK)] == ["app", "app", "db"]


@pytest.mark.parametrize(
    ("service", "said"), [("ap", 'did you mean "app"?'), ("zzz", "there are: app, db"), ("", "there are: app, db")]
)
@pytest.mark.usefixtures("running", "knows")
def test_an_unknown_service_is_named(service: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With what there is; nothing was done."""
    with pytest.raises(typer.Exit) as left:
        found.of_service(STACK, service)
    assert left.value.exit_code == 2
    assert said in capsys.readouterr().err


@pytest.mark.usefixtures("running")
def test_a_service_whose_containers_were_removed_is_missing(
    capsys: pytest.CaptureFixture[str], knows: Callable[..., None]
) -> None:
    """It is no wrong name, and a replica that is missing is told beside those that are there."""
    knows(place("app"), place("app", 3), place("cache"), place("db"))
    with pytest.raises(typer.Exit) as left:
        found.of_service(STACK, "cache")
    assert left.value.exit_code == 1
    assert "missing: cache. Run 'make up STACK=dev'" in capsys.readouterr().err
    assert [row.replica for row in found.of_service(STACK, "app")] == [1, 2]
    assert "missing: app/3. Run" in capsys.readouterr().err


def test_a_stack_that_is_not_up(running: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Says how to start it."""
    running.clear()
    with pytest.raises(typer.Exit):
        found.of_service(STACK, "app")
    assert "make up STACK=dev" in capsys.readouterr().err


def test_log_lines_are_whole() -> None:
    """Whatever pieces the engine sends."""
    assert list(logs.whole_lines([b"one\ntw", b"o\n", b"three"])) == ["one", "two", "three"]


def test_what_our_own_jobs_advise_is_for_their_stack(
    running: list[Any], capsys: pytest.CaptureFixture[str], knows: Callable[..., None]
) -> None:
    """They do not know its name; a service's own words stay as they are."""
    running[:] = [container("app"), container("instances", role="job")]
    for row in running:
        row.logs = lambda **_options: iter([b"see 'make status'\n"])
    knows(place("app"))
    for service in ("app", "instances"):
        logs.logs(STACK, service, follow=False, tail=1)
    assert capsys.readouterr().out.splitlines() == [
        "app/1 | see 'make status'",
        "instances/1 | see 'make status STACK=dev'",
    ]


def test_what_a_failed_conversation_advises_is_for_its_stack(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever pieces the engine sends its lines in."""
    held = SimpleNamespace(
        attach=lambda **_: iter([b"hop 1 failed. Look at 'make logs SERV", b"ICE=app'\nthe", b" end"]),
        attrs={"State": {"OOMKilled": False}},
        reload=lambda: None,
        start=lambda: None,
        wait=lambda: {"StatusCode": 1},
    )
    there = SimpleNamespace(get=lambda _name: held)
    monkeypatch.setattr(smoke, "client", lambda _host: SimpleNamespace(containers=there))
    with pytest.raises(typer.Exit):
        smoke.converse(STACK, "evolution")
    assert "hop 1 failed. Look at 'make logs STACK=dev SERVICE=app'\nthe end\n" in capsys.readouterr().out


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


def seen(service: str, state: str, replica: int = 1) -> starting.Seen:
    """Returns what a look at a container says."""
    attributes = {
        "NetworkSettings": {"Ports": {}},
        "RestartCount": 0,
        "State": {"Running": False, "StartedAt": "2026-01-01T00:00:00"},
    }
    row = found.Found(
        container=cast("Any", SimpleNamespace(attrs=attributes, labels=container(service, str(replica)).labels)),
        replica=replica,
        role="service",
        service=service,
        system="evolution",
    )
    return starting.Seen(found=row, state=state)


def place(service: str, replica: int = 1) -> Place:
    """Returns a part of the stack as the state knows it."""
    return Place(replica=replica, role="service", service=service, system="evolution")


@pytest.fixture(autouse=True)
def declares(monkeypatch: pytest.MonkeyPatch) -> dict[str, Finding]:
    """What services say of what they have declared on servers, by service: nothing."""
    findings: dict[str, Finding] = {}

    def look_from(_client: object, key: str, _good: object) -> Finding:
        return findings.get(key.split("/")[1], Finding())

    monkeypatch.setattr(declared, "look_from", look_from)
    monkeypatch.setattr(declared, "engine", lambda _stack: None)
    return findings


@pytest.fixture
def knows(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what the state knows."""

    def set_(*places: Place) -> None:
        monkeypatch.setattr(pulumi_cli, "state_if_readable", lambda _stack: Known(places=frozenset(places)))

    set_()
    return set_


@pytest.mark.parametrize(
    ("states", "code"),
    [(["ready", "done", "on demand"], 0), (["ready", "paused since x"], 1), (["not serving: SyntaxError in a:1"], 1)],
)
def test_status_fails_unless_everything_is_as_it_should_be(
    states: list[str], code: int, knows: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timer notices by its exit code."""
    rows = [seen(f"service-{number}", state) for number, state in enumerate(states)]
    monkeypatch.setattr(status, "settled", lambda _stack: rows)
    knows(*(row.found.place for row in rows))
    if code:
        with pytest.raises(typer.Exit):
            status.status(STACK, watch=False)
    else:
        status.status(STACK, watch=False)


def test_status_has_a_line_for_what_is_missing(
    capsys: pytest.CaptureFixture[str], knows: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is removed by hand or never made: the state has it and the engine does not; the exit code says so too."""
    monkeypatch.setattr(status, "settled", lambda _stack: [seen("app", "ready"), seen("zebra", "ready")])
    knows(place("app"), place("app", 2), place("db"), place("zebra"))
    with pytest.raises(typer.Exit) as left:
        status.status(STACK, watch=False)
    assert left.value.exit_code == 1
    told = capsys.readouterr().out
    lines = [line.split()[1:3] for line in told.splitlines() if line.strip().startswith("evolution")]
    assert lines == [["app/1", "ready"], ["app/2", "missing"], ["db", "missing"], ["zebra", "ready"]]
    assert "missing: app/2, db. Run 'make up STACK=dev'" in told


def test_status_says_what_is_not_as_declared(
    capsys: pytest.CaptureFixture[str],
    declares: dict[str, Finding],
    knows: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What an `up` mends makes it fail; what a person has to do does not. Who is not ready is not asked."""
    monkeypatch.setattr(status, "settled", lambda _stack: [seen("app", "ready"), seen("db", "ready")])
    knows(place("app"), place("db"))
    declares["app"] = Finding(notice="app: instance x: scan it.")
    status.status(STACK, watch=False)
    assert "app: instance x: scan it.\n" in capsys.readouterr().out
    declares["db"] = Finding(wrong="not as declared: role app is missing")
    with pytest.raises(typer.Exit):
        status.status(STACK, watch=False)
    told = "db: not as declared: role app is missing. Run 'make up STACK=dev', which declares it again.\n"
    assert told in capsys.readouterr().out
    monkeypatch.setattr(status, "settled", lambda _stack: [seen("app", "ready"), seen("db", "exited")])
    with pytest.raises(typer.Exit):
        status.status(STACK, watch=False)
    assert "role app" not in capsys.readouterr().out


def test_up_ends_with_what_a_person_has_to_do(
    capsys: pytest.CaptureFixture[str], declares: dict[str, Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as linking a telephone, with the address."""
    monkeypatch.setattr(declared, "look", lambda _stack: [seen("app", "ready"), seen("db", "exited")])
    declares["app"] = Finding(notice="evolution-api: instance x: scan it.")
    declares["db"] = Finding(notice="nobody asks it")
    declared.tell_notices(STACK)
    assert capsys.readouterr().out == "\nevolution-api: instance x: scan it.\n"


def test_status_without_a_readable_state_shows_what_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And does not say that all is well, because it cannot know."""
    failed = subprocess.CompletedProcess([], 255, stdout="", stderr="warning: x\nerror: unable to open state directory")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    monkeypatch.setattr(status, "settled", lambda _stack: [seen("app", "ready")])
    with pytest.raises(typer.Exit) as left:
        status.status(STACK, watch=False)
    assert left.value.exit_code == 1
    told = capsys.readouterr()
    assert "app" in told.out
    assert "cannot be read, so what is missing is not seen: error: unable to open state directory" in told.err


def test_status_shows_both_containers_of_a_rollout(
    capsys: pytest.CaptureFixture[str], knows: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next replica and the one that leaves are the same part of the stack."""
    rows = [seen("app", "ready"), seen("app", "not ready")]
    monkeypatch.setattr(status, "settled", lambda _stack: rows)
    knows(place("app"))
    with pytest.raises(typer.Exit):
        status.status(STACK, watch=False)
    assert capsys.readouterr().out.count("app") == 2


def test_status_of_a_stack_all_of_which_was_removed(
    capsys: pytest.CaptureFixture[str], knows: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line says missing; a stack that is down has none, and says that."""
    monkeypatch.setattr(status, "settled", lambda _stack: [])
    for places, said in (((place("app"),), "missing: app."), ((), "stack dev is not up: run 'make up STACK=dev'")):
        knows(*places)
        with pytest.raises(typer.Exit):
            status.status(STACK, watch=False)
        assert said in capsys.readouterr().out


def test_a_reason_is_shown_whole(
    capsys: pytest.CaptureFixture[str], knows: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However narrow the terminal is and however long the reason."""
    monkeypatch.setenv("COLUMNS", "80")
    reason = f"not serving: SyntaxError in src/{'long/' * 50}name.py:12"
    monkeypatch.setattr(status, "settled", lambda _stack: [seen("app", reason)])
    knows(place("app"))
    with pytest.raises(typer.Exit):
        status.status(STACK, watch=False)
    assert reason in capsys.readouterr().out


def test_smoke_names_what_is_not_as_it_should_be(
    capsys: pytest.CaptureFixture[str], knows: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And holds the conversation, which shows whether it needs that."""
    rows = [seen("app", "ready"), seen("worker", "paused since x")]
    monkeypatch.setattr(smoke, "present", lambda _stack: [row.found for row in rows])
    monkeypatch.setattr(smoke, "settled", lambda _stack: rows)
    held = []
    monkeypatch.setattr(smoke, "converse", lambda _stack, system: held.append(system))
    knows(place("app"), place("worker"), place("db"))
    smoke.smoke(STACK)
    told = capsys.readouterr().err
    assert "missing: db. Run 'make up STACK=dev'" in told
    assert "worker: paused since x" in told
    assert held == ["evolution"]


@pytest.mark.parametrize("verb", [smoke.smoke, lambda stack: logs.logs(stack, "", follow=False, tail=1)])
def test_a_verb_on_a_stack_that_is_down_says_so(
    verb: Callable[[StackFile], None], running: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """With the command that starts it, and exit code 1."""
    running.clear()
    with pytest.raises(typer.Exit) as left:
        verb(STACK)
    assert left.value.exit_code == 1
    assert "stack dev is not up: run 'make up STACK=dev'" in capsys.readouterr().err


@pytest.mark.parametrize("lacks", ["zapstack-dev-evolution-smoke", "zapstack-dev-evolution-edge"])
def test_a_conversation_that_cannot_start(
    lacks: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its container is gone, or a network of it."""

    def refuse(*_: object) -> None:
        raise NotFound("404", explanation=f"no such thing: {lacks}")

    attached = SimpleNamespace(attach=lambda **_: iter(()), start=refuse)
    there = SimpleNamespace(get=refuse if lacks.endswith("smoke") else lambda _: attached)
    monkeypatch.setattr(smoke, "client", lambda _host: SimpleNamespace(containers=there))
    with pytest.raises(typer.Exit):
        smoke.converse(STACK, "evolution")
    assert f"cannot start: no such thing: {lacks}. Run 'make up STACK=dev' first." in capsys.readouterr().err


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
