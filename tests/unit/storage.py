"""A system of nothing but object storage, converter and pgAdmin: what they register, recorded without an engine."""

from collections.abc import Mapping
from functools import cache
from typing import Final, cast

import pulumi

from components.audio_converter import AudioConverter, AudioConverterArgs
from components.base.engines.containers import ContainersEngine
from components.base.service import Job
from components.base.spec import JobSpec, Resources
from components.minio import Minio, MinioArgs
from components.minio_bucket import MinioBucket, MinioBucketArgs
from components.pgadmin import PgAdmin, PgAdminArgs
from components.postgres import Postgres, PostgresArgs
from components.versitygw import Versitygw, VersitygwArgs
from stacks.base import System, SystemArgs, SystemOutputs
from stacks.settings.base import Settings
from tests.recorder import Graph, record, stack_config

NO_OUTPUT: Final = cast("pulumi.Output[str]", "made-up")
"""A secret where no program runs: descriptions only pass it on."""


class StorageSettings(Settings):
    """None."""


def _ports(settings: StorageSettings, production: bool) -> Mapping[str, int]:  # noqa: ARG001, FBT001 as `System.ports`
    return {"minio": 9001, "pgadmin": 5050}


def _build(
    name: str,
    args: SystemArgs,  # noqa: ARG001 as `System.build`
    engine: ContainersEngine,
    opts: pulumi.ResourceOptions,
) -> SystemOutputs:
    system = pulumi.ComponentResource("zapstack:tests:Storage", name, None, opts)
    child = pulumi.ResourceOptions(parent=system)
    server = Minio("minio", MinioArgs(console_host_port=9001, s3_host_port=9000), engine, child).connection
    bucket = MinioBucket("bucket", MinioBucketArgs(bucket="media", server=server), engine, child).connection
    gateway = Versitygw("versitygw", VersitygwArgs(bucket="media", host_port=9010), engine, child)
    converter = AudioConverter("audio-converter", AudioConverterArgs(), engine, child).connection
    db = Postgres("db", PostgresArgs(database="shop", user="shop", volume="postgres_data"), engine, child).connection
    pgadmin = PgAdmin("pgadmin", PgAdminArgs(databases=(db,), host_port=5050), engine, child)
    consumer = JobSpec(
        image="python",
        networks=frozenset({"data", "edge"}),
        resources=Resources(memory_mib=64),
        secret_files={
            "audio_key": converter.api_key,
            "gateway_key": gateway.connection.secret_key,
            "s3_key": bucket.secret_key,
        },
        user="1000:1000",
        uses=(bucket, converter, gateway.connection),
    )
    Job("consumer", consumer, engine, child)
    return SystemOutputs(
        credentials={
            "minio": {"password": server.root_password, "user": server.root_user},
            "pgadmin": {"password": pgadmin.password},
            "versitygw": {"password": gateway.admin_key},
        },
        services=("audio-converter", "db", "minio", "pgadmin", "versitygw"),
        urls={},
    )


SYSTEMS: Mapping[str, System] = {
    "storage": System(
        build=_build,
        images=lambda _: ("audio-converter", "minio", "pgadmin", "postgres-16", "probe", "python", "versitygw"),
        ports=_ports,
        settings=StorageSettings,
    )
}


@cache
def graph() -> Graph:
    """Returns what it registers."""
    return record(stack_config(systems={"storage": StorageSettings()}), systems=SYSTEMS)
