"""Getting Go modules without ever hanging: asked once whether the proxy answers, then watched."""

import tempfile
from pathlib import Path

from scripts.setup import pins
from scripts.setup.failure import UnavailableError
from scripts.setup.golang import go_environment
from scripts.setup.processes import CommandError, run
from scripts.setup.report import Progress

PROXY_SECONDS = 30  # for one answer of a few bytes
SILENCE_SECONDS = 300  # without a new module; the largest is about 100 MB
LIST_SECONDS = 120  # reading 2,000 packages from a cold disk


def fetch_modules(go: str, directory: Path, arguments: tuple[str, ...], shown: Progress) -> int:
    """Make sure that everything a build imports is in the module cache.

    Afterwards the build itself needs no network and runs without.

    Args:
        go: The Go command.
        directory: The module to build.
        arguments: Flags and packages of the build.
        shown: Told every module that is downloaded.

    Returns:
        How many packages the build has.

    Raises:
        UnavailableError: The module proxy cannot be reached, or stopped answering.
    """
    command = [go, "list", "-mod=readonly", "-deps", "-f", "{{.ImportPath}}", *arguments]
    offline = {**go_environment(), "GOPROXY": "off"}
    try:
        return len(run(command, cwd=directory, env=offline, on_wait=shown.tick, limit_seconds=LIST_SECONDS))
    except CommandError:
        shown.update("asking the module proxy")
    require_proxy(go, shown)
    try:
        lines = run(
            command, cwd=directory, env=go_environment(), on_line=shown.update, on_wait=shown.tick,
            silence_seconds=SILENCE_SECONDS,
        )  # fmt: skip
    except CommandError as error:
        raise UnavailableError(f"modules could not be downloaded: {error.reason}: {error.last_line}") from error
    return sum(not line.startswith("go: ") for line in lines)


def require_proxy(go: str, shown: Progress) -> None:
    """Ask for one small thing, with Go's own idea of proxies and credentials.

    Raises:
        UnavailableError: No answer in time, or a refusal.
    """
    module = f"{pins.PULUMI_SDK_MODULE}@v{pins.PULUMI_VERSION}"
    with tempfile.TemporaryDirectory() as empty:  # an answer from the module cache would prove nothing
        env = {**go_environment(), "GOMODCACHE": empty, "GOFLAGS": "-mod=mod -modcacherw"}
        try:
            run([go, "list", "-m", module], cwd=Path(empty), env=env, on_wait=shown.tick, limit_seconds=PROXY_SECONDS)
        except CommandError as error:
            proxy = _proxy_setting(go)
            raise UnavailableError(f"module proxy unreachable (GOPROXY={proxy}), {error.last_line}") from error


def _proxy_setting(go: str) -> str:
    try:
        return "".join(run([go, "env", "GOPROXY"], env=go_environment(), limit_seconds=PROXY_SECONDS))
    except CommandError:
        return "unknown"
