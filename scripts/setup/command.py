"""The command line: which steps run, in which order, and how each kind of end is told."""

import argparse
import signal
import sys
from types import FrameType

from scripts.setup import engine_location, pins
from scripts.setup.engine import ensure_engine
from scripts.setup.environment import ensure_environment
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.images import ensure_images
from scripts.setup.places import Places, find_places
from scripts.setup.python_environment import ensure_python_environment
from scripts.setup.toolchain import ensure_toolchain

STEPS = ("all", "python", "rest", "toolchain", "engine", "images")
"""`rest`: all without `python`, which came before something else."""

INTERRUPTED = 128 + signal.SIGINT


def main(arguments: list[str]) -> int:
    """Run the chosen steps and return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/setup.sh", description=__doc__)
    parser.add_argument("step", nargs="?", default="all", choices=STEPS, help="what to prepare (default: all)")
    step = parser.parse_args(arguments).step
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # a closed terminal or a stopped CI job ends children as Ctrl-C does
    try:
        run_step(step, find_places())
    except SetupError as error:
        first, *rest = str(error).splitlines()
        print("\n".join((f"error: {first}", *(f"       {line}" for line in rest))), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        again = "make setup" if step in {"all", "rest"} else f"scripts/setup.sh {step}"
        print(f"\ninterrupted: what is finished is kept, '{again}' continues from here", file=sys.stderr)
        return INTERRUPTED
    return 0


def run_step(step: str, places: Places) -> None:
    """Run one step, or all in the order in which they fail soonest.

    Raises:
        SetupError: Something this program cannot repair.
    """
    if sys.version_info < pins.PYTHON_MINIMUM:
        raise SetupError(
            f"python: this is Python {sys.version.split()[0]}",
            "The set-up program and everything after it is written for 3.11 or newer; nothing was changed.",
            "Run 'scripts/setup.sh', which looks for a newer one.",
        )
    if step == "python":
        ensure_python_environment(places)
    elif step == "engine":
        ensure_engine(places)
    elif step == "images":
        ensure_images(places, ensure_engine(places), again=True)
    elif step == "toolchain":
        ensure_python_environment(places)
        ensure_toolchain(places)
        ensure_environment(places, _present_engine())
    else:
        if step == "all":
            ensure_python_environment(places)
        host = ensure_engine(places)
        ensure_images(places, host)
        ensure_toolchain(places)
        ensure_environment(places, host)


def _present_engine() -> str:
    """Return the address of the engine that answers now, or where Pulumi looks by itself."""
    try:
        return engine_location.find_engine()[0]
    except UnavailableError:
        return engine_location.DEFAULT_HOST


def _interrupt(number: int, frame: FrameType | None) -> None:
    del frame
    raise KeyboardInterrupt(number)
