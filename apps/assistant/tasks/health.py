"""Asks the worker beside this how it is; exit code 0 or 1.

`python3 -I -S tasks/health.py` asks whether it is connected and consuming, with `alive` behind it whether it does
anything at all: without a broker it is alive, and a restart would not help. Run as a file and without packages (`-S`)
it costs 20 ms of CPU, a quarter of `-m tasks.health`, even where the library has no bytecode.

A file that the worker keeps touching says so. Its age is looked at as well: a worker that hangs touches nothing. This
runs every few seconds in a container of its own size, so it imports next to nothing.
"""

import os
import sys
import time

ALIVE_FILE = "/tmp/alive"  # noqa: S108 - as below
CONSUMING_FILE = "/tmp/consuming"  # noqa: S108 - the one writable place of a read-only container, private to it
BEAT_SECONDS = 2.0
# Four beats missed and some time for a busy machine.
STALE_SECONDS = 10.0


def main(arguments: list[str]) -> int:
    """Say what is wrong, if anything is."""
    file = ALIVE_FILE if arguments == ["alive"] else CONSUMING_FILE
    try:
        age = time.time() - os.stat(file).st_mtime  # noqa: PTH116 - pathlib alone would double the time
    except FileNotFoundError:
        return _unhealthy("the worker is not consuming: no broker, or it has just started")
    if abs(age) > STALE_SECONDS:  # a clock set back leaves a time in the future
        return _unhealthy(f"the worker's last sign of life is {age:.0f} s old")
    return 0


def _unhealthy(reason: str) -> int:
    sys.stdout.write(f"{reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
