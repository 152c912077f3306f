"""How to reach the host ports of an engine behind ssh: its 127.0.0.1 is not this machine's."""

import re
from collections.abc import Iterable

from components.base.docker_api import address_of
from components.base.ssh_dial import login

LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost):(\d+)")


def hint(docker_host: str, addresses: Iterable[str]) -> str:
    """Returns the line for a person who wants to open these addresses; empty where they can be opened as they are.

    Args:
        docker_host: Address of the stack's engine; empty means the environment's.
        addresses: What the stack has on the host, such as `127.0.0.1:8000` or `http://127.0.0.1:8000`.
    """
    engine = address_of(docker_host)
    ports = sorted({int(port) for address in addresses for port in LOOPBACK.findall(address)})
    if not engine.startswith("ssh://") or not ports:
        return ""
    forwards = " ".join(f"-L {port}:127.0.0.1:{port}" for port in ports)
    host = login(engine)
    line = f"ssh -N {forwards} {' '.join(host)}"
    return f"127.0.0.1 is {host[-1]}'s; this opens its addresses on this machine until Ctrl-C: {line}"
