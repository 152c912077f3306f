"""Evolution API: the WhatsApp gateway behind its database migrations.

Owns the server, the migrations job in front of it and the global key. Deliberately not: its stores, which are services
of their own, and its instances, which are in `components.evolution_instance`.

The image's entrypoint is split: migrations are a job, and node itself starts the server. So it runs without root, on a
read-only root, and ends at SIGTERM.

Source: https://github.com/evolution-foundation/evolution-api at 2.3.7: Dockerfile:33-60 (paths, entrypoint, no user, no
health check), src/config/path.config.ts:4 (instances), src/api/routes/index.router.ts:163,196-204 (manager; the start
page asks WhatsApp), src/api/guards/instance.guard.ts:6-22 and auth.guard.ts:10-47 (both read the database),
src/api/integrations/event/rabbitmq/rabbitmq.controller.ts:14,144 (ten tries).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pulumi

from components.audio_converter import AudioConverterConnection
from components.base import lock, secrets
from components.base.connections import (
    EvolutionConnection,
    PostgresConnection,
    RabbitConnection,
    RedisConnection,
    TcpConnection,
)
from components.base.engines.containers import ContainersEngine
from components.base.s3 import S3Connection
from components.base.spec import FILES_ROOT, DataVolume, Port, Probe, Resources, ServiceSpec
from components.evolution_migrations import migrations_spec
from components.evolution_settings import (
    ENVIRONMENT,
    SETTINGS_FILE,
    WORKING_DIR,
    EvolutionSecrets,
    plain_settings,
    settings_file,
)

PORT: Final = 8080
INSTANCES_PATH: Final = "/evolution/instances"
ANY_VERSION: Final = "files of sessions, each written and read by itself; what has versions is in the database"
KEY_FILE: Final = "api_key"


@dataclass(frozen=True, kw_only=True)
class EvolutionApiArgs:
    """Settings of the server.

    Attributes:
        broker: Its own virtual host.
        cache: Where it keeps sessions' keys.
        client_name: Name under which the server keeps its rows; changing it hides every instance.
        converter: What turns audio into what WhatsApp plays.
        database: Its own database.
        media: The bucket for media; whoever reads them must reach it by the same name.
        api_key: The user's own global key instead of a generated one.
        host_port: Port on the host's loopback.
        outside: Addresses beyond the stack that it cannot do without, such as WhatsApp's; tried before it starts.
        queue_events: Events it publishes to the broker.
        resources: Limits.
        settings: Further settings, checked against `components.evolution_contract`.
        volume: Name of the instances volume.
    """

    broker: RabbitConnection
    cache: RedisConnection
    client_name: str
    converter: AudioConverterConnection
    database: PostgresConnection
    media: S3Connection
    api_key: str | None = field(default=None, repr=False)
    host_port: int | None = None
    outside: Sequence[TcpConnection] = ()
    queue_events: Sequence[str] = ()
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=768, cpus=1))
    settings: Mapping[str, str] = field(default_factory=dict)
    volume: str = "evolution_instances"


@final
class EvolutionApi(pulumi.ComponentResource):
    """An Evolution API server behind its migrations.

    Attributes:
        connection: What consumers use.
        metrics_password: Password of the user `prometheus` of its metrics, secret.
    """

    connection: EvolutionConnection
    metrics_password: pulumi.Output[str]

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
        child = pulumi.ResourceOptions(parent=self)
        held = EvolutionSecrets(
            api_key=secrets.single(f"{name}-api-key", child, given=args.api_key),
            broker=args.broker,
            cache=args.cache,
            converter=args.converter,
            database=args.database,
            media=args.media,
            meta_token=secrets.generated(f"{name}-meta-token", child),
            metrics_password=secrets.generated(f"{name}-metrics-password", child),
        )
        plain = plain_settings(
            client_name=args.client_name,
            converter=args.converter,
            extra=args.settings,
            host=name,
            media=args.media,
            queue_events=args.queue_events,
        )
        settings = settings_file(plain, held)
        migrations = engine.job(f"{name}-migrate", migrations_spec(f"{name}-migrate", args.database, settings), self)
        server = engine.service(name, evolution_spec(name, args, settings, held.api_key), self, after=(migrations,))
        self.connection = EvolutionConnection(api_key=held.api_key, host=name, ready=server)
        self.metrics_password = held.metrics_password
        self.register_outputs({"host": name, "port": PORT})


def evolution_spec(
    name: str, args: EvolutionApiArgs, settings: pulumi.Input[str], api_key: pulumi.Input[str]
) -> ServiceSpec:
    """Returns the description of the server.

    One replica, stop-first: two servers with one session are a conflict for which WhatsApp logs the number out.
    """
    files = f"{FILES_ROOT}/{name}"
    ports = [] if args.host_port is None else [Port(internal=PORT, external=args.host_port)]
    return ServiceSpec(
        command=(f"--env-file={files}/{SETTINGS_FILE}", "dist/main"),
        entrypoint=("node",),
        environment=ENVIRONMENT,
        health=Probe(command=("sh", "-c", f"{_ANSWERS} && {_PUBLISHES}"), start_period_seconds=60),
        image="evolution-api",
        networks=frozenset({"edge", "data", "egress"}),
        ports=ports,
        readiness=Probe(
            budget_seconds=120,
            command=("sh", "-c", f'node -e "$1" "$2" && {_PUBLISHES}', "-", _LISTS_INSTANCES, f"{files}/{KEY_FILE}"),
        ),
        resources=args.resources,
        secret_files={KEY_FILE: api_key, SETTINGS_FILE: settings},
        user=lock.user("evolution-api"),
        uses=(args.database, args.cache, args.broker, args.media, args.converter, *args.outside),
        volumes=(DataVolume(formats=ANY_VERSION, name=args.volume, path=INSTANCES_PATH),),
        working_dir=WORKING_DIR,
        writable={"/tmp": 128},  # noqa: S108 inside the container
    )


# The start page asks web.whatsapp.com at every request; /manager/ is local and answers in 10 ms.
_ANSWERS: Final = f"wget -q -O /dev/null http://127.0.0.1:{PORT}/manager/"

# After ten failed tries the server never connects to the broker again, and events are dropped without a word. So it is
# part of the readiness too: `up` restarts the server. Port 5672 is 1628 in the kernel's table, 01 an established one.
_PUBLISHES: Final = "grep -q ':1628 01 ' /proc/net/tcp /proc/net/tcp6"

# The list of instances reads the database; the key stays in a file, because arguments are seen by everybody.
_LISTS_INSTANCES: Final = f"""
const apikey = require('node:fs').readFileSync(process.argv[1], 'utf8').trim();
fetch('http://127.0.0.1:{PORT}/instance/fetchInstances', {{headers: {{apikey}}, signal: AbortSignal.timeout(4000)}})
  .then((answer) => process.exit(answer.status === 200 || answer.status === 404 ? 0 : 1), () => process.exit(1));
""".strip()
