"""What a service is, described purely: no Pulumi resource is created or needed here.

Owns the description of one container (or of N equal ones) and the checks that need nothing but the description.
Deliberately not: names on the engine, labels, limits of a particular engine; those belong to the adapter in
`components.base.engines`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import pulumi

from components.base.spec_parts import (
    LOOK_REFUSED,
    WORLD_NETWORKS,
    Bind,
    DataFact,
    DataFormat,
    DataVolume,
    Ingress,
    NetworkName,
    Port,
    Probe,
    Reload,
    Resources,
    ServerLook,
    Stop,
)

__all__ = [
    "FILES_ROOT",
    "LOOK_REFUSED",
    "WORLD_NETWORKS",
    "BaseSpec",
    "Bind",
    "Connection",
    "DataFact",
    "DataFormat",
    "DataVolume",
    "Ingress",
    "JobSpec",
    "NetworkName",
    "Port",
    "Probe",
    "Reload",
    "Resources",
    "ServerLook",
    "ServiceSpec",
    "Stop",
]

FILES_ROOT = "/run/secrets"
"""Where a service finds its files: `/run/secrets/<service>/`."""


class Connection(Protocol):
    """What a service offers its consumers; the concrete ones are in `components.base.connections`."""

    @property
    def ready(self) -> Sequence[pulumi.Resource]:
        """The gates a consumer waits for."""

    def proof(self) -> Mapping[str, pulumi.Input[Any]] | None:
        """What is tried with the consumer's own credentials before it starts; None where nothing can be tried."""


@dataclass(frozen=True, kw_only=True)
class BaseSpec:
    """What a long-running service and a job have in common.

    Attributes:
        image: Name in `components/images.lock`, or the name of an image the stack builds.
        networks: Networks it is on.
        resources: Limits.
        user: Numeric `uid:gid`; root is not accepted.
        command: Arguments; the image's own when empty.
        entrypoint: Program; the image's own when empty.
        binds: Folders of the host.
        environment: Plain settings. Secrets never go here.
        files: Configuration files without secrets, name below `/run/secrets/<service>/` to content.
        look: How what it declares on a server is compared with what is there; None where it declares nothing.
        secret_files: The same as `files`, for those that hold secrets.
        shm_mib: Shared memory.
        stop: How it is stopped.
        uses: Connections it consumes: they set its start order.
        volumes: Data volumes.
        writable: Directories that are writable and forgotten at the end, path to size in MiB.
        working_dir: Working directory; the image's own when empty.
    """

    image: str
    networks: frozenset[NetworkName]
    resources: Resources
    user: str
    binds: Sequence[Bind] = ()
    command: Sequence[str] = ()
    entrypoint: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    look: ServerLook | None = None
    secret_files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    shm_mib: int = 64
    stop: Stop = field(default_factory=Stop)
    uses: Sequence[Connection] = ()
    volumes: Sequence[DataVolume] = ()
    writable: Mapping[str, int] = field(default_factory=dict)
    working_dir: str = ""

    def __post_init__(self) -> None:
        """Refuses descriptions that no engine could realise safely.

        Raises:
            ValueError: Root as user, two ways out of the system, or a file claimed twice.
        """
        uid = self.user.partition(":")[0]
        if not uid.isdecimal() or int(uid) == 0:
            raise ValueError(f"user {self.user!r} of image {self.image}: give a numeric uid:gid other than root")
        if self.networks >= WORLD_NETWORKS:
            raise ValueError(f"image {self.image} is on publish and egress: one default route, choose one of them")
        twice = self.files.keys() & self.secret_files.keys()
        if twice:
            raise ValueError(f"image {self.image} names {sorted(twice)} as plain and as secret file")


@dataclass(frozen=True, kw_only=True)
class ServiceSpec(BaseSpec):
    """One long-running container, or several equal ones.

    Attributes:
        health: The check Docker runs for as long as the container lives.
        readiness: What the gate asks; the health check's command when None.
        aliases: Names by which other containers of the system reach it, besides its own name.
        facts: Settings that are also written in its data, name to how they are compared; a change that the data do not
            agree with is refused by the preview.
        hostname: Fixed host name where the service keys data by it.
        ingress: Proxy in front of it: a new replica serves behind it before its predecessor is drained and leaves.
        ports: Published ports.
        reload: How changed files are taken without a replacement; None replaces the container.
        replicas: Equal containers, 1 or more; more than 1 need a start-first rollout.
        rollout: `stop-first`, as stores and session owners need it, or `start-first`: a new replica is ready before
            its predecessor leaves. Behind an ingress it is always start-first.
        self_healing: Whether a failing health check ends the container, so that the engine starts it again. For
            stateless services only.
    """

    health: Probe
    aliases: Sequence[str] = ()
    facts: Mapping[str, DataFact] = field(default_factory=dict)
    hostname: str = ""
    ingress: Ingress | None = None
    ports: Sequence[Port] = ()
    readiness: Probe | None = None
    reload: Reload | None = None
    replicas: int = 1
    rollout: Literal["stop-first", "start-first"] = "stop-first"
    self_healing: bool = False

    @property
    def start_first(self) -> bool:
        """Whether two generations of it exist at a time during a release."""
        return self.ingress is not None or self.rollout == "start-first"

    def __post_init__(self) -> None:
        """Refuses combinations that could not work.

        Raises:
            ValueError: Published ports on internal networks only, replicas that are not rolled out start-first, or that
                share a host port or data volumes, a reload of files that do not exist; and whatever `BaseSpec` refuses.
        """
        super().__post_init__()
        if self.ports and not self.networks & WORLD_NETWORKS:
            raise ValueError(f"image {self.image} publishes ports without the publish or egress network")
        if self.replicas < 1 or (self.replicas > 1 and not self.start_first):
            raise ValueError(
                f"image {self.image} has {self.replicas} replicas: give at least 1, and more than 1 a start-first "
                "rollout"
            )
        if self.start_first and (self.ports or self.volumes):
            raise ValueError(
                f"image {self.image} is rolled out start-first: two copies can share neither host ports nor data "
                "volumes"
            )
        if self.ingress and self.networks <= {self.ingress.network}:
            raise ValueError(
                f"image {self.image} is behind a proxy: each copy starts on another network than "
                f"{self.ingress.network}, which it joins when ready"
            )
        if self.reload and not self.reload.files <= self.files.keys() | self.secret_files.keys():
            raise ValueError(f"image {self.image} reloads files it does not have")


@dataclass(frozen=True, kw_only=True)
class JobSpec(BaseSpec):
    """One container that must run to its end with exit code 0.

    Attributes:
        budget_seconds: Longest time it may take.
    """

    budget_seconds: int = 120
