"""Realises specs as containers of one Docker engine: Prepare, Container, Gate.

The only module that creates `docker.Container` and `docker.Volume`; every rule for containers is here and nowhere
else, so each service inherits all of them. Why each value is written the way it is: ARCHITECTURE.md, "The adapter".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_docker as docker

from components.base import naming, secrets
from components.base.engines.canonical import canonical_cpus, healthcheck
from components.base.files import throw_away_labels
from components.base.images import Images
from components.base.networks import Networks
from components.base.observe import Observation
from components.base.providers.gate import Gate
from components.base.providers.prepare import Prepare
from components.base.spec import FILES_ROOT, BaseSpec, DataVolume, JobSpec, ServiceSpec

REPLACED_IN_FULL = ["healthcheck", "mounts", "tmpfs", "init", "cpuPeriod", "cpuQuota", "#initerror"]
"""Properties whose change the provider would report as done without touching the container (measured)."""

LOG_OPTIONS = {"max-file": "3", "max-size": "10m"}


@dataclass(frozen=True, kw_only=True)
class Realised:
    """What became of a spec.

    Attributes:
        container: The container.
        gate: Exists once the service is ready; what consumers wait for.
    """

    container: docker.Container
    gate: Gate


@dataclass(frozen=True, kw_only=True)
class ContainersEngine:
    """One Docker host, seen from one system of one stack.

    Attributes:
        docker_host: Address for the dynamic providers; empty means the environment's.
        fingerprint_key: The stack's key for fingerprints, secret.
        images: The stack's images.
        networks: The system's networks.
        observation: What the engine looked like at the start of this run.
        protect_data: Whether data volumes refuse to be destroyed.
        scope: Names and labels.
    """

    docker_host: str
    fingerprint_key: pulumi.Output[str]
    images: Images
    networks: Networks
    observation: Observation
    protect_data: bool
    scope: naming.Scope

    def service(
        self, name: str, spec: ServiceSpec, parent: pulumi.Resource, *, after: Sequence[pulumi.Resource] = ()
    ) -> Realised:
        """Registers the resources of a long-running service.

        Args:
            name: Service name; its first network alias.
            spec: Its description.
            parent: Component that owns the children.
            after: Gates to wait for besides those of the connections it uses, such as its own migrations job.
        """
        aliases = [name, f"{name}.internal", *spec.aliases]
        container = self._contain(
            name,
            spec,
            parent,
            after=after,
            role="service",
            options={
                "healthcheck": healthcheck(spec.health),
                "hostname": spec.hostname or name,
                "must_run": True,
                "networks_advanced": self._networks(spec, aliases),
                "ports": [
                    docker.ContainerPortArgs(
                        external=port.external, internal=port.internal, ip=port.address, protocol="tcp"
                    )
                    for port in spec.ports
                ],
                "restart": "always",
                "start": True,
            },
        )
        probe = spec.readiness or spec.health
        gate = self._gate(name, spec, parent, container, command=probe.command, budget_seconds=probe.budget_seconds)
        return Realised(container=container, gate=gate)

    def job(self, name: str, spec: JobSpec, parent: pulumi.Resource) -> Realised:
        """Registers the resources of a job; its gate starts it and judges its exit code.

        Args:
            name: Job name.
            spec: Its description.
            parent: Component that owns the children.
        """
        container = self._contain(name, spec, parent, role="job", options=self._started_on_demand(spec))
        gate = self._gate(name, spec, parent, container, command=(), budget_seconds=spec.budget_seconds)
        return Realised(container=container, gate=gate)

    def tool(self, name: str, spec: JobSpec, parent: pulumi.Resource) -> docker.Container:
        """Registers a container that a person starts on demand, such as the smoke conversation.

        Args:
            name: Tool name.
            spec: Its description.
            parent: Component that owns the children.
        """
        return self._contain(name, spec, parent, role="tool", options=self._started_on_demand(spec))

    def _started_on_demand(self, spec: JobSpec) -> dict[str, Any]:
        return {
            "must_run": False,
            "networks_advanced": self._networks(spec, []),
            "restart": "no",
            "start": False,
        }

    def _contain(
        self,
        name: str,
        spec: BaseSpec,
        parent: pulumi.Resource,
        *,
        options: Mapping[str, Any],
        role: str,
        after: Sequence[pulumi.Resource] = (),
    ) -> docker.Container:
        """Registers Prepare, data volumes and container."""
        image = self.images.get(spec.image)
        fingerprint = self._fingerprint(spec)
        volumes = [self._data_volume(volume, parent) for volume in spec.volumes]
        prepare = Prepare(
            f"{name}-prepare",
            {
                "data": [{"mode": volume.mode, "volume": self.scope.full(volume.name)} for volume in spec.volumes],
                "docker_host": self.docker_host,
                "files": dict(spec.files),
                "files_labels": dict(self.scope.labels(name, "files")),
                "files_volume": self.scope.full(f"{name}-files"),
                "fingerprint": fingerprint,
                "image": image.name,
                "labels": dict(throw_away_labels(self.scope, name)),
                "observed": self.observation.presence(self.scope.full(name)),
                "owner": spec.user,
                "secret_files": pulumi.Output.secret(dict(spec.secret_files)),
            },
            pulumi.ResourceOptions(parent=parent, depends_on=volumes, delete_before_replace=True),
        )
        return docker.Container(
            name,
            **self._common(name, spec, role, image, fingerprint),
            **options,
            opts=pulumi.ResourceOptions(
                parent=parent,
                delete_before_replace=True,
                depends_on=[
                    prepare,
                    *volumes,
                    *(self.networks.by_name[network] for network in sorted(spec.networks)),
                    *(connection.ready for connection in spec.uses),
                    *after,
                ],
                replace_on_changes=REPLACED_IN_FULL,
                replacement_trigger=prepare.generation,
            ),
        )

    def _gate(
        self,
        name: str,
        spec: BaseSpec,
        parent: pulumi.Resource,
        container: docker.Container,
        *,
        budget_seconds: int,
        command: Sequence[str],
    ) -> Gate:
        return Gate(
            f"{name}-gate",
            {
                "budget_seconds": budget_seconds,
                "command": list(command),
                "container": container.id,
                "docker_host": self.docker_host,
                "grace_seconds": spec.stop.grace_seconds,
                "observed": self.observation.of(self.scope.full(name)),
                "pids": spec.resources.pids,
                "service": name,
            },
            pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
        )

    def _common(
        self,
        name: str,
        spec: BaseSpec,
        role: str,
        image: docker.RemoteImage,
        fingerprint: pulumi.Output[str],
    ) -> dict[str, Any]:
        labels: dict[str, pulumi.Input[str]] = {
            **self.scope.labels(name, role),
            **self.scope.compose_labels(name),
            naming.FILES_LABEL: fingerprint,
        }
        memory = spec.resources.memory_mib
        return {
            "capabilities": docker.ContainerCapabilitiesArgs(drops=["ALL"]),
            "command": list(spec.command) or None,
            "cpus": canonical_cpus(spec.resources.cpus),
            "destroy_grace_seconds": spec.stop.grace_seconds,
            "entrypoints": list(spec.entrypoint) or None,
            "envs": [f"{key}={value}" for key, value in sorted(spec.environment.items())],
            "image": image.name,
            "init": True,
            "labels": [docker.ContainerLabelArgs(label=label, value=labels[label]) for label in sorted(labels)],
            "log_driver": "json-file",
            "log_opts": LOG_OPTIONS,
            "memory": memory,
            "memory_swap": memory,
            "name": self.scope.full(name),
            "network_mode": "bridge",
            "read_only": True,
            "security_opts": ["no-new-privileges:true"],
            "shm_size": spec.shm_mib,
            "stop_signal": spec.stop.signal,
            "stop_timeout": spec.stop.grace_seconds,
            "tmpfs": {
                path: f"rw,nosuid,nodev,noexec,size={size}m,mode=1777" for path, size in sorted(spec.writable.items())
            },
            "ulimits": [
                docker.ContainerUlimitArgs(hard=0, name="core", soft=0),
                docker.ContainerUlimitArgs(hard=spec.resources.nofile, name="nofile", soft=spec.resources.nofile),
            ],
            "user": spec.user,
            "volumes": self._mounts(name, spec),
            "working_dir": spec.working_dir or None,
        }

    def _mounts(self, name: str, spec: BaseSpec) -> list[docker.ContainerVolumeArgs]:
        files = docker.ContainerVolumeArgs(
            container_path=f"{FILES_ROOT}/{name}", read_only=True, volume_name=self.scope.full(f"{name}-files")
        )
        data = [
            docker.ContainerVolumeArgs(
                container_path=volume.path, read_only=False, volume_name=self.scope.full(volume.name)
            )
            for volume in spec.volumes
        ]
        return [files, *data]

    def _networks(self, spec: BaseSpec, aliases: list[str]) -> list[docker.ContainerNetworksAdvancedArgs]:
        return [
            docker.ContainerNetworksAdvancedArgs(aliases=aliases, name=self.scope.full(network))
            for network in sorted(spec.networks)
        ]

    def _data_volume(self, volume: DataVolume, parent: pulumi.Resource) -> docker.Volume:
        labels = self.scope.labels(volume.name, "data")
        return docker.Volume(
            volume.name,
            labels=[docker.VolumeLabelArgs(label=label, value=labels[label]) for label in sorted(labels)],
            name=self.scope.full(volume.name),
            opts=pulumi.ResourceOptions(
                parent=parent, ignore_changes=["labels", "driverOpts"], protect=self.protect_data
            ),
        )

    def _fingerprint(self, spec: BaseSpec) -> pulumi.Output[str]:
        def compute(known: list[Any]) -> str:
            key, files = known
            return secrets.fingerprint(key, files)

        files = {**spec.files, **spec.secret_files}
        return pulumi.Output.unsecret(pulumi.Output.all(self.fingerprint_key, files).apply(compute))
