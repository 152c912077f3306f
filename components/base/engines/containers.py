"""Realises specs as containers of one Docker engine: Prepare, Container, Gate.

The only module that creates `docker.Container`; what it is given is in `components.base.engines.arguments`, and volumes
in `components.base.engines.volumes`, so each service inherits every rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_docker as docker

from components.base import kept_secrets, naming, observe, secrets
from components.base.engines import arguments, properties, volumes
from components.base.engines.canonical import healthcheck
from components.base.engines.unit import Unit
from components.base.files import throw_away_labels
from components.base.images import Images
from components.base.networks import Networks
from components.base.observe import Observation
from components.base.providers.gate import Gate
from components.base.providers.prepare import Prepare
from components.base.spec import DataVolume, JobSpec, ServiceSpec
from components.base.verdict import READY

REPLACED_IN_FULL = ["healthcheck", "mounts", "tmpfs", "init", "cpuPeriod", "cpuQuota", "#initerror"]
"""Properties whose change the provider would report as done without touching the container (measured)."""

PROBE_IMAGE = "probe"


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
        data_images: Service to the image that uses its data, of services whose data have a version.
        data_volumes: Names of the data volumes registered so far.
        kept_secrets: Names of the secrets registered so far that outlive their declaration.
        used_images: The same as `data_images`, as the last complete run has left it.
    """

    docker_host: str
    fingerprint_key: pulumi.Output[str]
    images: Images
    networks: Networks
    observation: Observation
    protect_data: bool
    scope: naming.Scope
    data_images: dict[str, pulumi.Input[str]] = field(default_factory=dict)
    data_volumes: set[str] = field(default_factory=set)
    kept_secrets: set[str] = field(default_factory=set)
    used_images: Mapping[str, str] = field(default_factory=dict)

    def service(
        self, name: str, spec: ServiceSpec, parent: pulumi.Resource, *, after: Sequence[pulumi.Resource] = ()
    ) -> Sequence[Gate]:
        """Registers the resources of a long-running service and returns its gates, one for each replica.

        Args:
            name: Service name; its first network alias.
            spec: Its description.
            parent: Component that owns the children.
            after: Gates to wait for besides those of the connections it uses, such as its own migrations job.
        """
        data = [self._data_volume(volume, parent) for volume in spec.volumes]
        if any(not isinstance(volume.formats, str) for volume in spec.volumes):
            self.data_images[name] = self.images.get(spec.image).name
        gates: list[Gate] = []
        for replica in range(1, spec.replicas + 1):
            unit = Unit(name=name, parent=parent, replica=replica, spec=spec)
            # Each replica waits for the one before it: a bad release stops at the first, and the others still serve.
            container = self._serve(unit, spec, data, [*after, *gates[-1:]])
            gates.append(self._gate(unit, container, properties.of_service(unit, spec, self.scope, self._fingerprint)))
        return gates

    def job(self, name: str, spec: JobSpec, parent: pulumi.Resource) -> Gate:
        """Registers the resources of a job; its gate starts it and judges its exit code.

        Args:
            name: Job name.
            spec: Its description.
            parent: Component that owns the children.
        """
        unit = Unit(name=name, parent=parent, spec=spec)
        return self._gate(unit, self._on_demand(unit, spec, "job"), {"budget_seconds": spec.budget_seconds})

    def tool(self, name: str, spec: JobSpec, parent: pulumi.Resource) -> docker.Container:
        """Registers a container that a person starts on demand, such as the smoke conversation.

        Args:
            name: Tool name.
            spec: Its description.
            parent: Component that owns the children.
        """
        return self._on_demand(Unit(name=name, parent=parent, spec=spec), spec, "tool")

    def kept_secret(self, name: str, parent: pulumi.Resource, *, given: str | None) -> pulumi.Output[str]:
        """Returns the user's own secret, or a generated one that stays when nothing declares it any more.

        Args:
            name: Logical name of the resource that holds a generated one.
            parent: Component that owns it.
            given: The user's own.
        """
        if given is not None:
            return pulumi.Output.secret(given)
        self.kept_secrets.add(self.scope.full(name))
        return kept_secrets.declared(name, self.scope, parent)

    def _serve(
        self,
        unit: Unit,
        spec: ServiceSpec,
        data: Sequence[pulumi.Resource],
        after: Sequence[pulumi.Resource],
    ) -> docker.Container:
        # A replica behind a proxy is not to be found under its service's name before it is ready.
        held_back = {spec.ingress.network} if spec.ingress else set()
        aliases = [] if spec.ingress else unit.aliases
        extra: dict[str, pulumi.Input[str]] = {
            naming.FILES_LABEL: self._replacing(unit),
            **arguments.images_own_label(spec),
            **arguments.look_label(spec),
            **arguments.readiness_label(spec),
        }
        return docker.Container(
            # The provider makes the engine's name from this one where none is given: it must tell stacks apart.
            self.scope.full(unit.logical) if unit.start_first else unit.logical,
            **self._common(unit),
            healthcheck=healthcheck(spec),
            hostname=spec.hostname or unit.logical,
            labels=arguments.labels(self.scope, unit.name, "service", extra=extra, replica=unit.replica),
            must_run=True,
            name=None if unit.start_first else self.scope.full(unit.name),
            networks_advanced=[
                docker.ContainerNetworksAdvancedArgs(aliases=aliases, name=self.scope.full(network))
                for network in sorted(spec.networks - held_back)
            ],
            ports=arguments.ports(spec),
            restart="always",
            start=True,
            opts=self._options(unit, [*data, *after]),
        )

    def _on_demand(self, unit: Unit, spec: JobSpec, role: str) -> docker.Container:
        data = [self._data_volume(volume, unit.parent) for volume in spec.volumes]
        extra: dict[str, pulumi.Input[str]] = {
            naming.FILES_LABEL: self._replacing(unit),
            **arguments.images_own_label(spec),
            **arguments.look_label(spec),
        }
        return docker.Container(
            unit.name,
            **self._common(unit),
            **arguments.started_on_demand(spec, self.scope),
            labels=arguments.labels(self.scope, unit.name, role, extra=extra),
            name=self.scope.full(unit.name),
            opts=self._options(unit, data),
        )

    def _common(self, unit: Unit) -> dict[str, Any]:
        return arguments.common(
            unit.spec,
            files_volume=self._files_volume(unit),
            image=self.images.get(unit.spec.image).name,
            scope=self.scope,
            service=unit.name,
        )

    def _options(self, unit: Unit, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        prepare = self._prepare(unit, [resource for resource in after if isinstance(resource, docker.Volume)])
        return pulumi.ResourceOptions(
            parent=unit.parent,
            delete_before_replace=not unit.start_first,
            depends_on=[prepare, *self._networks(unit), *after],
            replace_on_changes=REPLACED_IN_FULL,
            replacement_trigger=prepare.generation,
        )

    def _prepare(self, unit: Unit, data: Sequence[docker.Volume]) -> Prepare:
        spec = unit.spec
        given = {
            "data": [properties.data(row, unit.name, self.scope) for row in spec.volumes],
            "docker_host": self.docker_host,
            "facts": properties.facts(unit, self.scope),
            "files": dict(spec.files),
            "files_labels": dict(self.scope.labels(unit.name, "files")),
            "files_volume": self._files_volume(unit),
            "fingerprint": self._fingerprint(unit.files),
            "image": self.images.get(spec.image).name,
            "labels": dict(throw_away_labels(self.scope, unit.name)),
            "observed": self._presence(unit),
            "owner": spec.user,
            "proof": self._proof(unit),
            "used_image": self.used_images.get(unit.name, ""),
            "secret_files": pulumi.Output.secret({**spec.secret_files, **unit.connections, **unit.declared}),
        }
        used = [gate for connection in spec.uses for gate in connection.ready]
        return Prepare(
            f"{unit.logical}-prepare",
            given,
            pulumi.ResourceOptions(parent=unit.parent, depends_on=[*data, *self._networks(unit), *used]),
        )

    def _presence(self, unit: Unit) -> str:
        """Returns whether the container is there; a consumer in trouble proves its connections again."""
        key = naming.key(self.scope.system, unit.name, unit.replica)
        found = self.observation.presence(key)
        trouble = self.observation.of(key)
        return trouble if unit.connections and found == observe.PRESENT and trouble != READY else found

    def _proof(self, unit: Unit) -> dict[str, Any]:
        if not unit.connections:
            return {}
        return {
            "image": self.images.get(PROBE_IMAGE).name,
            "networks": [self.scope.full(network) for network in sorted(unit.spec.networks)],
            "service": unit.name,
        }

    def _gate(self, unit: Unit, container: docker.Container, own: Mapping[str, Any]) -> Gate:
        spec = unit.spec
        defaults: dict[str, Any] = {"aliases": [], "command": [], "proxy": {}, "reload": {}, "restart_at_once": False}
        given = {**defaults, **own}
        aliases = given.pop("aliases")
        return Gate(
            f"{unit.logical}-gate",
            {
                **given,
                "container": container.id,
                "docker_host": self.docker_host,
                "grace_seconds": spec.stop.grace_seconds,
                "memory_mib": spec.resources.memory_mib,
                "networks": [
                    {"aliases": aliases, "name": self.scope.full(network)} for network in sorted(spec.networks)
                ],
                "observed": self.observation.of(naming.key(self.scope.system, unit.name, unit.replica)),
                "pids": spec.resources.pids,
                "service": unit.logical,
            },
            pulumi.ResourceOptions(parent=unit.parent, delete_before_replace=True),
        )

    def _networks(self, unit: Unit) -> list[pulumi.Resource]:
        return [self.networks.by_name[network] for network in sorted(unit.spec.networks)]

    def _files_volume(self, unit: Unit) -> pulumi.Input[str]:
        """Returns the name of a files volume: one for each content and owner.

        The container that runs keeps its files until it is replaced, whatever becomes of the next one: going back from
        a failed change finds them as they were, and no file of an earlier set is left behind.
        """
        return pulumi.Output.concat(self.scope.full(f"{unit.logical}-files-"), self._replacing(unit))

    def _data_volume(self, volume: DataVolume, parent: pulumi.Resource) -> docker.Volume:
        self.data_volumes.add(self.scope.full(volume.name))
        return volumes.declared(volume.name, self.scope, parent, protect=self.protect_data)

    def _replacing(self, unit: Unit) -> pulumi.Input[str]:
        """Returns the fingerprint of the files whose change replaces the container; another owner is another change."""
        files = {name: text for name, text in unit.files.items() if name not in unit.reloaded}
        return self._fingerprint({**files, "/owner": unit.spec.user})  # no file has a name with a slash

    def _fingerprint(self, files: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
        def compute(known: list[Any]) -> str:
            key, contents = known
            return secrets.fingerprint(key, contents)

        return pulumi.Output.unsecret(pulumi.Output.all(self.fingerprint_key, dict(files)).apply(compute))
