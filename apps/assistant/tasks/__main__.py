"""`python3 -m tasks`: the worker as a container runs it."""

import asyncio
import os
import sys

import uvloop

from assistant.environment import SettingsError
from assistant.logs import configure_logging
from assistant.settings import load_worker_settings
from tasks.worker import run_worker


def main() -> int:
    """Answer until told to stop; the exit code is 0 after a clean stop."""
    try:
        settings = load_worker_settings(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - read by a person; many lines do not fit the log's one
        return 1
    configure_logging()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_worker(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
