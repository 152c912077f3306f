"""The example: two replicas of app behind the ingress and a worker, on three stores; and ways to break it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

import pulumi
from pydantic import Field

from components.base.connections import HttpConnection, PostgresConnection, RabbitConnection, RedisConnection
from components.base.engines.containers import ContainersEngine
from components.base.http_check import http_check
from components.base.service import Service
from components.base.spec import FILES_ROOT, Probe, Resources, ServiceSpec, Stop
from components.ingress import IngressArgs, IngressProxy, behind
from components.memcached import Memcached, MemcachedArgs
from components.postgres import Postgres, PostgresArgs
from components.rabbitmq import RabbitConsumer, RabbitMq, RabbitMqArgs
from components.redis import Redis, RedisArgs
from stacks.base import System, SystemArgs, SystemOutputs
from stacks.settings.base import Settings

IMAGE: Final = "example-app"
PORT: Final = 8000
Fault = Literal["", "release", "password", "host", "database", "vhost"]


class ExampleSettings(Settings):
    """Settings, most of them for breaking it."""

    database: str = Field(default="shop", description="Database name.")
    db_user: str = Field(default="shop", description="Role.")
    fault: Fault = Field(default="", description="What is wrong with the application or with what it is given.")
    major: Literal[15, 16] = Field(default=15, description="Version of Postgres.")
    port_offset: int = Field(default=2000, description="Added to the ingress's port.")
    release: str = Field(default="1", description="Changes the application's environment.")
    replicas: int = Field(default=2, description="Of the application.")
    rotation: int = Field(default=0, description="Of the stores' passwords.")
    waiting: int = Field(default=0, description="Services whose gates wait until another one fails.")


def host_ports(settings: ExampleSettings, production: bool) -> Mapping[str, int]:  # noqa: ARG001, FBT001 as `System.ports`
    """Returns the one published port."""
    return {"ingress": PORT + settings.port_offset}


def build(
    name: str,
    args: SystemArgs,
    engine: ContainersEngine,
    opts: pulumi.ResourceOptions,
) -> SystemOutputs:
    """Registers it."""
    settings: ExampleSettings = args.settings
    system = pulumi.ComponentResource("zapstack:tests:Example", name, None, opts)
    child = pulumi.ResourceOptions(parent=system)
    engine.images.build(IMAGE, base="python", context=Path(__file__).parent / "app")
    rotation = settings.rotation
    db = Postgres(
        "db",
        PostgresArgs(
            database=settings.database,
            major=settings.major,
            rotation=rotation,
            user=settings.db_user,
            volume="postgres_data",
        ),
        engine,
        child,
    )
    cache = Redis("redis", RedisArgs(rotation=rotation, volume="redis_data"), engine, child)
    consumers = (RabbitConsumer(vhost="shop"),)
    args_of_broker = RabbitMqArgs(consumers=consumers, rotation=rotation, volume="rabbitmq_data")
    broker = RabbitMq("rabbitmq", args_of_broker, engine, child).connections["shop"]
    Memcached("memcached", MemcachedArgs(), engine, child)
    uses = (
        _broken_database(db.connection, settings.fault),
        cache.connection,
        replace(broker, vhost="nowhere") if settings.fault == "vhost" else broker,
    )
    app = Service("app", _spec("app", settings, uses), engine, child)
    Service("worker", _spec("worker", settings, uses), engine, child)
    front = HttpConnection(host="app", port=PORT, ready=app.ready)
    port = host_ports(settings, production=False)["ingress"]
    IngressProxy("ingress", IngressArgs(app=front, host_port=port), engine, child)
    for number in range(settings.waiting):
        Service(f"waiting-{number}", _waiting(f"waiting-{number}", dies=number == settings.waiting - 1), engine, child)
    return SystemOutputs(
        credentials={"db": {"password": db.connection.password}},
        services=("app", "db", "ingress", "memcached", "rabbitmq", "redis", "worker"),
        urls={"ingress": f"http://127.0.0.1:{port}"},
    )


def _broken_database(connection: PostgresConnection, fault: Fault) -> PostgresConnection:
    changes: Mapping[str, dict[str, Any]] = {
        "database": {"database": "nowhere"},
        "host": {"host": "nowhere"},
        "password": {"password": pulumi.Output.secret("wrong")},
    }
    return replace(connection, **changes.get(fault, {}))


def _spec(
    name: str, settings: ExampleSettings, uses: tuple[PostgresConnection, RedisConnection, RabbitConnection]
) -> ServiceSpec:
    database, cache, broker = uses
    is_app = name == "app"
    return ServiceSpec(
        command=("python3", "/opt/example/example.py", name),
        environment={
            "FAIL": "1" if settings.fault == "release" and is_app else "",
            "FILES": f"{FILES_ROOT}/{name}",
            "RELEASE": settings.release,
        },
        health=Probe(
            budget_seconds=60,
            command=http_check(PORT, "/health") if is_app else ("test", "-e", "/tmp/consuming"),  # noqa: S108 inside the container
            interval_seconds=5,
        ),
        image=IMAGE,
        ingress=behind(name) if is_app else None,
        networks=frozenset({"edge", "data"} if is_app else {"data"}),
        replicas=settings.replicas if is_app else 1,
        resources=Resources(memory_mib=128, pids=128),
        secret_files={"broker_url": broker.url(), "cache_url": cache.url(), "database_url": database.url()},
        self_healing=True,
        stop=Stop(grace_seconds=15),
        user="1000:1000",
        uses=uses,
        writable={"/tmp": 16},  # noqa: S108 inside the container
    )


def _waiting(name: str, *, dies: bool) -> ServiceSpec:
    """A service that is never ready; one of them ends after a moment, when all the others wait."""
    script = (
        "import sys, time; print('giving up'); time.sleep(4); sys.exit(7)" if dies else "import time; time.sleep(999)"
    )
    return ServiceSpec(
        command=("-c", script),
        entrypoint=("python3",),
        environment={"NAME": name},
        health=Probe(budget_seconds=120, command=("false",)),
        image="probe",
        networks=frozenset({"data"}),
        resources=Resources(memory_mib=64),
        user="65534:65534",
    )


SYSTEMS: Final[Mapping[str, System]] = {
    "example": System(
        build=build,
        images=lambda _: ("haproxy", "memcached", "postgres-15", "postgres-16", "probe", "python", "rabbitmq", "redis"),
        ports=host_ports,
        settings=ExampleSettings,
    )
}
