"""What a reloader says is what the checks say; without a reason they are the checks themselves."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from components.app import AppArgs, app_spec
from components.application import Application
from components.base import not_serving
from components.base.spec import Bind
from components.worker import WorkerArgs, worker_spec

REASON = "not serving: SyntaxError in src/a.py:1"
FOLDERS = [Bind(path="/app/src", source="/source/src")]


def run(command: Sequence[str], file: Path) -> subprocess.CompletedProcess[str]:
    """Runs a check by a real shell, the container's file being one of the test's."""
    here = [part.replace(not_serving.FILE, str(file)) for part in command]
    return subprocess.run(here, capture_output=True, check=False, text=True)


@pytest.mark.parametrize("code", [0, 7])
def test_without_a_reason_the_check_itself_decides(code: int, tmp_path: Path) -> None:
    """Its arguments reach it whole."""
    for wrap in (not_serving.held, not_serving.refused):
        done = run(wrap(("sh", "-c", f'echo "$1"; exit {code}', "check", "two words")), tmp_path / "none")
        assert (done.returncode, done.stdout) == (code, "two words\n")


@pytest.mark.parametrize(("wrap", "code"), [(not_serving.held, 0), (not_serving.refused, 1)])
def test_with_a_reason_it_is_not_asked(wrap: Any, code: int, tmp_path: Path) -> None:  # noqa: ANN401 one of two
    """A restart would not help, and it does not do its work."""
    file = tmp_path / "not-serving"
    file.write_text(f"{REASON}\n")
    done = run(wrap(("touch", str(tmp_path / "asked"))), file)
    assert (done.returncode, done.stdout) == (code, f"{REASON}\n")
    assert not (tmp_path / "asked").exists()


def health(*outputs: str) -> dict[str, Any]:
    """Returns what the engine says of a container whose checks printed this."""
    log = [{"ExitCode": 0, "Output": text, "Start": "2026-01-01T09:00:01.5-03:00"} for text in outputs]
    return {"State": {"Health": {"Log": log}, "StartedAt": "2026-01-01T12:00:01.123456789Z"}}


@pytest.mark.parametrize(
    ("inspected", "said"),
    [
        (health("", f"{REASON}\n"), REASON),
        (health(f"{REASON}\n", ""), ""),
        (health("connection refused\n"), ""),
        (health(), ""),
        ({"State": {}}, ""),
    ],
)
def test_the_last_check_tells(inspected: dict[str, Any], said: str) -> None:
    """An earlier reason is no reason any more."""
    assert not_serving.reason(inspected) == said


def test_a_check_of_the_run_before_tells_nothing() -> None:
    """The engine keeps it, and `make restart` after the repair would be told of the mistake."""
    inspected = health(REASON)
    inspected["State"]["StartedAt"] = "2026-01-01T12:00:01.7Z"
    assert not not_serving.reason(inspected)


@pytest.mark.parametrize("mounted", [FOLDERS, []])
def test_only_a_mounted_source_has_a_reloader(mounted: list[Bind]) -> None:
    """In production the checks are the plain ones, and no variable names a file."""
    application = Application(image="app", mounted=mounted)
    worker = WorkerArgs(
        application=application, command=("work",), health_command=("alive",), ready_command=("consumes",)
    )
    for spec in (app_spec("app", AppArgs(application=application)), worker_spec("worker", worker)):
        assert spec.readiness
        for probe, code in ((spec.health, 0), (spec.readiness, 1)):
            assert any(f"exit {code}" in part and not_serving.FILE in part for part in probe.command) is bool(mounted)
        assert (spec.environment.get("NOT_SERVING_FILE") == not_serving.FILE) is bool(mounted)
        assert not_serving.FILE.startswith(tuple(spec.writable))
