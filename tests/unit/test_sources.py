"""An application's source in development."""

import os
from pathlib import Path

import pytest

from components.application import USER
from components.base import lock
from stacks import sources
from stacks.settings.app import AppSettings


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppSettings:
    """An application with some of the usual folders, all readable."""
    monkeypatch.setattr(lock, "CHECKOUT", tmp_path)
    (tmp_path / "shop" / "src").mkdir(parents=True)
    (tmp_path / "shop" / "src" / "main.py").write_text("1")
    (tmp_path / "shop" / "alembic.ini").write_text("2")
    for path in (tmp_path / "shop").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return AppSettings(hot_reload=True, source="shop")


def test_what_there_is_is_mounted(app: AppSettings, tmp_path: Path) -> None:
    """Below /app; nothing without the setting."""
    assert {(bind.path, bind.source) for bind in sources.mounted(app)} == {
        ("/app/src", str(tmp_path / "shop" / "src")),
        ("/app/alembic.ini", str(tmp_path / "shop" / "alembic.ini")),
    }
    assert sources.mounted(AppSettings(source="shop")) == []


def test_the_owner_of_the_source_runs_it(app: AppSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Except root."""
    own = (tmp_path / "shop").stat()
    assert sources.user(app) == (USER if own.st_uid == 0 else f"{own.st_uid}:{own.st_gid}")
    monkeypatch.setattr(Path, "stat", lambda _self: os.stat_result((0o755, 0, 0, 1, 1234, 567, 0, 0, 0, 0)))
    assert sources.user(app) == "1234:567"
    assert sources.user(AppSettings(source="shop")) == USER


def test_a_change_of_what_is_mounted_is_no_new_image(app: AppSettings, tmp_path: Path) -> None:
    """But a reason for jobs to run again; what is not mounted is one to build."""
    folder = tmp_path / "shop"

    def tags() -> tuple[str, str]:
        return lock.content_hash(folder, without=app.mounts), sources.digest(app)

    before = tags()
    (folder / "src" / "main.py").write_text("3")
    after = tags()
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)
    (folder / "Dockerfile").write_text("4")
    assert tags()[0] != after[0]


def test_what_its_user_cannot_read_is_found(app: AppSettings, tmp_path: Path) -> None:
    """Files and folders alike."""
    assert sources.unreadable(app) == []
    secret = tmp_path / "shop" / "src" / "main.py"
    secret.chmod(0o000)
    assert sources.unreadable(app) == [secret]
    secret.chmod(0o644)
    secret.parent.chmod(0o600)
    assert secret.parent in sources.unreadable(app)
    secret.parent.chmod(0o755)
