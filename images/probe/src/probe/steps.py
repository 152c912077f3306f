"""The steps every connection has in common: a name becomes an address, the address answers."""

import socket
import threading

from probe.waiting import Deadline

TRANSIENT_SECONDS = 3.0
"""How long a name that is unknown or a port that refuses is asked again: the network may be a moment late."""

CONNECT_SECONDS = 2.0


class StepError(Exception):
    """A connection does not work: which step, what is wrong, what to look at. Never a secret."""

    def __init__(self, step: str, what: str, remedy: str) -> None:
        """Take the three parts of the sentence."""
        super().__init__(f"{step} failed: {what}. {remedy}")


def reach(host: str, port: int) -> None:
    """Resolve a name and open a connection to it.

    Raises:
        StepError: At DNS or TCP.
    """
    deadline = Deadline(TRANSIENT_SECONDS)
    address = deadline.until(lambda: _resolve(host, port, deadline))
    if address is None:
        raise StepError(
            "DNS", f'nobody on this network is called "{host}"', "Is the service declared, up, and on a common network?"
        )
    said: list[str] = []

    def connect() -> bool | None:
        try:
            with socket.create_connection((address, port), timeout=CONNECT_SECONDS):
                return True
        except OSError as error:
            said.append((error.strerror or "no answer").lower())
            return None

    if deadline.until(connect) is None:
        raise StepError("TCP", f"{host}:{port} accepts no connection ({said[-1]})", "Is the service up on that port?")


def _resolve(host: str, port: int, deadline: Deadline) -> str | None:
    """Return an address; in a thread, because a resolver that hangs cannot be interrupted."""
    found: list[str] = []

    def ask() -> None:
        try:
            found.append(str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]))
        except OSError:
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(deadline.remaining_seconds)
    return found[0] if found else None
