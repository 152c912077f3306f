"""An instance of Evolution API: one WhatsApp number.

Owns the job that makes a declared instance true, its token and the secret of its webhook. Deliberately not: the server.

Source: https://doc.evolution-api.com (instance and webhook routes).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock, secrets
from components.base.connections import EvolutionConnection, InstanceConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, JobSpec, Resources

EVENTS: Final = ("MESSAGES_UPSERT", "SEND_MESSAGE", "CONNECTION_UPDATE")


@dataclass(frozen=True, kw_only=True)
class InstanceArgs:
    """One declared instance.

    Attributes:
        evolution: The server.
        instance: Instance name.
        number: Telephone number, digits only.
        webhook_url: Where its events go.
        integration: `EVOLUTION` talks to nobody; `WHATSAPP-BAILEYS` pairs with a phone.
        events: Events posted to the webhook.
        token: The user's own token of the instance instead of a generated one.
    """

    evolution: EvolutionConnection
    instance: str
    number: str
    webhook_url: str
    events: Sequence[str] = EVENTS
    integration: str = "EVOLUTION"
    token: str | None = field(default=None, repr=False)


@final
class EvolutionInstance(pulumi.ComponentResource):
    """A job that makes one declared instance true.

    Attributes:
        connection: What the application uses.
    """

    connection: InstanceConnection

    def __init__(self, name: str, args: InstanceArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the job.

        Args:
            name: Job name.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:EvolutionInstance", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        token = secrets.single(f"{name}-token", child, given=args.token)
        webhook_secret = secrets.generated(f"{name}-webhook-secret", child)
        job = engine.job(name, instance_spec(name, args, token, webhook_secret), self)
        self.connection = InstanceConnection(
            evolution=args.evolution,
            name=args.instance,
            number=args.number,
            ready=(job,),
            token=token,
            webhook_secret=webhook_secret,
        )
        self.register_outputs({"instance": args.instance})


def instance_spec(
    name: str, args: InstanceArgs, token: pulumi.Input[str], webhook_secret: pulumi.Input[str]
) -> JobSpec:
    """Returns the description of the instances job."""
    files = f"{FILES_ROOT}/{name}"
    declared = {
        "api_key_file": f"{files}/api_key",
        "instances": [
            {
                "integration": args.integration,
                "name": args.instance,
                "number": args.number,
                "token_file": f"{files}/token",
                "webhook": {
                    "events": list(args.events),
                    "secret_file": f"{files}/webhook_secret",
                    "url": args.webhook_url,
                },
            }
        ],
        "url": args.evolution.url,
    }
    return JobSpec(
        command=("instances", "--settings", f"{files}/instances.json"),
        files={"instances.json": json.dumps(declared, indent=2, sort_keys=True)},
        image="probe",
        networks=frozenset({"edge"}),
        resources=Resources(memory_mib=128),
        secret_files={"api_key": args.evolution.api_key, "token": token, "webhook_secret": webhook_secret},
        user=lock.user("probe"),
        uses=(args.evolution,),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )
