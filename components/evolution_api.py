"""Evolution API: the WhatsApp gateway, its database migrations and its instances.

Owns the server, the migrations job in front of it, the global key, and the job that makes the declared instances true.
Deliberately not: its stores, which are services of their own, and what is said in the conversations.

Source: https://doc.evolution-api.com (environment, routes); the image's entrypoint is split: migrations are a job, the
server is started by node itself, so that it runs without root, on a read-only root and ends at SIGTERM.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock, secrets
from components.base.connections import EvolutionConnection, InstanceConnection, PostgresConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, DataVolume, JobSpec, Port, Probe, Resources, ServiceSpec
from components.evolution_settings import ENVIRONMENT, settings_file

PORT: Final = 8080
WORKING_DIR: Final = "/evolution"
INSTANCES_PATH: Final = "/evolution/instances"
SETTINGS_FILE: Final = ".env"
EVENTS: Final = ("MESSAGES_UPSERT", "SEND_MESSAGE", "CONNECTION_UPDATE")


@dataclass(frozen=True, kw_only=True)
class EvolutionApiArgs:
    """Settings of the server.

    Attributes:
        client_name: Name under which the server keeps its rows; changing it hides every instance.
        database: Its own database.
        host_port: Port on the host's loopback.
        volume: Name of the instances volume.
        resources: Limits.
    """

    client_name: str
    database: PostgresConnection
    host_port: int | None = None
    volume: str = "evolution_instances"
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=768, cpus=1))


@final
class EvolutionApi(pulumi.ComponentResource):
    """An Evolution API server behind its migrations.

    Attributes:
        connection: What consumers use.
    """

    connection: EvolutionConnection

    def __init__(
        self, name: str, args: EvolutionApiArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions
    ) -> None:
        """Registers migrations job and server.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:EvolutionApi", name, None, opts)
        api_key = secrets.generated(f"{name}-api-key", pulumi.ResourceOptions(parent=self))
        settings = settings_file(api_key=api_key, client_name=args.client_name, database=args.database, host=name)
        migrations = engine.job(f"{name}-migrate", migrations_spec(f"{name}-migrate", args, settings), self)
        server = engine.service(name, evolution_spec(name, args, settings), self, after=(migrations.gate,))
        self.connection = EvolutionConnection(api_key=api_key, host=name, ready=server.gate)
        self.register_outputs({"host": name, "port": PORT})


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
    """

    evolution: EvolutionConnection
    instance: str
    number: str
    webhook_url: str
    events: Sequence[str] = EVENTS
    integration: str = "EVOLUTION"


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
        token = secrets.generated(f"{name}-token", child)
        webhook_secret = secrets.generated(f"{name}-webhook-secret", child)
        job = engine.job(name, instance_spec(name, args, token, webhook_secret), self)
        self.connection = InstanceConnection(
            evolution=args.evolution,
            name=args.instance,
            number=args.number,
            ready=job.gate,
            token=token,
            webhook_secret=webhook_secret,
        )
        self.register_outputs({"instance": args.instance})


def evolution_spec(name: str, args: EvolutionApiArgs, settings: pulumi.Input[str]) -> ServiceSpec:
    """Returns the description of the server."""
    ports = [] if args.host_port is None else [Port(internal=PORT, external=args.host_port)]
    return ServiceSpec(
        command=(f"--env-file={FILES_ROOT}/{name}/{SETTINGS_FILE}", "dist/main"),
        entrypoint=("node",),
        environment=ENVIRONMENT,
        # The start page asks web.whatsapp.com at every request; /manager/ is local and answers in 10 ms.
        health=Probe(
            budget_seconds=120,
            command=("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/manager/"),
            start_period_seconds=60,
        ),
        image="evolution-api",
        networks=frozenset({"edge", "data", "egress"}),
        ports=ports,
        resources=args.resources,
        secret_files={SETTINGS_FILE: settings},
        user=lock.user("evolution-api"),
        uses=(args.database,),
        volumes=(DataVolume(name=args.volume, path=INSTANCES_PATH),),
        working_dir=WORKING_DIR,
        writable={"/tmp": 128},  # noqa: S108 inside the container
    )


def migrations_spec(name: str, args: EvolutionApiArgs, settings: pulumi.Input[str]) -> JobSpec:
    """Returns the description of the migrations job."""
    script = f"set -a && . {FILES_ROOT}/{name}/{SETTINGS_FILE} && set +a && . ./Docker/scripts/deploy_database.sh"
    return JobSpec(
        command=("-c", script),
        entrypoint=("/bin/bash",),
        environment=ENVIRONMENT,
        image="evolution-api",
        networks=frozenset({"data"}),
        resources=Resources(memory_mib=512, cpus=1),
        secret_files={SETTINGS_FILE: settings},
        user=lock.user("evolution-api"),
        uses=(args.database,),
        working_dir=WORKING_DIR,
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )


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
