"""Step `python`: the project's virtual environment, exactly as uv.lock describes it."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable

from scripts.setup import debian, pins
from scripts.setup.atomic import new_directory
from scripts.setup.failure import SetupError
from scripts.setup.locking import exclusive
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.report import progress, say
from scripts.setup.versions import at_least, parse_version, show

SILENCE_SECONDS = 300
# Each would make uv work on another environment than the checkout's own.
FOREIGN = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_PROJECT", "UV_SYSTEM_PYTHON", "PYTHONHOME", "PYTHONPATH")
LOGGED_LINES = 8


def ensure_python_environment(places: Places) -> None:
    """Make the environment equal to the lock file; takes milliseconds when it already is."""
    with exclusive(places.cache, "python"):
        uv, why = ensure_uv(places)
        command = [uv, "sync", "--frozen", "--no-python-downloads"]
        if not (places.environment_directory / "bin" / "python").exists():
            command += ["--python", sys.executable]  # the Python that is known to be there, not the first uv finds
        env = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        with progress("python") as shown:
            try:
                lines = run(
                    command, cwd=places.checkout, env=env, on_line=shown.update, on_wait=shown.tick,
                    silence_seconds=SILENCE_SECONDS,
                )  # fmt: skip
            except CommandError as error:
                raise SetupError(
                    f"python: 'uv sync --frozen' failed: {error.reason}",
                    "The environment in .venv is incomplete: neither tests nor Pulumi programs run.",
                    "Repair what uv names (often the network: HTTPS_PROXY, UV_DEFAULT_INDEX, SSL_CERT_FILE) and run "
                    "'make setup' again; it continues.",
                    error.lines[-LOGGED_LINES:],
                ) from error
    changed = sum(line.lstrip().startswith(("+ ", "- ", "~ ")) for line in lines)
    done = f"{changed} packages changed" if changed else "nothing to do"
    say("python", f"uv.lock -> .venv, {done} (Python {show(sys.version_info[:3])}; {why})")


def ensure_uv(places: Places) -> tuple[str, str]:
    """Return the path of uv and where it comes from, installing the pinned one when there is no recent one."""
    on_path = shutil.which("uv")
    found = None
    if on_path:
        try:
            found = parse_version(" ".join(run([on_path, "--version"], limit_seconds=10)))
        except CommandError:
            found = None
        if at_least(found, pins.UV_MINIMUM):
            return on_path, f"uv {show(found or ())} on PATH"
    own = places.cache / f"uv-{pins.UV_VERSION}"
    reason = f"uv on PATH is {show(found) if found else 'broken'}" if on_path else "no uv on PATH"
    if not (own / "bin" / "uv").exists():
        if importlib.util.find_spec("ensurepip") is None:
            _install_venv_module()
        say("uv", f"{reason} -> installing {pins.UV_VERSION} into the cache (it makes the environment from uv.lock)")
        with new_directory(own) as directory, progress("uv") as shown:
            _install_uv(str(directory), shown.tick)
    return str(own / "bin" / "uv"), f"own uv {pins.UV_VERSION}: {reason}"


def _install_uv(directory: str, on_wait: Callable[[], None]) -> None:
    """Install uv with pip; it is one binary, so the directory may be renamed afterwards."""
    commands = (
        [sys.executable, "-m", "venv", directory],
        [f"{directory}/bin/python", "-m", "pip", "install", "--quiet", f"uv=={pins.UV_VERSION}"],
    )
    for command in commands:
        try:
            run(command, on_wait=on_wait, silence_seconds=SILENCE_SECONDS)
        except CommandError as error:
            raise SetupError(
                f"python: uv {pins.UV_VERSION} could not be installed with pip: {error.reason}",
                "Without uv the environment cannot be made from uv.lock.",
                "Repair pip's network settings (HTTPS_PROXY, PIP_INDEX_URL) or put a uv >= "
                f"{show(pins.UV_MINIMUM)} on PATH, then run 'make setup' again.",
                error.lines[-LOGGED_LINES:],
            ) from error


def _install_venv_module() -> None:
    """Debian keeps the module that makes virtual environments in a package of its own."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    consequence = "uv cannot be installed, so the environment cannot be made from uv.lock."
    if not debian.can_install():
        raise SetupError(
            f"python: {sys.executable} cannot make virtual environments (no ensurepip)",
            consequence,
            f"Run 'sudo apt-get install {package}' or put a uv >= {show(pins.UV_MINIMUM)} on PATH, then 'make setup'.",
        )
    say("python", f"no ensurepip -> installing {package} (uv is installed into a virtual environment)")
    debian.install("python", (package,), consequence)
