"""What the services of the `evolution` system are given: arguments from settings, and the system's own constants."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import pulumi

from components.app import AppArgs
from components.application import Application
from components.audio_converter import AudioConverterArgs
from components.base.connections import HttpConnection, InstanceConnection, PostgresConnection, TcpConnection
from components.base.lock import CHECKOUT
from components.base.s3 import MinioConnection, S3Connection
from components.base.spec import Resources
from components.evolution_instance import Instance, Integration
from components.ingress import NAME as INGRESS
from components.ingress import PORT as INGRESS_PORT
from components.ingress import IngressArgs, Tls
from components.minio import MinioArgs
from components.minio_bucket import MinioBucketArgs
from components.pgadmin import PgAdminArgs
from components.postgres import PostgresArgs
from components.rabbitmq import RabbitConsumer, RabbitMqArgs
from components.redis import RedisArgs
from components.smoke import SERVICE as SMOKE
from components.versitygw import VersitygwArgs
from components.worker import WorkerArgs
from stacks.settings.evolution import EvolutionSettings
from stacks.settings.evolution_api import AudioConverterSettings, EvolutionApiSettings
from stacks.settings.media import MinioSettings, S3Settings, VersitygwSettings
from stacks.settings.stores import DatabaseSettings
from stacks.values import revealed

APP_VHOST: Final = "app"
EVOLUTION_VHOST: Final = "evolution"
EVENT_QUEUE_LIMIT: Final = 10_000
"""Messages. Nobody has to consume Evolution's events; without a limit they would fill the disk."""

CACHE_DATABASE: Final = 6
"""The number in Evolution's own examples."""

INTAKE_SHARES: Final = 4096
"""CPU weight of what a webhook passes: proxy, application and its database. Receiving comes before answering: who is
not answered yet waits in the database, a webhook that is not taken in waits nowhere."""

ANSWERING_SHARES: Final = 512
"""CPU weight of the workers, half of the default: they use what is left and catch up later. Evolution API keeps the
default, because it receives as well."""

INGRESS_RESOURCES: Final = Resources(cpu_shares=INTAKE_SHARES, memory_mib=128)

MAKERS: Final[Mapping[Integration, str]] = {
    "WHATSAPP-BAILEYS": "web.whatsapp.com",
    "WHATSAPP-BUSINESS": "graph.facebook.com",
}
"""Integration to the server it talks to; the third one talks to nobody."""

PRODUCTION_REPLICAS: Final = 2

SMOKE_NUMBER: Final = "5500000000001"
"""Belongs to nobody: there is no area code 00."""

WEBHOOK_URL: Final = f"http://{INGRESS}.internal:{INGRESS_PORT}/webhooks/evolution"
"""Through the ingress, so that no event meets a replica that is leaving; dotted, because validators want a domain."""


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
        # A whole core, so that a commit does not wait for the next slice of a half in the middle of a rush.
        resources=Resources(cpu_shares=INTAKE_SHARES, cpus=1, memory_mib=settings.memory_mib),
        rotation=settings.rotation,
        settings=settings.settings,
        user=settings.user,
        volume=volume,
    )


def evolution_database(settings: DatabaseSettings, host_port: int | None) -> PostgresArgs:
    """Returns the arguments of Evolution API's server: another version, and the document's own name for it."""
    args = database(settings, "postgres_evo_data", host_port, alias="evolution_postgres", major=15)
    return replace(args, resources=Resources(memory_mib=settings.memory_mib))


def redis_args(settings: EvolutionSettings) -> RedisArgs:
    """Returns the arguments of Redis."""
    redis = settings.redis
    return RedisArgs(
        password=revealed(redis.password),
        resources=Resources(memory_mib=redis.memory_mib),
        rotation=redis.rotation,
        settings=redis.settings,
        volume="redis_data",
    )


def rabbitmq_args(settings: EvolutionSettings, console_port: int | None) -> RabbitMqArgs:
    """Returns the arguments of RabbitMQ: one virtual host for the application, one for Evolution's events."""
    rabbitmq = settings.rabbitmq
    return RabbitMqArgs(
        admin_password=revealed(rabbitmq.admin_password),
        consumers=(
            RabbitConsumer(user="app", vhost=APP_VHOST),
            RabbitConsumer(queue_limit=EVENT_QUEUE_LIMIT, user="evolution", vhost=EVOLUTION_VHOST),
        ),
        host_port=console_port,
        resources=Resources(memory_mib=rabbitmq.memory_mib, cpus=1, pids=512),
        rotation=rabbitmq.rotation,
        settings=rabbitmq.settings,
        volume="rabbitmq_data",
    )


def minio_args(settings: MinioSettings, console_port: int | None, s3_port: int | None) -> MinioArgs:
    """Returns the arguments of MinIO."""
    return MinioArgs(
        console_host_port=console_port,
        resources=Resources(memory_mib=settings.memory_mib, cpus=1),
        root_password=revealed(settings.root_password),
        root_user=settings.root_user,
        s3_host_port=s3_port,
        settings=settings.settings,
        volume="minio_data",
    )


def bucket_args(settings: MinioSettings, server: MinioConnection) -> MinioBucketArgs:
    """Returns the arguments of the bucket that Evolution API writes media to."""
    return MinioBucketArgs(bucket=settings.bucket, rotation=settings.rotation, server=server, user="evolution")


