"""An application of the owner's: a folder with a Dockerfile, behind the connections it uses.

Owns the build and the container. Deliberately not: what the application does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

import pulumi

from components.base.connections import InstanceConnection, PostgresConnection
from components.base.engines.containers import ContainersEngine
from components.base.spec import FILES_ROOT, Port, Probe, Resources, ServiceSpec, Stop

PORT: Final = 8000
USER: Final = "1000:1000"
WEBHOOK_PATH: Final = "/webhooks/evolution"


@dataclass(frozen=True, kw_only=True)
class AppArgs:
    """Settings of an application.

    Attributes:
        database: Its database.
        instance: The WhatsApp number it answers.
        source: Folder with its Dockerfile, which takes the Python image as `BASE_IMAGE`.
        host_port: Port on the host's loopback.
        resources: Limits.
        secrets: Secret variables of the user's own, name to value; the application finds each in the file that
            NAME_FILE names.
    """

    database: PostgresConnection
    instance: InstanceConnection
    source: Path
    host_port: int | None = None
    resources: Resources = field(default_factory=lambda: Resources(memory_mib=384, cpus=1))
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@final
class App(pulumi.ComponentResource):
    """An application.

    Attributes:
        url: Base address inside the system's networks.
    """

    url: str

    def __init__(self, name: str, args: AppArgs, engine: ContainersEngine, opts: pulumi.ResourceOptions) -> None:
        """Registers build and container.

        Args:
            name: Service name and first network alias.
            args: Settings.
            engine: Where it runs.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:App", name, None, opts)
        engine.images.build(f"{engine.scope.system}-{name}", base="python", context=args.source)
        engine.service(name, app_spec(name, args, image=f"{engine.scope.system}-{name}"), self)
        self.url = base_url(name)
        self.register_outputs({"url": self.url})


def base_url(name: str) -> str:
    """Returns the address of an application inside the system's networks, known before it exists."""
    return f"http://{name}.internal:{PORT}"


def app_spec(name: str, args: AppArgs, *, image: str) -> ServiceSpec:
    """Returns the description of an application."""
    files = f"{FILES_ROOT}/{name}"
    ports = [] if args.host_port is None else [Port(internal=PORT, external=args.host_port)]
    return ServiceSpec(
        environment={
            "DATABASE_URL_FILE": f"{files}/database_url",
            "EVOLUTION_API_KEY_FILE": f"{files}/evolution_api_key",
            "EVOLUTION_INSTANCE": args.instance.name,
            "EVOLUTION_URL": args.instance.evolution.url,
            "WEBHOOK_SECRET_FILE": f"{files}/webhook_secret",
            **{f"{name}_FILE": f"{files}/{name}" for name in args.secrets},
        },
        health=Probe(command=_get("/health"), interval_seconds=5, start_period_seconds=30, timeout_seconds=3),
        image=image,
        networks=frozenset({"edge", "data", "egress"}),
        ports=ports,
        readiness=Probe(command=_get("/ready"), budget_seconds=90),
        resources=args.resources,
        secret_files={
            "database_url": args.database.url(),
            "evolution_api_key": args.instance.token,
            "webhook_secret": args.instance.webhook_secret,
            **{name: pulumi.Output.secret(value) for name, value in args.secrets.items()},
        },
        stop=Stop(grace_seconds=30),
        user=USER,
        uses=(args.database, args.instance),
        writable={"/tmp": 64},  # noqa: S108 inside the container
    )


def _get(path: str) -> tuple[str, ...]:
    # Python is the one tool an image built on python has for sure.
    call = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{PORT}{path}', timeout=3)"
    return ("python3", "-c", call)
