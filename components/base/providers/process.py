"""Set-up of the process in which Pulumi runs all dynamic providers of a program."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

from components.base.failure import Halt

WORKERS = 64
"""Calls served at once. The SDK starts with 4: four waiting gates would keep a failed fifth one from being heard."""

halt = Halt()
"""One for the whole process, which lives exactly as long as one `preview`, `up` or `destroy`."""


def widen_pool() -> int:
    """Raises the limit of the pool that serves the engine's calls, and keeps tracebacks out of its answers.

    The SDK builds the pool in `pulumi/dynamic/__main__.py` with no way to configure it and no reference to reach it
    by, so it is looked for among the live objects. A test fails when the SDK no longer builds such a pool.

    Returns:
        How many pools were raised.
    """
    sys.tracebacklimit = 0  # the message is written for the user; a traceback would bury it
    pools = [found for found in gc.get_objects() if type(found) is ThreadPoolExecutor]
    for pool in pools:
        pool._max_workers = max(pool._max_workers, WORKERS)  # noqa: SLF001 there is no public name for it
    return len(pools)