def versitygw_args(settings: VersitygwSettings, host_port: int | None) -> VersitygwArgs:
    """Returns the arguments of Versity S3 Gateway, with the bucket that Evolution API writes media to."""
    return VersitygwArgs(
        bucket=settings.bucket,
        host_port=host_port,
        resources=Resources(memory_mib=settings.memory_mib, cpus=1),
        rotation=settings.rotation,
        user="evolution",
        volume="versitygw_data",
    )


def external_s3(settings: S3Settings) -> S3Connection:
    """Returns the bucket of a server that is none of ours."""
    return S3Connection(
        access_key=settings.access_key.get_secret_value(),
        bucket=settings.bucket,
        host=settings.host,
        port=settings.port,
        ready=(),
        region=settings.region,
        secret_key=pulumi.Output.secret(settings.secret_key.get_secret_value()),
        use_ssl=settings.use_ssl,
    )


def converter_args(settings: AudioConverterSettings) -> AudioConverterArgs:
    """Returns the arguments of the audio converter."""
    return AudioConverterArgs(
        api_key=revealed(settings.api_key),
        port=settings.port,
        resources=Resources(memory_mib=settings.memory_mib, cpus=1),
    )


def pgadmin_args(
    settings: EvolutionSettings, databases: Sequence[PostgresConnection], ports: Mapping[str, int]
) -> PgAdminArgs:
    """Returns the arguments of pgAdmin."""
    pgadmin = settings.pgadmin
    return PgAdminArgs(
        databases=databases,
        email=pgadmin.email,
        host_port=ports["pgadmin"],
        password=revealed(pgadmin.password),
        resources=Resources(memory_mib=pgadmin.memory_mib, cpus=1),
        settings=pgadmin.settings,
        volume="pgadmin_data",
    )


def instances(settings: EvolutionApiSettings) -> list[Instance]:
    """Returns the declared instances: the application's own, further ones, and that of the smoke conversation."""
    own = Instance(
        integration=settings.integration,
        name=settings.instance,
        number=settings.number,
        settings=settings.behaviour.declared,
        token=revealed(settings.instance_token),
    )
    others = [
        Instance(
            integration=row.integration,
            name=row.name,
            number=row.number,
            settings=row.behaviour.declared,
            token=revealed(row.token),
        )
        for row in settings.other_instances
    ]
    return [own, *others, Instance(name=SMOKE, number=SMOKE_NUMBER)]


def outside(settings: EvolutionApiSettings) -> list[TcpConnection]:
    """Returns what its instances are connected to, so that a machine without a way there is named before a start.

    Where it is not reached, a phone's instance shows no QR code and says nothing.
    """
    used = {settings.integration, *(row.integration for row in settings.other_instances)}
    return [TcpConnection(host=host, port=443, ready=()) for kind, host in MAKERS.items() if kind in used]


def manager_url(host_port: int | None) -> str | None:
    """Returns where a browser on this machine finds Evolution's manager; None where it has no port."""
    return None if host_port is None else f"http://127.0.0.1:{host_port}/manager/"


def tokens(found: list[InstanceConnection]) -> pulumi.Output[str]:
    """Returns further instances and their tokens as the application reads them: a JSON object."""
    known: pulumi.Output[dict[str, str]] = pulumi.Output.all(**{row.name: row.token for row in found})
    return pulumi.Output.secret(known.apply(lambda rows: json.dumps(rows, sort_keys=True)))


def app_args(settings: EvolutionSettings, application: Application, *, production: bool) -> AppArgs:
    """Returns the arguments of the application's replicas."""
    app = settings.app
    return AppArgs(
        application=application,
        command=app.reload_command if app.hot_reload else app.command,
        health_path=app.health_path,
        ready_path=app.ready_path,
        replicas=app.replicas or (PRODUCTION_REPLICAS if production else 1),
        resources=Resources(cpu_shares=INTAKE_SHARES, cpus=1, memory_mib=app.memory_mib),
        up_path=app.up_path,
    )


def ingress_args(settings: EvolutionSettings, app: HttpConnection, *, production: bool) -> IngressArgs:
    """Returns the arguments of the proxy: on every address with TLS in production, on the loopback otherwise."""
    tls, shift = settings.ingress.tls, settings.port_offset
    if tls is None:
        return IngressArgs(
            app=app,
            host_port=settings.ingress.port + shift,
            resources=INGRESS_RESOURCES,
            settings=settings.ingress.settings,
        )
    pem = "\n".join((CHECKOUT / file).read_text().strip() for file in (tls.certificate, tls.key)) + "\n"
    return IngressArgs(
        address="0.0.0.0" if production else "127.0.0.1",  # noqa: S104 what an ingress is for
        app=app,
        resources=INGRESS_RESOURCES,
        settings=settings.ingress.settings,
        tls=Tls(pem=pem, port=tls.port + shift, redirect_port=tls.redirect_port + shift),
    )


def worker_args(settings: EvolutionSettings, application: Application) -> WorkerArgs:
    """Returns the arguments of the application's workers."""
    worker = settings.app.worker
    return WorkerArgs(
        application=application,
        command=worker.reload_command if settings.app.hot_reload else worker.command,
        health_command=worker.health_command,
        ready_command=worker.ready_command,
        replicas=worker.replicas,
        resources=Resources(cpu_shares=ANSWERING_SHARES, cpus=1, memory_mib=worker.memory_mib),
    )
