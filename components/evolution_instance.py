"""Instances of Evolution API: WhatsApp numbers, declared.

Owns the job that makes declared instances true, their tokens and the secret of their webhooks. Deliberately not: the
server; instances that somebody made by hand, which are left alone.

Source: https://github.com/evolution-foundation/evolution-api at 2.3.7: src/api/routes/instance.router.ts:17-67 and
settings.router.ts, src/api/integrations/event/webhook/webhook.router.ts (routes).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, final

import pulumi

from components.base import lock, secrets
from components.base.connections import EvolutionConnection, InstanceConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, JobSpec, Resources

EVENTS: Final = ("MESSAGES_UPSERT", "MESSAGES_EDITED", "MESSAGES_DELETE", "SEND_MESSAGE", "CONNECTION_UPDATE")

Integration = Literal["EVOLUTION", "WHATSAPP-BAILEYS", "WHATSAPP-BUSINESS"]
"""`EVOLUTION` talks to nobody, `WHATSAPP-BAILEYS` pairs with a phone, `WHATSAPP-BUSINESS` is Meta's cloud."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One declared instance.

    Attributes:
        name: Instance name.
        number: Telephone number, digits only.
        integration: What it is connected to.
        settings: How it behaves, by Evolution's own names (`groupsIgnore`); what is missing stays as it is.
        token: The user's own token of the instance instead of a generated one.
    """

    name: str
    number: str
    integration: Integration = "EVOLUTION"
    settings: Mapping[str, bool | str] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class InstancesArgs:
    """The declared instances of a server.

    Attributes:
        evolution: The server.
        instances: The instances; the application's own comes first.
        webhook_url: Where their events go.
        events: Events posted to the webhook.
        manager_url: Where a person's browser finds the server's manager, to link a phone; None where it has no port.
    """

    evolution: EvolutionConnection
    instances: Sequence[Instance]
    webhook_url: str
    events: Sequence[str] = EVENTS
    manager_url: str | None = None


@final
class EvolutionInstances(pulumi.ComponentResource):
    """A job that makes declared instances true.

    Attributes:
        connections: Instance name to what an application uses.
    """

    connections: Mapping[str, InstanceConnection]

    def __init__(self, name: str, args: InstancesArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers the job.

        Args:
            name: Job name.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:EvolutionInstances", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        tokens = {
            row.name: engine.kept_secret(f"{name}-{row.name}-token", self, given=row.token) for row in args.instances
        }
        webhook_secret = secrets.generated(f"{name}-webhook-secret", child)
        job = engine.job(name, instances_spec(name, args, tokens, webhook_secret), self)
        self.connections = {
            row.name: InstanceConnection(
                evolution=args.evolution,
                name=row.name,
                number=row.number,
                ready=(job,),
                token=tokens[row.name],
                webhook_secret=webhook_secret,
            )
            for row in args.instances
        }
        self.register_outputs({"instances": list(self.connections)})


def instances_spec(
    name: str, args: InstancesArgs, tokens: Mapping[str, pulumi.Input[str]], webhook_secret: pulumi.Input[str]
) -> JobSpec:
    """Returns the description of the instances job."""
    files = f"{FILES_ROOT}/{name}"
    declared = {
        "api_key_file": f"{files}/api_key",
        "instances": [_declared(row, args, files) for row in args.instances],
        "manager_url": args.manager_url,
        "url": args.evolution.url,
    }
    return JobSpec(
        command=("instances", "--settings", f"{files}/instances.json"),
        files={"instances.json": json.dumps(declared, indent=2, sort_keys=True)},
        image="probe",
        networks=frozenset({"edge"}),
        resources=Resources(memory_mib=128),
        secret_files={
            "api_key": args.evolution.api_key,
            "webhook_secret": webhook_secret,
            **{f"token-{instance}": token for instance, token in tokens.items()},
        },
        user=lock.user("probe"),
        uses=(args.evolution,),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )


def _declared(row: Instance, args: InstancesArgs, files: str) -> dict[str, Any]:
    return {
        "integration": row.integration,
        "name": row.name,
        "number": row.number,
        "settings": dict(row.settings),
        "token_file": f"{files}/token-{row.name}",
        "webhook": {
            "events": list(args.events),
            "secret_file": f"{files}/webhook_secret",
            "url": args.webhook_url,
        },
    }
