"""The `evolution` system: an application that answers WhatsApp messages through Evolution API."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, final

import pulumi

from components.app import App
from components.application import Application
from components.audio_converter import AudioConverter
from components.base.engines.containers import ContainersEngine
from components.base.spec import Resources
from components.evolution_api import EvolutionApi, EvolutionApiArgs
from components.evolution_instance import EvolutionInstances, InstancesArgs
from components.ingress import NAME as INGRESS
from components.ingress import IngressProxy
from components.migrations import Migrations, MigrationsArgs
from components.pgadmin import PgAdmin
from components.smoke import SERVICE as SMOKE
from components.smoke import Smoke, SmokeArgs
from components.worker import Worker
from stacks import evolution_parts as parts
from stacks import sources
from stacks.base import System, SystemArgs, SystemOutputs
from stacks.evolution_stores import MINIO_S3, stores
from stacks.settings.evolution import EvolutionSettings
from stacks.values import revealed

NAME: Final = "evolution"
IMAGES: Final = frozenset(
    {
        "audio-converter",
        "evolution-api",
        "haproxy",
        "postgres-15",
        "postgres-16",
        "probe",
        "python",
        "rabbitmq",
        "redis",
    }
)
"""Images of the lock file it always runs on, or builds its own from."""

REDIRECT: Final = f"{INGRESS} (redirect)"
SERVICES: Final = frozenset(
    {"app", "audio-converter", "db", "evolution-api", "evolution-postgres", INGRESS, "rabbitmq", "redis"}
)
"""Long-running services it always has."""

SCHEMES: Final = {"db": "postgresql", "evolution-postgres": "postgresql"}


@final
class Evolution(pulumi.ComponentResource):
    """The system.

    Attributes:
        outputs: Addresses, credentials and services, for the stack's outputs.
    """

    outputs: SystemOutputs

    def __init__(self, name: str, args: SystemArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers its services in dependency order.

        Args:
            name: Logical name.
            args: What it is given.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:stacks:Evolution", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings: EvolutionSettings = args.settings
        ports = host_ports(settings, args.production)

        kept = stores(settings, ports, engine, child)
        converter = AudioConverter("audio-converter", parts.converter_args(settings.audio_converter), engine, child)
        evolution_api = EvolutionApi(
            "evolution-api",
            EvolutionApiArgs(
                api_key=revealed(settings.evolution_api.api_key),
                broker=kept.rabbitmq.connections[parts.EVOLUTION_VHOST],
                cache=replace(kept.redis.connection, database=parts.CACHE_DATABASE),
                client_name=f"{engine.scope.project}-{engine.scope.stack}",
                converter=converter.connection,
                database=kept.evolution_postgres.connection,
                host_port=ports.get("evolution-api"),
                media=kept.media,
                outside=parts.outside(settings.evolution_api),
                queue_events=settings.evolution_api.queue_events,
                resources=Resources(memory_mib=settings.evolution_api.memory_mib, cpus=1),
                settings=settings.evolution_api.settings,
            ),
            engine,
            child,
        )
        declared = InstancesArgs(
            database=kept.evolution_postgres.connection,
            evolution=evolution_api.connection,
            instances=parts.instances(settings.evolution_api),
            manager_url=parts.manager_url(ports.get("evolution-api")),
            webhook_url=parts.WEBHOOK_URL,
        )
        numbers = EvolutionInstances("instances", declared, engine, child).connections

        image = f"{engine.scope.system}-app"
        over = sources.mounted(settings.app)
        engine.images.build(
            image, base="python", context=sources.folder(settings.app), mounted=settings.app.mounts if over else ()
        )
        database_only = Application(
            as_environment=settings.app.secrets_as_environment,
            image=image,
            mounted=over,
            secrets={"DATABASE_URL": kept.db.connection.url()},
            user=sources.user(settings.app),
            uses=(kept.db.connection,),
        )
        migrated = kept.db.connection
        if settings.app.migrate.command:
            job = MigrationsArgs(
                application=database_only,
                command=settings.app.migrate.command,
                source=sources.digest(settings.app),
            )
            migrated = replace(migrated, ready=Migrations("migrate", job, engine, child).ready)
        main = numbers[settings.evolution_api.instance]
        others = [found for name, found in numbers.items() if name != main.name]
        own = {key: args.user_secrets[key] for key in settings.app.secret_environment}
        application = replace(
            database_only,
            environment={"EVOLUTION_INSTANCE": main.name, "EVOLUTION_URL": main.evolution.url},
            secrets={
                **database_only.secrets,
                "EVOLUTION_API_KEY": main.token,
                "EVOLUTION_INSTANCES": parts.tokens(others),
                "RABBITMQ_URL": kept.rabbitmq.connections[parts.APP_VHOST].url(),
                "WEBHOOK_SECRET": main.webhook_secret,
                **{key: pulumi.Output.secret(value) for key, value in own.items()},
            },
            uses=(migrated, main, kept.rabbitmq.connections[parts.APP_VHOST]),
        )
        app = App("app", parts.app_args(settings, application, production=args.production), engine, child)
        if settings.app.worker.replicas:
            Worker("worker", parts.worker_args(settings, application), engine, child)
        front = parts.ingress_args(settings, app.connection, production=args.production)
        ingress = IngressProxy(INGRESS, front, engine, child)
        spoken = SmokeArgs(
            app=ingress.connection,
            converter=converter.connection,
            instance=numbers[SMOKE],
            media=kept.media,
            media_outside=settings.s3 is not None,
        )
        Smoke(SMOKE, spoken, engine, child)
        logins = {
            **kept.credentials,
            "audio-converter": {"apikey": converter.connection.api_key},
            "evolution-api": {
                "apikey": evolution_api.connection.api_key,
                **{f"instance {name}": found.token for name, found in numbers.items()},
            },
        }
        if settings.pgadmin.enabled:
            databases = (kept.db.connection, kept.evolution_postgres.connection)
            pgadmin = PgAdmin("pgadmin", parts.pgadmin_args(settings, databases, ports), engine, child)
            logins["pgadmin"] = {"email": settings.pgadmin.email, "password": pgadmin.password}

        self.outputs = SystemOutputs(
            credentials=logins,
            services=services(settings),
            urls=urls(ports, tls=settings.ingress.tls is not None),
        )
        self.register_outputs({"urls": dict(self.outputs.urls)})


def images(settings: EvolutionSettings) -> Sequence[str]:
    """Returns the images of the lock file it runs on, or builds its own from."""
    chosen = {**media(settings), "pgadmin": settings.pgadmin.enabled}
    return sorted(IMAGES | {image for image, wanted in chosen.items() if wanted})


def services(settings: EvolutionSettings) -> Sequence[str]:
    """Returns its long-running services."""
    chosen = {
        **media(settings),
        "pgadmin": settings.pgadmin.enabled,
        "worker": settings.app.worker.replicas > 0,
    }
    return sorted(SERVICES | {service for service, wanted in chosen.items() if wanted})


def media(settings: EvolutionSettings) -> Mapping[str, bool]:
    """Returns each server of ours that may keep the media, and whether it does; they are images and services alike."""
    ours = settings.s3 is None
    return {"minio": ours and not settings.versitygw.enabled, "versitygw": ours and settings.versitygw.enabled}


def host_ports(settings: EvolutionSettings, production: bool) -> Mapping[str, int]:  # noqa: FBT001 `System.ports` names it
    """Returns the services with a port on the host, and the port."""
    tls = settings.ingress.tls
    ports = {INGRESS: tls.port, REDIRECT: tls.redirect_port} if tls else {INGRESS: settings.ingress.port}
    if not production:
        ports |= {
            "db": settings.db.port,
            "evolution-api": settings.evolution_api.port,
            "evolution-postgres": settings.evolution_postgres.port,
            "rabbitmq": settings.rabbitmq.console_port,
        }
        kept = media(settings)
        if kept["minio"]:
            ports |= {"minio": settings.minio.console_port, MINIO_S3: settings.minio.s3_port}
        if kept["versitygw"]:
            ports["versitygw"] = settings.versitygw.port
        if settings.pgadmin.enabled:
            ports["pgadmin"] = settings.pgadmin.port
    return {service: port + settings.port_offset for service, port in ports.items()}


def urls(ports: Mapping[str, int], *, tls: bool) -> Mapping[str, str]:
    """Returns service to its address on the host."""
    schemes = {**SCHEMES, INGRESS: "https" if tls else "http"}
    return {
        service: f"{schemes.get(service, 'http')}://127.0.0.1:{port}"
        for service, port in ports.items()
        if service != REDIRECT
    }


def build(name: str, args: SystemArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> SystemOutputs:
    """Registers the system."""
    return Evolution(name, args, engine, opts).outputs


SYSTEM: Final = System(build=build, images=images, ports=host_ports, settings=EvolutionSettings)
