"""Step `engine`: a Docker engine that answers. A running one is used as it is, never changed or restarted."""

import os
import platform
import shutil
from contextlib import suppress

from scripts.setup import debian, pins
from scripts.setup.engine_location import DEFAULT_HOST, engine_version, find_engine
from scripts.setup.engine_start import start_engine
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.locking import exclusive
from scripts.setup.places import Places
from scripts.setup.processes import CommandError, run
from scripts.setup.report import say

CONSEQUENCE = "Without an engine no stack can be previewed or created; 'make test' works without."


def ensure_engine(places: Places) -> str:
    """Return the address of an engine that answers, installing and starting one where that is ours to do.

    Raises:
        SetupError: None answers and this program may not or cannot start one.
    """
    try:
        host, version = find_engine()
    except UnavailableError as error:
        reason = str(error)
    else:
        say("engine", f"Docker {version} answers -> using it ({_where(host)})")
        return host
    refuse_where_not_ours(reason)
    with exclusive(places.cache, "engine"):
        _provide(places, reason)
    say("engine", f"Docker {engine_version(DEFAULT_HOST)} answers -> using it (started by set-up)")
    return DEFAULT_HOST


def refuse_where_not_ours(reason: str) -> None:
    """Stop with one instruction where another program or person is in charge of the engine.

    Args:
        reason: Why no engine answered.

    Raises:
        SetupError: DOCKER_HOST names an engine, or this user may not start one.
    """
    chosen = os.environ.get("DOCKER_HOST")
    if chosen:
        raise SetupError(
            f"engine: DOCKER_HOST={chosen} does not answer: {reason}",
            CONSEQUENCE,
            "Start that engine, or 'unset DOCKER_HOST' to use this machine's, then run 'make setup' again.",
        )
    if platform.system() != "Linux":
        remedy = "Start Docker Desktop (or 'colima start'), then run 'make setup' again."
    elif reason == os.strerror(13):
        remedy = "Run 'sudo usermod -aG docker $USER', log out and in again, then 'make setup'."
    elif os.geteuid() == 0 and (shutil.which("dockerd") or debian.can_install()):
        return
    elif shutil.which("dockerd"):
        remedy = "Run 'sudo systemctl start docker', then 'make setup' again."
    else:
        remedy = (
            "Install Docker Engine (https://docs.docker.com/engine/install/), start it, then run 'make setup' again."
        )
    raise SetupError(f"engine: no Docker engine answers at {DEFAULT_HOST}: {reason}", CONSEQUENCE, remedy)


def _provide(places: Places, reason: str) -> None:
    with suppress(UnavailableError):
        engine_version(DEFAULT_HOST)
        return  # another set-up started it while this one waited
    if not shutil.which("dockerd"):
        packages = engine_packages()
        say("engine", f"no dockerd on PATH -> installing {' '.join(packages)} (nothing answers: {reason})")
        debian.install("engine", packages, CONSEQUENCE)
    start_engine(places, reason)


def engine_packages() -> tuple[str, ...]:
    """Return the packages of the engine; newer releases have the docker command in one of its own."""
    try:
        run(["apt-cache", "show", "docker-cli"], limit_seconds=30)
    except CommandError:
        return pins.ENGINE_PACKAGES
    return (*pins.ENGINE_PACKAGES, "docker-cli")


def _where(host: str) -> str:
    if os.environ.get("DOCKER_HOST"):
        return f"DOCKER_HOST={host}"
    return host if host == DEFAULT_HOST else f"the docker command's present context, {host}"
