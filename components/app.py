"""The part of an application that answers HTTP: replicas behind the ingress, released without a gap.

Owns the containers. Deliberately not: the image and its variables (`components.application`), and what it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.application import Application
from components.base.connections import HttpConnection
from components.base.engines.containers import ContainersEngine
from components.base.http_check import http_check
from components.base.spec import Probe, Resources, ServiceSpec, Stop
from components.ingress import behind

PORT: Final = 8000
GRACE_SECONDS: Final = 30


@dataclass(frozen=True, kw_only=True)
class AppArgs:
    """Settings of an application's replicas.

    Attributes:
        application: Image and variables.
        command: Program and arguments; the image's own when empty.
        health_path: Answers 200 as long as a restart would not help.
        ready_path: Answers 200 once it can serve.
        replicas: Equal containers, 1 or more.
        resources: Limits of each.
        up_path: Answers 200 as long as the ingress shall send new work.
    """

    application: Application
    command: Sequence[str] = ()
    health_path: str = "/health"
    ready_path: str = "/ready"
    replicas: int = 1
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=384, cpus=1))
    up_path: str = "/up"


@final
class App(pulumi.ComponentResource):
    """The replicas.

    Attributes:
        connection: What the ingress uses.
    """

    connection: HttpConnection

    def __init__(self, name: str, args: AppArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers them.

        Args:
            name: Service name; the alias under which the ingress finds the replicas.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:App", name, None, opts)
        gates = engine.service(name, app_spec(name, args), self)
        self.connection = HttpConnection(check_path=args.up_path, host=name, port=PORT, ready=gates)
        self.register_outputs({"host": name})


def app_spec(name: str, args: AppArgs) -> ServiceSpec:
    """Returns the description of a replica."""
    return ServiceSpec(
        **args.application.process(name, args.command),
        health=Probe(
            command=args.application.health(http_check(PORT, args.health_path)),
            interval_seconds=5,
            start_period_seconds=30,
        ),
        ingress=behind(name),
        networks=frozenset({"edge", "data", "egress"}),
        readiness=Probe(budget_seconds=90, command=args.application.readiness(http_check(PORT, args.ready_path))),
        replicas=args.replicas,
        resources=args.resources,
        self_healing=True,
        stop=Stop(grace_seconds=GRACE_SECONDS),
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )
