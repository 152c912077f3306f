"""Connection proof: before a consumer starts, its connections are tried as it would use them.

One throw-away container of the probe image has the consumer's uid, networks, files and credentials, and says which step
failed: DNS, TCP, TLS, AUTH, database, vhost or permission. The alternative is a consumer
in a restart loop whose log has to be read.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docker import DockerClient
from docker.errors import NotFound
from docker.types import LogConfig
from requests.exceptions import ConnectionError as NoAnswerError
from requests.exceptions import ReadTimeout

from components.base.failure import ServiceFailedError
from components.base.memory import OOM
from components.base.spec import FILES_ROOT

FILE = ".connections.json"
"""One of the consumer's own secret files: what is to be tried."""

# The attempts end after 20 s by themselves. The rest is for starting the container: on a machine with fifteen times its
# load that took more than 10 s (measured), and connections that work were called broken.
BUDGET_SECONDS = 40
MEMORY_MIB = 128
PIDS = 64


@dataclass(frozen=True, kw_only=True)
class ProofRequest:
    """What is to be proved.

    Attributes:
        files_volume: The consumer's files volume.
        image: Reference of the probe image.
        labels: Labels of the throw-away container.
        networks: Full names of the consumer's networks.
        service: The consumer.
        user: Numeric `uid:gid` of the consumer.
    """

    files_volume: str
    image: str
    labels: Mapping[str, str]
    networks: Sequence[str]
    service: str
    user: str


def prove(client: DockerClient, request: ProofRequest) -> None:
    """Tries all connections of a consumer.

    Args:
        client: The engine.
        request: What is to be tried.

    Raises:
        ServiceFailedError: The steps that failed, a line each.
    """
    folder = f"{FILES_ROOT}/{request.service}"
    first, *others = request.networks
    container = client.containers.create(
        request.image,
        cap_drop=["ALL"],
        command=["connections", "--settings", f"{folder}/{FILE}"],
        init=True,
        labels=dict(request.labels),
        log_config=LogConfig(type=LogConfig.types.JSON, config={"max-size": "1m"}),
        mem_limit=f"{MEMORY_MIB}m",
        memswap_limit=f"{MEMORY_MIB}m",
        network=first,
        pids_limit=PIDS,
        read_only=True,
        security_opt=["no-new-privileges:true"],
        user=request.user,
        volumes={request.files_volume: {"bind": folder, "mode": "ro"}},
    )
    try:
        for network in others:
            client.networks.get(network).connect(container)
        container.start()
        try:
            code = int(container.wait(timeout=BUDGET_SECONDS)["StatusCode"])
        except (ReadTimeout, NoAnswerError):
            code = -1
        said = container.logs().decode(errors="replace").strip()
        container.reload()
        killed = bool(container.attrs["State"]["OOMKilled"])
    finally:
        with contextlib.suppress(NotFound):  # somebody else removed it: as wanted
            container.remove(force=True, v=True)
    if code:
        # Connections that work are answers as well: without this line they alone would be called wrong.
        unfinished = f"{'and then ' if said else ''}no answer within {BUDGET_SECONDS} s" if code < 0 else ""
        starved = f"the proof itself was killed for want of memory ({OOM}, limit {MEMORY_MIB} MiB)" if killed else ""
        what = "\n".join(filter(None, (said, unfinished, starved)))
        raise ServiceFailedError(
            f"{request.service}: its connections do not work, so it was not started. "
            f"Correct what is named here, then run 'pulumi up' again:\n{what}"
        )
