"""The inputs of `docker.Container` that follow from a spec: every rule for containers, written once.

Why each value is written the way it is: ARCHITECTURE.md, "The adapter".
"""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_docker as docker

from components.base import declared, naming
from components.base.engines.canonical import canonical_cpus
from components.base.health import MARKS
from components.base.naming import Scope
from components.base.spec import FILES_ROOT, BaseSpec, JobSpec, ServiceSpec

LOG_OPTIONS = {"max-file": "3", "max-size": "10m"}


def common(
    spec: BaseSpec, *, files_volume: pulumi.Input[str], image: pulumi.Input[str], scope: Scope, service: str
) -> dict[str, Any]:
    """Returns what every container is given.

    Args:
        spec: Its description.
        files_volume: Full name of its files volume.
        image: Reference of its image.
        scope: Names and labels.
        service: Service name.
    """
    memory = spec.resources.memory_mib
    writable = {**spec.writable, **({MARKS: 1} if isinstance(spec, ServiceSpec) and spec.self_healing else {})}
    return {
        "capabilities": docker.ContainerCapabilitiesArgs(drops=["ALL"]),
        "command": list(spec.command) or None,
        "cpu_shares": spec.resources.cpu_shares,
        "cpus": canonical_cpus(spec.resources.cpus),
        "destroy_grace_seconds": spec.stop.grace_seconds,
        "entrypoints": list(spec.entrypoint) or None,
        "envs": [f"{key}={value}" for key, value in sorted(spec.environment.items())],
        "image": image,
        "init": True,
        "log_driver": "json-file",
        "log_opts": LOG_OPTIONS,
        "memory": memory,
        "memory_swap": memory,
        "network_mode": "bridge",
        "read_only": True,
        "security_opts": ["no-new-privileges:true"],
        "shm_size": spec.shm_mib,
        "stop_signal": spec.stop.signal,
        "stop_timeout": spec.stop.grace_seconds,
        "tmpfs": {path: _tmpfs(spec.user, size) for path, size in sorted(writable.items())},
        "ulimits": [
            docker.ContainerUlimitArgs(hard=0, name="core", soft=0),
            docker.ContainerUlimitArgs(hard=spec.resources.nofile, name="nofile", soft=spec.resources.nofile),
        ],
        "user": spec.user,
        "volumes": _mounts(spec, files_volume, scope, service),
        "working_dir": spec.working_dir or None,
    }


def labels(
    scope: Scope, service: str, role: str, *, extra: Mapping[str, pulumi.Input[str]], replica: int = 1
) -> list[docker.ContainerLabelArgs]:
    """Returns a container's labels, sorted.

    Args:
        scope: Names and labels.
        service: Service name.
        role: `service`, `job` or `tool`.
        extra: Labels of this kind of container.
        replica: Its number, from 1.
    """
    every: dict[str, pulumi.Input[str]] = {
        **scope.labels(service, role),
        **scope.compose_labels(service, replica),
        naming.REPLICA_LABEL: str(replica),
        **extra,
    }
    return [docker.ContainerLabelArgs(label=label, value=every[label]) for label in sorted(every)]


def images_own_label(spec: BaseSpec) -> Mapping[str, str]:
    """Returns the label that says what is left to the image.

    The provider takes an input that is no longer given for one that does not matter (`command`, `entrypoints` and
    `working_dir` are computed where they are missing): a container whose own command is taken back would keep it for
    ever. A changed label replaces it.
    """
    given = {"command": spec.command, "entrypoint": spec.entrypoint, "workingDir": spec.working_dir}
    left = ",".join(name for name, value in given.items() if not value)
    return {naming.IMAGES_OWN_LABEL: left} if left else {}


def look_label(spec: BaseSpec) -> Mapping[str, str]:
    """Returns the label by which what it declares on a server is looked at."""
    return {naming.LOOK_LABEL: declared.label(spec.look)} if spec.look else {}


def readiness_label(spec: ServiceSpec) -> Mapping[str, str]:
    """Returns the label by which verbs can ask what the gate asked."""
    return {naming.READINESS_LABEL: json.dumps(list((spec.readiness or spec.health).command))}


def ports(spec: ServiceSpec) -> list[docker.ContainerPortArgs]:
    """Returns the published ports, each with an explicit address."""
    return [
        docker.ContainerPortArgs(external=port.external, internal=port.internal, ip=port.address, protocol="tcp")
        for port in spec.ports
    ]


def started_on_demand(spec: JobSpec, scope: Scope) -> dict[str, Any]:
    """Returns what jobs and tools are given."""
    return {
        "must_run": False,
        "networks_advanced": [
            docker.ContainerNetworksAdvancedArgs(name=scope.full(network)) for network in sorted(spec.networks)
        ],
        "restart": "no",
        "start": False,
    }


def _tmpfs(user: str, size_mib: int) -> str:
    """Returns mount options; owner as well as mode, because at a second start the mode is not honoured (measured)."""
    uid, _, gid = user.partition(":")
    return f"rw,nosuid,nodev,noexec,size={size_mib}m,mode=1777,uid={uid},gid={gid or uid}"


def _mounts(
    spec: BaseSpec, files_volume: pulumi.Input[str], scope: Scope, service: str
) -> list[docker.ContainerVolumeArgs]:
    files = docker.ContainerVolumeArgs(
        container_path=f"{FILES_ROOT}/{service}", read_only=True, volume_name=files_volume
    )
    data = [
        docker.ContainerVolumeArgs(container_path=volume.path, read_only=False, volume_name=scope.full(volume.name))
        for volume in spec.volumes
    ]
    binds = [
        docker.ContainerVolumeArgs(container_path=bind.path, host_path=bind.source, read_only=True)
        for bind in spec.binds
    ]
    return [files, *data, *binds]
