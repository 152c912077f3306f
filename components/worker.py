"""The part of an application that works off a queue: equal consumers, a new one ready before an old one leaves.

Owns the containers. Deliberately not: the image and its variables (`components.application`); the queue.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import final

import pulumi

from components.application import Application
from components.base.engines.containers import ContainersEngine
from components.base.spec import Probe, Resources, ServiceSpec, Stop


@dataclass(frozen=True, kw_only=True)
class WorkerArgs:
    """Settings of an application's workers.

    Attributes:
        application: Image and variables.
        command: Program and arguments.
        health_command: Program and arguments; exit code 0 as long as a restart would not help.
        ready_command: Program and arguments; exit code 0 once it consumes.
        replicas: Equal containers, 1 or more.
        resources: Limits of each.
        stop_seconds: Time it has to finish what it has begun.
    """

    application: Application
    command: Sequence[str]
    health_command: Sequence[str]
    ready_command: Sequence[str]
    replicas: int = 1
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=256, cpus=1))
    stop_seconds: int = 30


@final
class Worker(pulumi.ComponentResource):
    """The workers.

    Attributes:
        ready: Their gates.
    """

    ready: Sequence[pulumi.Resource]

    def __init__(self, name: str, args: WorkerArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers them.

        Args:
            name: Service name.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Worker", name, None, opts)
        self.ready = engine.service(name, worker_spec(name, args), self)
        self.register_outputs({})


def worker_spec(name: str, args: WorkerArgs) -> ServiceSpec:
    """Returns the description of a worker."""
    return ServiceSpec(
        **args.application.process(name, args.command),
        health=Probe(command=args.application.health(args.health_command), interval_seconds=5, start_period_seconds=30),
        networks=frozenset({"edge", "data", "egress"}),
        readiness=Probe(budget_seconds=90, command=args.application.readiness(args.ready_command)),
        replicas=args.replicas,
        resources=args.resources,
        rollout="start-first",
        self_healing=True,
        stop=Stop(grace_seconds=args.stop_seconds),
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )
