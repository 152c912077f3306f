"""Evolution API: the WhatsApp gateway behind its database migrations.

Owns the server, the migrations job in front of it and the global key. Deliberately not: its stores, which are services
of their own, and its instances, which are in `components.evolution_instance`.

Source: https://doc.evolution-api.com (environment, routes); the image's entrypoint is split: migrations are a job, the
server is started by node itself, so that it runs without root, on a read-only root and ends at SIGTERM.
"""

from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.base import lock, secrets
from components.base.connections import EvolutionConnection, PostgresConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, DataVolume, JobSpec, Port, Probe, Resources, ServiceSpec
from components.evolution_settings import ENVIRONMENT, settings_file

PORT: Final = 8080
WORKING_DIR: Final = "/evolution"
INSTANCES_PATH: Final = "/evolution/instances"
SETTINGS_FILE: Final = ".env"


@dataclass(frozen=True, kw_only=True)
class EvolutionApiArgs:
    """Settings of the server.

    Attributes:
        api_key: The user's own global key instead of a generated one.
        client_name: Name under which the server keeps its rows; changing it hides every instance.
        database: Its own database.
        host_port: Port on the host's loopback.
        volume: Name of the instances volume.
        resources: Limits.
    """

    client_name: str
    database: PostgresConnection
    api_key: str | None = field(default=None, repr=False)
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
        api_key = secrets.single(f"{name}-api-key", pulumi.ResourceOptions(parent=self), given=args.api_key)
        settings = settings_file(api_key=api_key, client_name=args.client_name, database=args.database, host=name)
        migrations = engine.job(f"{name}-migrate", migrations_spec(f"{name}-migrate", args, settings), self)
        server = engine.service(name, evolution_spec(name, args, settings), self, after=(migrations,))
        self.connection = EvolutionConnection(api_key=api_key, host=name, ready=server)
        self.register_outputs({"host": name, "port": PORT})


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
