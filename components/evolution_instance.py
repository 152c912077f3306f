"""Instances of Evolution API: WhatsApp numbers, declared.

Owns the job that makes declared instances true, their tokens and the secret of their webhooks. Deliberately not: the
server; instances that somebody made by hand, which are left alone.

Source: https://github.com/evolution-foundation/evolution-api at 2.3.7: src/api/routes/instance.router.ts:17-67 and
settings.router.ts, src/api/integrations/event/webhook/webhook.router.ts (routes), src/api/guards/auth.guard.ts:29-35 (a
token is looked up in the database at every request), src/api/integrations/channel/evolution/
evolution.channel.service.ts:55-64 (an instance that talks to nobody goes on after a logout).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, final

import pulumi

from components.base import lock, secrets
from components.base.connections import EvolutionConnection, InstanceConnection, PostgresConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, JobSpec, Resources, ServerLook
from components.evolution_api import KEY_FILE, PORT
from components.evolution_settings import DATABASE_SCHEMA

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
        database: The server's own database: tokens are put right there, because no route changes one.
        evolution: The server.
        instances: The instances; the application's own comes first.
        webhook_url: Where their events go.
        events: Events posted to the webhook.
        manager_url: Where a person's browser finds the server's manager, to link a phone; None where it has no port.
    """

    database: PostgresConnection
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
        "database_file": f"{files}/database_url",
        "database_schema": DATABASE_SCHEMA,
        "instances": [_wanted(row, args, files) for row in args.instances],
        "manager_url": args.manager_url,
        "url": args.evolution.url,
    }
    return JobSpec(
        command=("instances", "--settings", f"{files}/instances.json"),
        files={"instances.json": json.dumps(declared, indent=2, sort_keys=True)},
        image="probe",
        look=ServerLook(
            by_hand={"linked": _how_to_link(args), "open": _OPENED_AGAIN},
            command=("node", "-e", _LOOK, f"{FILES_ROOT}/{args.evolution.host}/{KEY_FILE}", *tokens),
            declared=_declared(args, tokens, webhook_secret),
            server=args.evolution.host,
        ),
        networks=frozenset({"data", "edge"}),
        resources=Resources(memory_mib=128),
        secret_files={
            "api_key": args.evolution.api_key,
            "database_url": args.database.url(),
            "webhook_secret": webhook_secret,
            **{f"token-{instance}": token for instance, token in tokens.items()},
        },
        user=lock.user("probe"),
        uses=(args.database, args.evolution),
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )


def _wanted(instance: Instance, args: InstancesArgs, files: str) -> dict[str, Any]:
    return {
        "integration": instance.integration,
        "name": instance.name,
        "number": instance.number,
        "settings": dict(instance.settings),
        "token_file": f"{files}/token-{instance.name}",
        "webhook": {
            "events": list(args.events),
            "secret_file": f"{files}/webhook_secret",
            "url": args.webhook_url,
        },
    }


def _how_to_link(args: InstancesArgs) -> str:
    """Returns what a person does whose telephone is not linked, or no longer."""
    manager = args.manager_url or f"{args.evolution.url}/manager/ (here: the address 'make status' shows for it)"
    return (
        f"no telephone is linked. Open {manager}, log in with the global key ('make credentials'), choose the "
        "instance, and scan its QR code in WhatsApp under Linked devices."
    )


def _declared(
    args: InstancesArgs, tokens: Mapping[str, pulumi.Input[str]], webhook_secret: pulumi.Input[str]
) -> pulumi.Output[str]:
    """Returns the instances as a look compares them: as the server itself names their properties."""

    def render(secret: str, values: Mapping[str, str]) -> str:
        return json.dumps(
            {
                f"instance {instance.name}": {
                    "Setting": dict(instance.settings),
                    "integration": instance.integration,
                    # Other integrations store the number of the telephone that linked itself.
                    **({"number": instance.number} if instance.integration == "EVOLUTION" else {}),
                    _CONNECTED[instance.integration]: True,
                    "token": values[instance.name],
                    "webhook": {
                        "enabled": True,
                        "events": list(args.events),
                        "headers": {"authorization": f"Bearer {secret}"},
                        "url": args.webhook_url,
                        "webhookBase64": False,
                        "webhookByEvents": False,
                    },
                }
                for instance in args.instances
            }
        )

    every: pulumi.Output[list[Any]] = pulumi.Output.all(webhook_secret, dict(tokens))
    return every.apply(lambda parts: render(*parts))


_CONNECTED: Final[Mapping[Integration, str]] = {
    "EVOLUTION": "open",
    "WHATSAPP-BAILEYS": "linked",
    "WHATSAPP-BUSINESS": "open",
}
"""Integration to the property that says whether somebody has logged it out."""

# Only a start of the server opens it, which takes every other number's connection: not for an `up` to decide.
_OPENED_AGAIN: Final = (
    "it was logged out. It goes on receiving and sending; 'make restart SERVICE=evolution-api' opens it again, with a "
    "pause for every number."
)

_LOOK: Final = f"""
const [keyFile, ...names] = process.argv.slice(1);
const apikey = require('node:fs').readFileSync(keyFile, 'utf8').trim();
const ask = async (path) => {{
  const options = {{headers: {{apikey}}, signal: AbortSignal.timeout(4000)}};
  const answer = await fetch(`http://127.0.0.1:{PORT}/${{path}}`, options);
  if (!answer.ok) throw new Error(`HTTP ${{answer.status}} of ${{path}}`);
  return answer.json();
}};
const look = async () => {{
  const stored = new Map((await ask('instance/fetchInstances')).map((instance) => [instance.name, instance]));
  const thing = async (name) => {{
    const instance = stored.get(name);
    if (!instance) return [`instance ${{name}}`, null];
    const [webhook, {{instance: {{state}}}}] = await Promise.all(
      [`webhook/find/${{name}}`, `instance/connectionState/${{name}}`].map(ask));
    const linked = instance.connectionStatus === 'open';
    return [`instance ${{name}}`, {{...instance, linked, open: state === 'open', webhook}}];
  }};
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(names.map(thing)))));
}};
look().catch((error) => {{ console.error(error.cause?.message ?? error.message); process.exit(1); }});
""".strip()
"""Prints the instances with their webhooks as JSON."""
