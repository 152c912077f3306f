"""The resource plugins in PULUMI_HOME: copied from the user's own, downloaded by Pulumi, or built."""

import os
import shutil
from pathlib import Path

from scripts.setup import pins
from scripts.setup.atomic import new_directory
from scripts.setup.building import build_plugin
from scripts.setup.failure import UnavailableError
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.release import require_release_host
from scripts.setup.report import progress
from scripts.setup.sources import Source

DOWNLOAD_SECONDS = 600  # 30 to 60 MB each
INSTALL_SECONDS = 120


def plugin_sources(places: Places, name: str) -> tuple[Source, ...]:
    """Return the ways to install a plugin, in order of preference."""
    version = pins.PLUGINS[name]
    return (
        Source(name="own plugin directory", install=lambda: copy_plugin(places, name, version)),
        Source(name="official release", install=lambda: _download(places, name, version)),
        Source(name="Go modules", install=lambda: _build(places, name, version)),
    )


def plugin_binary(home: Path, name: str) -> Path:
    """Return where Pulumi looks for a plugin below its home directory."""
    folder = f"resource-{name}-v{pins.PLUGINS[name]}"
    return home / "plugins" / folder / f"pulumi-resource-{name}"


def copy_plugin(places: Places, name: str, version: str) -> str:
    """Copy a plugin that the user's own Pulumi has already downloaded."""
    for home in (os.environ.get("PULUMI_HOME"), str(Path.home() / ".pulumi")):
        source = plugin_binary(Path(home), name) if home else None
        # Pulumi leaves a file beside the directory while it is not completely unpacked.
        if source and source.is_file() and not source.parent.with_name(source.parent.name + ".partial").exists():
            target = plugin_binary(places.pulumi_home, name)
            if source != target:
                with new_directory(target.parent) as directory:
                    shutil.copytree(source.parent, directory, dirs_exist_ok=True)
                return version
    raise UnavailableError(f"has no {name} {version}")


def _download(places: Places, name: str, version: str) -> str:
    require_release_host()
    _install(places, name, version, (), DOWNLOAD_SECONDS)
    return version


def _build(places: Places, name: str, version: str) -> str:
    binary = build_plugin(places, name)
    _install(places, name, version, ("--reinstall", "--file", str(binary)), INSTALL_SECONDS)
    binary.unlink()
    return version


def _install(places: Places, name: str, version: str, options: tuple[str, ...], seconds: float) -> None:
    """Let Pulumi put a plugin where it will look for it."""
    command = [str(places.toolchain / "bin" / "pulumi"), "plugin", "install", "resource", name, version, *options]
    env = {**os.environ, "PULUMI_HOME": str(places.pulumi_home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    with progress(f"{name} plugin") as shown:
        try:
            run(command, env=env, on_line=shown.update, on_wait=shown.tick, limit_seconds=seconds)
        except CommandError as error:
            raise UnavailableError(f"'pulumi plugin install' failed: {error.last_line}") from error
