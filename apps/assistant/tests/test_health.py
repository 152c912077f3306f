"""The worker's health check: a recent sign of life, and no more work than that."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from services import ROOT

from tasks import health


@pytest.mark.parametrize(
    ("age", "code"), [(0, 0), (health.STALE_SECONDS - 3, 0), (health.STALE_SECONDS + 3, 1), (-60, 1)]
)
@pytest.mark.parametrize("asked", [[], ["alive"]])
def test_only_a_recent_sign_of_life_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: float, code: int, asked: list[str]
) -> None:
    """A worker that hangs touches nothing; a clock set back leaves a time in the future. Each question has its file."""
    beat = tmp_path / "beat"
    beat.touch()
    os.utime(beat, (time.time() - age, time.time() - age))
    monkeypatch.setattr(health, "ALIVE_FILE", str(beat if asked else tmp_path / "absent"))
    monkeypatch.setattr(health, "CONSUMING_FILE", str(tmp_path / "absent" if asked else beat))
    assert health.main(asked) == code


def test_a_worker_that_does_not_consume_is_unhealthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the check says so."""
    monkeypatch.setattr(health, "CONSUMING_FILE", str(tmp_path / "absent"))
    assert health.main([]) == 1
    assert "not consuming" in capsys.readouterr().out


def test_the_check_imports_next_to_nothing() -> None:
    """It runs every few seconds beside the worker: the application's libraries would cost half a second each time."""
    program = (
        "import sys; import tasks.health; print(sorted({'asyncio', 'sqlalchemy', 'assistant'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program], check=True, capture_output=True, cwd=ROOT, text=True
    )
    assert done.stdout == "[]\n"
