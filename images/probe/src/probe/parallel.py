"""Attempts that do not wait for each other, a printed line each."""

import threading
from collections.abc import Callable, Sequence

from probe.output import say
from probe.waiting import Deadline

OK = "ok"


def report(attempts: Sequence[tuple[str, Callable[[], str]]], seconds: float) -> int:
    """Make all attempts at once and print what each says, in their order.

    Args:
        attempts: A name and what to do, which returns a text that begins with "ok" only if it worked.
        seconds: Limit of it all.

    Returns:
        0 when all worked, 1 otherwise.
    """
    late = f"TCP failed: no answer within {seconds:g} s. Is the service up?"
    said = [late] * len(attempts)
    deadline = Deadline(seconds)

    def attempt(index: int, make: Callable[[], str]) -> None:
        said[index] = make()

    # Daemons: one that hangs in a resolver or a dead connection must not keep the process.
    threads = [
        threading.Thread(args=(index, make), daemon=True, target=attempt) for index, (_, make) in enumerate(attempts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(deadline.remaining_seconds)
    lines = list(said)  # as they are now: a thread that is late changes nothing any more
    for (name, _), line in zip(attempts, lines, strict=True):
        say(f"{name}: {line}")
    return 0 if all(line.startswith(OK) for line in lines) else 1
