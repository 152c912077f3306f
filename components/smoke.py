"""The smoke conversation: a container that follows one message through a system when a person asks for it.

Owns the container and its settings. Deliberately not: running it, which is `make smoke`; no `up` depends on it.
"""

import json
from dataclasses import dataclass
from typing import Final, final

import pulumi

from components.base import lock
from components.base.connections import HttpConnection, InstanceConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, JobSpec, Resources

SERVICE: Final = "smoke"


@dataclass(frozen=True, kw_only=True)
class SmokeArgs:
    """What the conversation goes through.

    Attributes:
        app: The application, as everybody reaches it.
        instance: The WhatsApp number that is written to; one of its own, so that no customer ever sees it.
        media_outside: Whether media lie outside of the system's networks, so that reading one needs a way out.
    """

    app: HttpConnection
    instance: InstanceConnection
    media_outside: bool = False


@final
class Smoke(pulumi.ComponentResource):
    """The conversation, ready to be started."""

    def __init__(self, name: str, args: SmokeArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the container.

        Args:
            name: Service name.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Smoke", name, None, opts)
        engine.tool(name, smoke_spec(name, args), self)
        self.register_outputs({})


def smoke_spec(name: str, args: SmokeArgs) -> JobSpec:
    """Returns the description of the container."""
    files = f"{FILES_ROOT}/{name}"
    settings = {
        "app_url": args.app.url,
        "evolution_url": args.instance.evolution.url,
        "instance": args.instance.name,
        "number": args.instance.number,
        "token_file": f"{files}/token",
        "webhook_secret_file": f"{files}/webhook_secret",
    }
    return JobSpec(
        command=("smoke", "--settings", f"{files}/smoke.json"),
        files={"smoke.json": json.dumps(settings, indent=2, sort_keys=True)},
        image="probe",
        networks=frozenset({"edge", "egress"} if args.media_outside else {"edge"}),
        resources=Resources(memory_mib=128),
        secret_files={"token": args.instance.token, "webhook_secret": args.instance.webhook_secret},
        user=lock.user("probe"),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )
