"""Serves until it is told to stop, and finishes what it began."""

import os
import signal
import sys
import threading
from pathlib import Path

from converter import settings
from converter.server import PATH, Server


def main() -> int:
    """Run the server.

    Returns:
        Exit code: 0 after SIGTERM, 1 when it cannot start.
    """
    try:
        wanted = settings.read(sys.argv[1:], os.environ, Path.cwd())
    except (OSError, ValueError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    if not wanted.api_key:
        print("API_KEY is not set: every call will be answered with status 500", file=sys.stderr)
    with Server(("0.0.0.0", wanted.port), wanted.api_key) as server:  # noqa: S104 a container's own network
        # From another thread: `shutdown` waits for the loop that the signal interrupts.
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        print(f"POST {PATH} on port {wanted.port}", file=sys.stderr)
        server.serve_forever()
    return 0


sys.exit(main())
