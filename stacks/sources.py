"""An application's source in development: mounted over its image, so that a saved file is what runs."""

from pathlib import Path
from typing import Final

from components.application import USER
from components.base import lock
from components.base.spec import Bind
from stacks.settings.app import AppSettings

INSIDE: Final = "/app"
"""Working directory of the image, where the source lies."""


def folder(app: AppSettings) -> Path:
    """Returns the folder with the application's Dockerfile."""
    return lock.CHECKOUT / app.source


def mounted(app: AppSettings) -> list[Bind]:
    """Returns what is mounted: the paths of `app.mounts` that there are; nothing without `app.hotReload`."""
    if not app.hot_reload:
        return []
    paths = [(name, folder(app) / name) for name in app.mounts]
    return [Bind(path=f"{INSIDE}/{name}", source=str(path)) for name, path in paths if path.exists()]


def user(app: AppSettings) -> str:
    """Returns who runs it: the owner of the source, who can read it, or the image's user when that is root."""
    if not app.hot_reload:
        return USER
    found = folder(app).stat()
    return f"{found.st_uid}:{found.st_gid}" if found.st_uid else USER


def digest(app: AppSettings) -> str:
    """Returns a digest of the source, for jobs that have to run again; empty when it is not mounted."""
    return lock.content_hash(folder(app)) if app.hot_reload else ""


def unreadable(app: AppSettings) -> list[Path]:
    """Returns mounted files and folders that the application's user could not read."""
    uid, _, gid = user(app).partition(":")
    found = []
    for bind in mounted(app):
        root = Path(bind.source)
        for path in [root, *(root.rglob("*") if root.is_dir() else ())]:
            seen = path.lstat()
            shift = 6 if seen.st_uid == int(uid) else 3 if seen.st_gid == int(gid) else 0
            needed = 0o5 if path.is_dir() else 0o4
            if not path.is_symlink() and (seen.st_mode >> shift) & needed != needed:
                found.append(path)
    return found
