"""The `evolution` system: an application that answers WhatsApp messages through Evolution API."""

from collections.abc import Mapping
from typing import Final, Literal, final

import pulumi

from components.app import WEBHOOK_PATH as APP_WEBHOOK_PATH
from components.app import App, AppArgs, base_url
from components.base.engines.containers import ContainersEngine
from components.base.lock import CHECKOUT
from components.base.spec import Resources
from components.evolution_api import EvolutionApi, EvolutionApiArgs
from components.evolution_instance import EvolutionInstance, InstanceArgs
from components.postgres import Postgres, PostgresArgs
from components.smoke import SERVICE as SMOKE
from components.smoke import Smoke, SmokeArgs
from stacks.base import System, SystemArgs, SystemOutputs
from stacks.settings import DatabaseSettings, EvolutionSettings
from stacks.values import revealed

NAME: Final = "evolution"
IMAGES: Final = ("evolution-api", "postgres-15", "postgres-16", "probe", "python")
"""Images of the lock file it runs on, or builds its own from."""
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
        db = Postgres("db", database(settings.db, "postgres_adk_data", ports.get("db")), engine, child)
        evolution_postgres = Postgres(
            "evolution-postgres",
            database(
                settings.evolution_postgres,
                "postgres_evo_data",
                ports.get("evolution-postgres"),
                alias="evolution_postgres",
                major=15,
            ),
            engine,
            child,
        )
        evolution_api = EvolutionApi(
            "evolution-api",
            EvolutionApiArgs(
                api_key=revealed(settings.evolution_api.api_key),
                client_name=f"{engine.scope.project}-{engine.scope.stack}",
                database=evolution_postgres.connection,
                host_port=ports.get("evolution-api"),
            ),
            engine,
            child,
        )
        instance = EvolutionInstance(
            "instances",
            InstanceArgs(
                evolution=evolution_api.connection,
                instance=settings.evolution_api.instance,
                number=settings.evolution_api.number,
                token=revealed(settings.evolution_api.instance_token),
                webhook_url=base_url("app") + APP_WEBHOOK_PATH,
            ),
            engine,
            child,
        )
        app = App(
            "app",
            AppArgs(
                database=db.connection,
                host_port=ports["app"],
                instance=instance.connection,
                secrets={key: args.user_secrets[key] for key in settings.app.secret_environment},
                source=CHECKOUT / settings.app.source,
            ),
            engine,
            child,
        )
        Smoke(SMOKE, SmokeArgs(app_url=app.url, instance=instance.connection), engine, child)

        self.outputs = SystemOutputs(
            credentials={
                "db": {"user": db.connection.user, "password": db.connection.password},
                "evolution-api": {"apikey": evolution_api.connection.api_key, "instance": instance.connection.token},
                "evolution-postgres": {
                    "user": evolution_postgres.connection.user,
                    "password": evolution_postgres.connection.password,
                },
            },
            services=("app", "db", "evolution-api", "evolution-postgres"),
            urls={service: f"{SCHEMES.get(service, 'http')}://127.0.0.1:{port}" for service, port in ports.items()},
        )
        self.register_outputs({"urls": dict(self.outputs.urls)})


def host_ports(settings: EvolutionSettings, production: bool) -> Mapping[str, int]:  # noqa: FBT001 `System.ports` names it
    """Returns the services with a port on the host, and the port."""
    ports = {"app": settings.app.port}
    if not production:
        ports |= {
            "db": settings.db.port,
            "evolution-api": settings.evolution_api.port,
            "evolution-postgres": settings.evolution_postgres.port,
        }
    return {service: port + settings.port_offset for service, port in ports.items()}


def database(
    settings: DatabaseSettings, volume: str, host_port: int | None, alias: str = "", major: Literal[15, 16] = 16
) -> PostgresArgs:
    """Returns the arguments of one of the two servers."""
    return PostgresArgs(
        aliases=(alias,) if alias else (),
        database=settings.database,
        host_port=host_port,
        major=major,
        max_connections=settings.max_connections,
        password=revealed(settings.password),
        resources=Resources(memory_mib=settings.memory_mib),
        rotation=settings.rotation,
        user=settings.user,
        volume=volume,
    )


def build(name: str, args: SystemArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> SystemOutputs:
    """Registers the system."""
    return Evolution(name, args, engine, opts).outputs


SYSTEM: Final = System(build=build, images=IMAGES, ports=host_ports, settings=EvolutionSettings)
