"""The `Gate` resource: exists once a service is ready or a job has ended well, and is what consumers depend on.

A thin shim, because dynamic providers are pickled into the stack's state: the logic is in `components.base.readiness`.
A gate that failed is not in the state (or keeps its old one), so the next `up` tries again.
"""

from typing import Any

import pulumi
from pulumi.dynamic import ConfigureRequest, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from components.base import observe, readiness
from components.base.docker_api import client
from components.base.providers import process

COMPARED = ("command", "container", "docker_host", "pids")


class GateProvider(ResourceProvider):
    """Waits."""

    serialize_as_secret_always = False  # nothing is captured in it

    def configure(self, req: ConfigureRequest) -> None:  # noqa: ARG002
        """Prepares the process once."""
        process.widen_pool()

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Reports another container, another probe, and every bad observation; never a change between good ones."""
        changed = any(olds.get(name) != news.get(name) for name in COMPARED)
        return DiffResult(changes=changed or news["observed"] != observe.READY)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Waits for the first success."""
        _pass(props)
        return CreateResult(props["service"], props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Repairs and waits again."""
        _pass(news)
        return UpdateResult(news)


def _pass(props: dict[str, Any]) -> None:
    request = readiness.GateRequest(
        budget_seconds=int(props["budget_seconds"]),
        command=props["command"],
        container=props["container"],
        grace_seconds=int(props["grace_seconds"]),
        pids=int(props["pids"]),
        service=props["service"],
    )
    wait = readiness.wait_ready if request.command else readiness.run_job
    wait(client(props["docker_host"]), request, process.halt)


class Gate(Resource, module="components", name="Gate"):
    """A service that is ready, or a job that is done."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Registers it; see `components.base.engines.containers` for the properties."""
        super().__init__(GateProvider(), name, props, opts)
