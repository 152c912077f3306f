"""Docker's health check, and how a stateless service that hangs is started again by it.

Docker never restarts an unhealthy container. Where a service keeps nothing, its own check ends it after a first success
and two failures in a row: the restart policy then starts it again. A slow start is never shot, because nothing happens
before the first success. Neither is a busy service: a check fails as well where the machine, or the container's own
limit, gives too little CPU to it and the service. So a failure counts only if next to nothing waited for a CPU.
"""

from collections.abc import Sequence
from typing import Final

MARKS: Final = "/run/health"
"""tmpfs that remembers the first success and the failures since the last one."""

TIMEOUT_SECONDS: Final = 10
"""Docker's limit for a check: it must not decide before the check itself, however little CPU there is."""

LONGEST_SECONDS: Final = 8
"""Time a check may take where CPU is short; otherwise it is ended after two seconds without an answer."""

STARVED_NANOSECONDS: Final = 250_000_000
"""Waiting for a CPU, of all threads together in the last second of a failed check, from which it does not count.

Measured on two cores: a service that hangs 0 to 15 ms, with 37 others wanting a CPU as well; four busy processes within
a limit of one CPU 4800 to 7500 ms.
"""

FAILURES: Final = 2

FAILURES_UNSEEN: Final = 12
"""Failures in a row, a minute at least, where the kernel does not count how long a thread waits."""

# Reads what each thread has waited since the call before: second word of its `schedstat`.
# Source: https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat. Kernels without CONFIG_SCHEDSTATS have
# zeros there since 5.14. Only words that dash and the ash of busybox know; `kill` is a word of both.
_SCRIPT: Final = f"""\
waited() {{
  total=0 seen=
  for file in /proc/[0-9]*/task/[0-9]*/schedstat; do
    {{ read -r ran delay _ <"$file"; }} 2>/dev/null || continue
    [ "$ran" = 0 ] || seen=yes
    thread=${{file%/*}} thread=${{thread##*/}}
    eval "total=\\$((total + delay - \\${{was_$thread:-0}})) was_$thread=\\$delay"
  done
}}
judge() {{
  sleep 1; waited; sleep 1; waited
  [ "$total" -lt {STARVED_NANOSECONDS} ] || exit 1
  kill "$1"
  [ "$seen" ] || exit 2
}}
timeout {LONGEST_SECONDS} "$@" & check=$!
judge "$check" >/dev/null 2>&1 & judge=$!
if wait "$check"; then
  kill "$judge" 2>/dev/null
  : >{MARKS}/once
  [ ! -e {MARKS}/failed ] || rm -f {MARKS}/failed
  exit 0
fi
[ -e {MARKS}/once ] || {{ kill "$judge" 2>/dev/null; exit 1; }}
wait "$judge"
case $? in
  0) most={FAILURES} ;;
  2) most={FAILURES_UNSEEN} ;;
  *) echo 'not judged: too little CPU'; [ ! -e {MARKS}/failed ]; exit ;;
esac
echo . >>{MARKS}/failed
[ "$(wc -l <{MARKS}/failed)" -lt "$most" ] || kill -9 -1
exit 1"""


def self_healing(command: Sequence[str]) -> tuple[str, ...]:
    """Returns a check that ends every process of its container when it fails too often.

    With an init as process 1, which the signal cannot reach, `kill -9 -1` ends everything else and the container with
    it. The image needs `sh`, `timeout`, `sleep`, `wc` and `rm`: coreutils or busybox.

    Args:
        command: The check itself.
    """
    return ("sh", "-c", _SCRIPT, "health", *command)
