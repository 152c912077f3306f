"""Takes the Docker client library's requests to an engine behind ssh.

The library's own way starts an ssh for every call and uses none again: 64 gates would be 64 logins at once, of which an
sshd drops most. No time limit of a call holds there, because pipes have none, and what ssh complains of is lost. Here
a connection is kept and used again, and its limits hold (docker 7.2.0, `docker/transport/sshconn.py`).
"""

from collections.abc import Mapping
from typing import Any

import requests
import requests.adapters
import urllib3
import urllib3.connection

from components.base import ssh_dial


class SshAdapter(requests.adapters.HTTPAdapter):
    """Sends the requests of a client's session over ssh."""

    def __init__(self, address: str, *, pool_size: int, timeout_seconds: float) -> None:
        """Connects with the first request.

        Args:
            address: `ssh://…`.
            pool_size: Connections kept for the next request.
            timeout_seconds: Longest silence of the engine, where a call does not say otherwise.
        """
        super().__init__()
        self._pool = _Pool(address, pool_size=pool_size, timeout_seconds=timeout_seconds)

    def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> urllib3.HTTPConnectionPool:  # noqa: ANN401 the base class'
        """Returns the one pool there is."""
        return self._pool

    def request_url(self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None) -> str:  # noqa: ARG002
        """Returns the path: there is no proxy between ssh and an engine."""
        return request.path_url

    def close(self) -> None:
        """Ends the connections that are kept."""
        super().close()
        self._pool.close()


class _Pool(urllib3.HTTPConnectionPool):
    def __init__(self, address: str, *, pool_size: int, timeout_seconds: float) -> None:
        super().__init__("localhost", maxsize=pool_size, timeout=timeout_seconds)
        self.address = address
        self.reached = False

    def _new_conn(self) -> urllib3.connection.HTTPConnection:
        return _Connection(self)


class _Connection(urllib3.connection.HTTPConnection):
    def __init__(self, pool: _Pool) -> None:
        super().__init__("localhost")
        self._of = pool

    def connect(self) -> None:
        seconds = ssh_dial.ANSWER_SECONDS if self._of.reached else ssh_dial.FIRST_SECONDS
        self.sock = ssh_dial.dial(self._of.address, seconds)
        self.sock.settimeout(self.timeout)
        self._of.reached = True
