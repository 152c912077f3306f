"""The job that brings an application's database to what its code expects, before any of its processes starts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.application import Application
from components.base.engines.containers import ContainersEngine
from components.base.spec import JobSpec, Resources

SOURCE_FILE: Final = "source"


@dataclass(frozen=True, kw_only=True)
class MigrationsArgs:
    """Settings of the job.

    Attributes:
        application: Image and variables; only the database's are needed.
        command: Program and arguments; must be safe to run again.
        budget_seconds: Longest time it may take.
        resources: Limits.
        source: Digest of the source that is mounted over the image's: another one is a reason to run again.
    """

    application: Application
    command: Sequence[str]
    budget_seconds: int = 300
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=256, cpus=1))
    source: str = ""


@final
class Migrations(pulumi.ComponentResource):
    """The job.

    Attributes:
        ready: Its gate.
    """

    ready: Sequence[pulumi.Resource]

    def __init__(self, name: str, args: MigrationsArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers it.

        Args:
            name: Job name.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Migrations", name, None, opts)
        self.ready = (engine.job(name, migrations_spec(name, args), self),)
        self.register_outputs({})


def migrations_spec(name: str, args: MigrationsArgs) -> JobSpec:
    """Returns the description of the job."""
    shared = args.application.process(name, args.command)
    if args.source:
        shared["files"] = {**shared.get("files", {}), SOURCE_FILE: args.source}
    return JobSpec(
        **shared,
        budget_seconds=args.budget_seconds,
        networks=frozenset({"data"}),
        resources=args.resources,
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )
