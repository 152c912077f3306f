"""Step `toolchain`: Pulumi with its Python language host and the resource plugins, in a directory of their pins.

Each part is marked once it is complete, so an interrupted run continues with the next part, and a finished one has
nothing to do.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from scripts.setup import pins
from scripts.setup.cli import cli_sources
from scripts.setup.locking import exclusive
from scripts.setup.places import Places
from scripts.setup.plugins import plugin_binary, plugin_sources
from scripts.setup.report import say
from scripts.setup.sources import Installed, Source, first_working, record, recorded

REMEDY = (
    "Ways out: a proxy that reaches a source (HTTPS_PROXY for the release, GOPROXY for Go modules, UV_DEFAULT_INDEX "
    "for PyPI),\nor a 'pulumi' on PATH, version {minimum} or newer, with plugins {plugins}.\nThen repeat 'make setup'."
)


def ensure_toolchain(places: Places) -> None:
    """Install what is missing of the tool chain.

    Raises:
        SetupError: Some part can be had from nowhere.
    """
    directory = places.toolchain
    program = directory / "bin" / "pulumi"
    with exclusive(places.cache, "toolchain"):
        _ensure("pulumi", directory / "pulumi.json", program.exists, partial(cli_sources, places))
        for name in pins.PLUGINS:
            _ensure(
                f"{name} plugin",
                directory / f"plugin-{name}.json",
                plugin_binary(places.pulumi_home, name).exists,
                partial(plugin_sources, places, name),
            )


def _ensure(what: str, mark: Path, exists: Callable[[], bool], sources: Callable[[], Sequence[Source]]) -> None:
    """Install one part, unless it is marked as complete and still there."""
    installed = recorded(mark)
    if installed and exists():
        say(what, f"{_origin(installed)} -> nothing to do ({mark.parent})")
        return
    mark.unlink(missing_ok=True)
    plugins = ", ".join(f"{name} {version}" for name, version in pins.PLUGINS.items())
    remedy = REMEDY.format(minimum=".".join(map(str, pins.PULUMI_MINIMUM)), plugins=plugins)
    installed = first_working(what, sources(), remedy=remedy)
    record(mark, installed)
    say(what, f"{_origin(installed)} -> installed ({installed.why})")


def _origin(installed: Installed) -> str:
    return f"{installed.version} from {installed.source}"
