"""Services and jobs that need no component of their own: a spec, realised."""

from collections.abc import Sequence
from typing import final

import pulumi

from components.base.engines.containers import ContainersEngine
from components.base.spec import JobSpec, ServiceSpec


@final
class Service(pulumi.ComponentResource):
    """A long-running service.

    Attributes:
        ready: Its gates.
    """

    ready: Sequence[pulumi.Resource]

    def __init__(self, name: str, spec: ServiceSpec, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers it.

        Args:
            name: Service name; its first network alias.
            spec: Its description.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Service", name, None, opts)
        self.ready = engine.service(name, spec, self)
        self.register_outputs({})


@final
class Job(pulumi.ComponentResource):
    """A container that must end with exit code 0.

    Attributes:
        ready: Its gate.
    """

    ready: Sequence[pulumi.Resource]

    def __init__(self, name: str, spec: JobSpec, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers it.

        Args:
            name: Job name.
            spec: Its description.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Job", name, None, opts)
        self.ready = (engine.job(name, spec, self),)
        self.register_outputs({})
