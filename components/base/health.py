"""Docker's health check, and how a stateless service that hangs is started again by it.

Docker never restarts an unhealthy container. Where a service keeps nothing, its own check ends it after a first success
and two failures in a row: the restart policy then starts it again. A slow start is never shot, because nothing happens
before the first success.
"""

from collections.abc import Sequence
from typing import Final

MARKS: Final = "/run/health"
"""tmpfs that remembers the first success and the failures since the last one."""

CHECK_SECONDS: Final = 2
"""Time one check may take: it must be judged before Docker ends the judging shell as well (3 s)."""

FAILURES: Final = 2

_SCRIPT: Final = f"""\
if timeout {CHECK_SECONDS} "$@"; then : >{MARKS}/once; rm -f {MARKS}/failed; exit 0; fi
[ -e {MARKS}/once ] || exit 1
echo . >>{MARKS}/failed
[ "$(wc -l <{MARKS}/failed)" -lt {FAILURES} ] || kill -9 -1
exit 1"""


def self_healing(command: Sequence[str]) -> tuple[str, ...]:
    """Returns a check that ends every process of its container when it fails too often.

    With an init as process 1, which the signal cannot reach, `kill -9 -1` ends everything else and the container with
    it. The image needs `sh`, `timeout`, `wc` and `rm`.

    Args:
        command: The check itself.
    """
    return ("sh", "-c", _SCRIPT, "health", *command)
