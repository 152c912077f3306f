"""What a system consists of, as it registers it: containers with their networks, and who uses whom.

Owns the recording: the system is built under Pulumi's mocks with an engine that remembers every description it is
handed on the way to the resources. So a picture shows what an `up` would make, and nobody keeps a second list.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pulumi
import pulumi_docker as docker
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks, set_mocks, test

from components.base import secrets
from components.base.engines.containers import ContainersEngine
from components.base.images import Images
from components.base.naming import Scope
from components.base.networks import Networks
from components.base.observe import Observation
from components.base.providers.gate import Gate
from components.base.spec import BaseSpec, Connection, JobSpec, ServiceSpec
from infra.places import PROJECT
from infra.program import NETWORKS
from stacks.base import System, SystemArgs

STACK: Final = "dev"

Role = Literal["service", "job", "tool"]


@dataclass(frozen=True, kw_only=True)
class Described:
    """One container, or several equal ones.

    Attributes:
        name: Service, job or tool.
        role: Which of these.
        spec: Its description.
    """

    name: str
    role: Role
    spec: BaseSpec

    @property
    def ports(self) -> tuple[int, ...]:
        """Its ports on the host."""
        return tuple(row.external for row in self.spec.ports) if isinstance(self.spec, ServiceSpec) else ()

    @property
    def uses(self) -> tuple[str, ...]:
        """The services it is connected to."""
        return tuple(dict.fromkeys(_host(connection) for connection in self.spec.uses))


@dataclass(frozen=True, order=True)
class Link:
    """That one service sends requests to another.

    Attributes:
        user: Who sends them.
        used: Who gets them.
        told: Whether the sender does it because a job has told it the address, such as that of a webhook.
    """

    user: str
    used: str
    told: bool = False


@dataclass(frozen=True, kw_only=True)
class _Recording(ContainersEngine):
    """An engine that remembers what it is handed."""

    seen: list[Described] = field(default_factory=list)

    def service(
        self, name: str, spec: ServiceSpec, parent: pulumi.Resource, *, after: Sequence[pulumi.Resource] = ()
    ) -> Sequence[Gate]:
        self.seen.append(Described(name=name, role="service", spec=spec))
        return super().service(name, spec, parent, after=after)

    def job(self, name: str, spec: JobSpec, parent: pulumi.Resource) -> Gate:
        self.seen.append(Described(name=name, role="job", spec=spec))
        return super().job(name, spec, parent)

    def tool(self, name: str, spec: JobSpec, parent: pulumi.Resource) -> docker.Container:
        self.seen.append(Described(name=name, role="tool", spec=spec))
        return super().tool(name, spec, parent)


class _Answers(Mocks):
    """Answers as the providers would, as far as the program reads the answers."""

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise RuntimeError(f"the program must not ask for {args.token}")

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        made = {"base64": base64.b64encode(bytes(16)).decode(), "generation": 1, "result": "not-a-secret"}
        return args.name, {**made, **args.inputs}


def containers(name: str, kind: System) -> list[Described]:
    """Returns the containers of a system in development with default settings, by name.

    Args:
        name: The system's name.
        kind: The system.
    """
    seen: list[Described] = []
    set_mocks(_Answers(), preview=False, project=PROJECT, stack=STACK)

    @test  # type: ignore[untyped-decorator]
    def program() -> None:
        root = pulumi.ResourceOptions()
        scope = Scope(project=PROJECT, stack=STACK, system=name)
        engine = _Recording(
            docker_host="",
            fingerprint_key=secrets.generated("fingerprint-key", root),
            images=Images(overrides={}, parent=None, source="registry"),
            networks=Networks(scope, NETWORKS, root),
            observation=Observation(),
            protect_data=False,
            scope=scope,
            seen=seen,
        )
        kind.build(name, SystemArgs(production=False, settings=kind.settings()), engine, root)

    program()
    return sorted(seen, key=lambda row: row.name)


def links(rows: Sequence[Described]) -> list[Link]:
    """Returns who sends requests to whom.

    Plain files of jobs and tools name services by address. A tool calls them itself; a job that is not connected to one
    hands its address to those it configures, whom it names as well.

    Args:
        rows: The containers.
    """
    names = {row.name for row in rows}
    found = {Link(row.name, used) for row in rows for used in row.uses if used in names}
    for row in rows:
        named = {name for name in names - {*row.uses} if row.role != "service" and _names(row, name)}
        if row.role == "tool":
            found |= {Link(row.name, used) for used in named}
        else:
            told = [user for user in row.uses if user in names and _names(row, user)]
            found |= {Link(user, used, told=True) for user in told for used in named}
    return sorted(found)


def _names(row: Described, service: str) -> bool:
    address = re.compile(rf'(//|"host": "){re.escape(service)}(\.internal)?[:/"]')
    return any(isinstance(text, str) and address.search(text) for text in row.spec.files.values())


def _host(connection: Connection) -> str:
    proof = connection.proof()
    return (str(proof["name"]) if proof else str(getattr(connection, "host", ""))).removesuffix(".internal")
