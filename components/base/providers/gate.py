"""The `Gate` resource: exists once a service is ready or a job has ended well, and is what consumers depend on.

A thin shim, because dynamic providers are pickled into the stack's state: the logic is in `components.base.readiness`.
A gate that failed is not in the state (or keeps its old one), so the next `up` tries again.
"""

from typing import Any

import pulumi
from pulumi.dynamic import ConfigureRequest, CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult

from components.base import readiness, rollout, verdict
from components.base.docker_api import client
from components.base.providers import process
from components.base.repair import Joined

COMPARED = ("command", "container", "docker_host", "networks", "pids", "proxy", "reload")


class GateProvider(ResourceProvider):
    """Waits."""

    serialize_as_secret_always = False  # nothing is captured in it

    def configure(self, req: ConfigureRequest) -> None:  # noqa: ARG002
        """Prepares the process once."""
        process.widen_pool()

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Reports another container, another probe, and every bad observation; never a change between good ones."""
        changed = any(olds.get(name) != news.get(name) for name in COMPARED)
        return DiffResult(changes=changed or news["observed"] != verdict.READY)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Waits for the first success."""
        _pass({}, props)
        return CreateResult(props["service"], props)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Repairs and waits again."""
        _pass(olds, news)
        return UpdateResult(news)

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Drains a replica that is about to be removed."""
        if props.get("proxy"):
            rollout.leave(client(props["docker_host"]), rollout.Proxy(**_whole(props["proxy"])), props["container"])


def _pass(olds: dict[str, Any], news: dict[str, Any]) -> None:
    same = olds.get("container") == news["container"]
    troubled = same and news["observed"] not in verdict.GOOD
    request = readiness.GateRequest(
        budget_seconds=int(news["budget_seconds"]),
        command=news["command"],
        container=news["container"],
        grace_seconds=int(news["grace_seconds"]),
        memory_mib=int(news["memory_mib"]),
        networks=[Joined(**row) for row in news["networks"]],
        pids=int(news["pids"]),
        predecessor="" if same else olds.get("container", ""),
        proxy=rollout.Proxy(**_whole(news["proxy"])) if news["proxy"] else None,
        reload=_due_reload(olds, news, same=same, troubled=troubled),
        reload_hint=news["reload"].get("hint", ""),
        restart_at_once=news["restart_at_once"],
        service=news["service"],
        troubled=troubled,
    )
    wait = readiness.wait_ready if request.command else readiness.run_job
    wait(client(news["docker_host"]), request, process.halt)


def _due_reload(olds: dict[str, Any], news: dict[str, Any], *, same: bool, troubled: bool) -> list[str]:
    """Returns the reload command when there is something to take: a container reads its files when it starts.

    One in trouble takes them again: what its files declare may have been changed on it by hand.
    """
    reload: dict[str, Any] = news["reload"]
    if not reload or (not same and not reload["at_start"]) or (same and not troubled and olds.get("reload") == reload):
        return []
    return list(reload["command"])


def _whole(proxy: dict[str, Any]) -> dict[str, Any]:
    """Returns numbers as Python has them: the engine's protocol knows only floating point."""
    return {name: int(value) if isinstance(value, float) else value for name, value in proxy.items()}


class Gate(Resource, module="components", name="Gate"):
    """A service that is ready, or a job that is done."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Registers it; see `components.base.engines.containers` for the properties."""
        super().__init__(GateProvider(), name, props, opts)
