"""A hard limit for calls that have none of their own, such as looking up a host name."""

import threading
from collections.abc import Callable
from typing import TypeVar

from scripts.setup.failure import UnavailableError

T = TypeVar("T")


def bounded(seconds: float, call: Callable[[], T]) -> T:
    """Return what a call returns, or give up on it.

    The call runs in a daemon thread that is abandoned when the time is over: a name server that never answers can
    hold neither this program nor its end.

    Args:
        seconds: How long to wait.
        call: What to do; it must not change anything on the machine.

    Raises:
        UnavailableError: The time is over.
    """
    results: list[T] = []
    errors: list[Exception] = []

    def work() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001 - raised again below, in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise UnavailableError(f"no answer within {seconds:.0f} s")
    return results[0]
