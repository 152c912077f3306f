"""Names and labels of everything a stack puts on an engine: one rule, used by the adapter and by the verbs."""

from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "zapstack"
STACK_LABEL = f"{PREFIX}.stack"
SYSTEM_LABEL = f"{PREFIX}.system"
SERVICE_LABEL = f"{PREFIX}.service"
ROLE_LABEL = f"{PREFIX}.role"
FILES_LABEL = f"{PREFIX}.files"
REPLICA_LABEL = f"{PREFIX}.replica"
IMAGES_OWN_LABEL = f"{PREFIX}.images-own"
"""What of a container is left to its image: the provider takes an argument that is no longer given for no change."""

READINESS_LABEL = f"{PREFIX}.readiness"
"""The readiness probe's command as JSON, so that verbs can ask what the gate asked."""

LOOK_LABEL = f"{PREFIX}.look"
"""How what it declares on a server is looked at, as JSON: `components.base.declared`."""

LASTING_ROLES = frozenset({"service", "job", "tool"})
"""Roles of containers that belong to a resource of the stack; the others are thrown away by whoever made them."""


def key(system: str, service: str, replica: int) -> str:
    """Returns what stands for one container of a stack, whatever name the engine knows it by."""
    return f"{system}/{service}/{replica}"


def key_of(labels: Mapping[str, str]) -> str:
    """Returns what stands for the container that has these labels."""
    return key(labels[SYSTEM_LABEL], labels[SERVICE_LABEL], int(labels.get(REPLICA_LABEL, "1")))


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The part of an engine that belongs to one system of one stack.

    Attributes:
        project: Pulumi project.
        stack: Pulumi stack.
        system: System within the stack.
    """

    project: str
    stack: str
    system: str

    @property
    def stack_id(self) -> str:
        """The stack's identity on an engine that several projects and stacks may share."""
        return f"{self.project}/{self.stack}"

    def full(self, name: str) -> str:
        """Returns the engine-wide name of something called `name` inside the system."""
        return f"{self.project}-{self.stack}-{self.system}-{name}"

    def labels(self, name: str, role: str) -> Mapping[str, str]:
        """Returns the constant labels of an object; changing one would recreate volumes and networks.

        Args:
            name: Service, network or volume.
            role: What kind of object it is: `service`, `job`, `tool`, `throw-away`, `files`, `data`,
                `network`.
        """
        return {
            STACK_LABEL: self.stack_id,
            SYSTEM_LABEL: self.system,
            SERVICE_LABEL: name,
            ROLE_LABEL: role,
        }

    def compose_labels(self, name: str, replica: int) -> Mapping[str, str]:
        """Returns the labels by which `docker compose -p <project>-<stack>-<system> logs <name>` finds a container."""
        return {
            "com.docker.compose.project": f"{self.project}-{self.stack}-{self.system}",
            "com.docker.compose.service": name,
            "com.docker.compose.container-number": str(replica),
            "com.docker.compose.oneoff": "False",
        }
