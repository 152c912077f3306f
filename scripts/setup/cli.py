"""The Pulumi CLI: the user's own when it is recent, else the official release, else built."""

import os
import shutil
from pathlib import Path

from scripts.setup import pins
from scripts.setup.atomic import link
from scripts.setup.building import build_cli
from scripts.setup.failure import UnavailableError
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.release import install_release
from scripts.setup.sources import Source
from scripts.setup.versions import at_least, parse_version, show

ANSWER_SECONDS = 20


def cli_sources(places: Places) -> tuple[Source, ...]:
    """Return the ways to get the CLI, in order of preference."""
    return (
        Source(name="PATH", install=lambda: link_from_path(places, os.environ.get("PATH", ""))),
        Source(name="official release", install=lambda: install_release(places.toolchain / "bin")),
        Source(name="Go modules", install=lambda: build_cli(places)),
    )


def link_from_path(places: Places, path: str) -> str:
    """Use the user's own CLI through a link; it finds its language host beside itself.

    Args:
        places: Tool chains of earlier set-ups lie in its cache and do not count as the user's own.
        path: The directories to search.

    Raises:
        UnavailableError: There is none, it is too old or it cannot run Python programs.
    """
    theirs = [part for part in path.split(os.pathsep) if part and not Path(part).is_relative_to(places.cache)]
    found = shutil.which("pulumi", path=os.pathsep.join(theirs)) if theirs else None
    if not found:
        raise UnavailableError("no pulumi")
    try:
        env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        version = parse_version(" ".join(run([found, "version"], env=env, limit_seconds=ANSWER_SECONDS)))
    except CommandError as error:
        raise UnavailableError(f"{found} does not run: {error.last_line}") from error
    if version is None or not at_least(version, pins.PULUMI_MINIMUM):
        known = show(version) if version else "of unknown version"
        raise UnavailableError(f"{found} is {known}, {show(pins.PULUMI_MINIMUM)} or newer is needed")
    host = "pulumi-language-python"
    if not (Path(found).resolve().parent / host).exists() and not shutil.which(host, path=os.pathsep.join(theirs)):
        raise UnavailableError(f"{found} has no {host} beside it")
    link(places.toolchain / "bin" / "pulumi", Path(found).absolute())
    return show(version)
