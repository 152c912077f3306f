"""`python3 -m assistant`: the HTTP process as a container runs it."""

import os
import sys

from assistant.app import create_app
from assistant.drain import Drain
from assistant.environment import SettingsError
from assistant.logs import configure_logging
from assistant.runtime import running_assistant
from assistant.server import build_server
from assistant.settings import load_app_settings


def main() -> int:
    """Serve until told to stop; the exit code is 0 after a clean stop."""
    try:
        settings = load_app_settings(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - read by a person; many lines do not fit the log's one
        return 1
    configure_logging()
    drain = Drain()
    server = build_server(create_app(lambda: running_assistant(settings, drain)), drain)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
