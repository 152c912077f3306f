"""The parts of a description: probes, ports, volumes, limits, each a few facts in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi

NetworkName = Literal["edge", "data", "publish", "egress"]
"""The networks of a system; a container is on at most one of `publish` and `egress`."""

WORLD_NETWORKS: frozenset[NetworkName] = frozenset({"publish", "egress"})
"""Networks that lead out of the system."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A command inside the container that succeeds when the service can do its work.

    Attributes:
        command: Program and arguments, run without a shell; exit code 0 means yes.
        interval_seconds: Time between two of Docker's own health checks, 1 or more.
        timeout_seconds: Time one check may take, 1 or more.
        start_period_seconds: Time after a start in which a failed health check does not count.
        retries: Failed checks in a row after which Docker calls the container unhealthy.
        budget_seconds: Longest time `up` waits for the first success.
    """

    command: Sequence[str]
    budget_seconds: int = 60
    interval_seconds: int = 30
    retries: int = 3
    start_period_seconds: int = 10
    timeout_seconds: int = 5


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of the container published on the host.

    Attributes:
        internal: Port inside the container.
        external: Port on the host.
        address: Host address it binds; loopback unless the service is meant for the world.
    """

    internal: int
    external: int
    address: str = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class DataFormat:
    r"""How the version of existing data is compared with what an image takes, before anything is stopped.

    Versions are a server's, such as `7.2`. An image takes data of its own version, and of earlier ones as far back as
    `oldest` says. What cannot be told, of the data or of the image, is not compared.

    Attributes:
        name: What has the version, such as `Redis`.
        otherwise: What would happen without the comparison, a sentence.
        remedy: What a person does to move data to another version; {service} and {stack} in it stand for names.
        file_chain: Files in the volume, each with a pattern. What one has found first stands for {} in the next path;
            what the last has found is the version, or marks of one. Empty where nothing in the volume says it: then the
            data are of the version of the image that used them so far.
        image_file: The same of one file in the image, where {triplet} stands for its processor; an image without the
            file has the version `none`. Empty where `variable` says it.
        marks: Version to what must all stand in the data for it to be theirs; the highest counts. Empty where data name
            the version itself.
        oldest: Version of an image to that of the oldest data it takes; one that is not listed is like the last one
            before it. Empty where an image takes data of its own version only.
        references: Pattern of an image's reference to its version, where \1 stands for the first group: for images that
            the engine does not have yet, or that do not name their version otherwise. The first that fits counts.
        variable: Variable of an image's own environment that names its version.
    """

    name: str
    otherwise: str
    references: Mapping[str, str]
    remedy: str
    file_chain: Sequence[Sequence[str]] = ()
    image_file: Sequence[str] = ()
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    oldest: Mapping[str, str] = field(default_factory=dict)
    variable: str = ""


@dataclass(frozen=True, kw_only=True)
class DataVolume:
    """A volume whose content must survive its container.

    Attributes:
        formats: How its versions are compared with an image's; or the reason why any version takes what is in it.
        name: The document's own name, such as `postgres_adk_data`.
        path: Where it is mounted.
        mode: Permission bits of its root directory.
    """

    formats: Sequence[DataFormat] | str
    name: str
    path: str
    mode: int = 0o700

    def __post_init__(self) -> None:
        """Refuses a volume of which nobody has said what becomes of it when its image changes.

        Raises:
            ValueError: Neither a format nor a reason.
        """
        if not self.formats:
            raise ValueError(f"volume {self.name}: say how its version is compared, or why every image takes it")


@dataclass(frozen=True, kw_only=True)
class DataFact:
    """A setting that is also written in the data: changing the one does not change the other.

    Attributes:
        value: The setting.
        command: Program and arguments, run without a shell in the container that is there. It exits with 0 when the
            data agree with the setting, with 1 when they do not; any other code is no answer.
        refusal: What is told when they do not; CONTAINER and OLD_NAME in it stand for what only a run knows.
    """

    command: Sequence[str]
    refusal: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Bind:
    """A folder of the host inside the container: development's way to edit what runs.

    Attributes:
        source: Absolute path on the host.
        path: Where it is mounted, read-only.
    """

    source: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Reload:
    """How a running service takes changed files without being replaced.

    Attributes:
        command: Program and arguments, run in the container without a shell; must be safe to run twice.
        files: Names of the files it covers; a change of any other file replaces the container.
        at_start: Whether it is also run when a container becomes ready for the first time.
        hint: What a person can do when it fails.
    """

    command: Sequence[str]
    files: frozenset[str]
    at_start: bool = False
    hint: str = ""


LOOK_REFUSED: Final = 4
"""Exit code of a look that the server refuses, because its administrator has another password."""


@dataclass(frozen=True, kw_only=True)
class ServerLook:
    """How what is declared on a server is compared with what the server has: see `components.base.declared`.

    Attributes:
        command: Program and arguments, run without a shell in the server's container, with the files that are there. It
            changes nothing and prints a JSON object: name of each thing to its properties, null where it is missing.
        declared: The same as it is declared; may be secret.
        by_hand: Property that no `up` can put right, to what a person does where it differs, a sentence.
        server: Service in whose container it runs; the owner's own where empty.
    """

    command: Sequence[str]
    declared: pulumi.Input[str]
    by_hand: Mapping[str, str] = field(default_factory=dict)
    server: str = ""


@dataclass(frozen=True, kw_only=True)
class Ingress:
    """The proxy in front of a start-first service: it is asked when a replica serves, and to drain one that leaves.

    Attributes:
        service: The proxy's service name.
        backend: Name of the service's backend in it.
        network: Network on which it finds the replicas by their serving alias.
        port: Loopback port of its runtime socket, inside its container.
        drain_seconds: Longest wait for the sessions of a leaving replica.
    """

    service: str
    backend: str
    network: NetworkName = "edge"
    port: int = 9999
    drain_seconds: int = 30


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Limits of one container.

    Attributes:
        memory_mib: Memory in MiB; swap is set equal, so there is none beyond it.
        cpu_shares: Weight among the containers of a machine whose CPUs are all busy, 2 to 262144; the engine's own
            default is 1024. It takes nothing from anybody while a CPU is idle.
        cpus: Limit in cores, such as 0.5; whole multiples of ten are not supported by the provider.
        pids: Most processes and threads.
        nofile: Most open files; at most 16384, hosts with lower hard limits refuse more.
    """

    memory_mib: int
    cpu_shares: int = 1024
    cpus: float = 0.5
    nofile: int = 16384
    pids: int = 256


@dataclass(frozen=True, kw_only=True)
class Stop:
    """How the container is stopped.

    Attributes:
        signal: Signal sent first.
        grace_seconds: Time it has before it is killed.
    """

    signal: str = "SIGTERM"
    grace_seconds: int = 15
