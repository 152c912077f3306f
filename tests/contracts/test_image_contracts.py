"""Rules for what may be set in third-party images, over all contracts."""

import pytest

from components import ingress, postgres_contract, rabbitmq, redis
from components.base.connections import HttpConnection
from components.base.image_contract import ImageContract
from components.ingress_contract import TIMEOUTS
from components.minio import MinioArgs, minio_spec
from components.pgadmin import PgAdminArgs, pgadmin_spec
from components.postgres import PostgresArgs, postgres_spec
from components.rabbitmq import RabbitMqArgs
from components.redis import RedisArgs
from infra.checks.image_settings import CONTRACTS
from infra.fields import leaves
from stacks import evolution_parts
from stacks.registry import SYSTEMS
from stacks.settings.evolution import EvolutionSettings

CHANGEABLE = {"jit", "log.console.level", "max_message_size", "tcp-keepalive", *TIMEOUTS}
"""Names that the product writes and that may nevertheless be set: all values do."""

CASES = [pytest.param(contract, id=".".join(map(str, path))) for path, contract in CONTRACTS.items()]


def written() -> list[tuple[str, str]]:
    """Returns every name the product gives a store, with the part of the configuration that has its settings."""
    args = PostgresArgs(database="shop", user="shop", volume="v")
    options = [part.partition("=")[0] for part in postgres_spec("db", args, "", "", "").command if "=" in part]
    shown = PgAdminArgs(databases=(), host_port=5050)
    directives = [line.split()[0] for line in redis.config("", RedisArgs(volume="v")).splitlines()]
    front = HttpConnection(host="app", port=8000, ready=())
    section = ingress.config("ingress", [front]).partition("defaults\n")[2].partition("\n\n")[0].splitlines()
    keywords = [" ".join(line.split()[: 2 if line.split()[0] in {"option", "timeout"} else 1]) for line in section]
    keys = [line.split()[0] for line in rabbitmq.config("", RabbitMqArgs(consumers=(), volume="v")).splitlines()]
    return [
        *(("db", name) for name in options),
        *(("ingress", keyword) for keyword in keywords),
        *(("minio", name) for name in minio_spec("minio", MinioArgs(), "").environment),
        *(("evolutionPostgres", name) for name in options),
        *(("pgadmin", name) for name in pgadmin_spec("pgadmin", shown, "", "").environment),
        *(("redis", name) for name in directives),
        *(("rabbitmq", name) for name in keys),
    ]


def test_every_map_of_settings_has_a_contract() -> None:
    """And no contract is for a map that does not exist."""
    maps = {path for kind in SYSTEMS.values() for path, _ in leaves(kind.settings) if path[-1] == "settings"}
    assert maps == CONTRACTS.keys()


@pytest.mark.parametrize(("service", "name"), written())
def test_what_the_product_sets_is_refused(service: str, name: str) -> None:
    """One of two values would silently win."""
    contract = CONTRACTS[service, "settings"]
    assert bool(contract.refusal(name)) is (name not in CHANGEABLE)


@pytest.mark.parametrize("contract", CASES)
def test_a_name_stands_once(contract: ImageContract) -> None:
    """A name that is free and refused would be free."""
    assert not contract.free & contract.refused.keys()
    assert not contract.prefixes.keys() & (contract.free | contract.refused.keys())


@pytest.mark.parametrize("contract", CASES)
def test_reasons_complete_a_sentence(contract: ImageContract) -> None:
    """The message adds the full stop."""
    reasons = {*contract.refused.values(), *contract.prefixes.values(), contract.unknown, contract.listed}
    assert [why for why in reasons if not why or why.endswith(".")] == []


def test_each_database_has_the_contract_of_its_version() -> None:
    """The two servers are of different majors."""
    settings = EvolutionSettings()
    majors = {
        "db": evolution_parts.database(settings.db, "v", None).major,
        "evolutionPostgres": evolution_parts.evolution_database(settings.evolution_postgres, None).major,
    }
    for service, major in majors.items():
        assert CONTRACTS[service, "settings"] is postgres_contract.CONTRACTS[major]


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("db", "archive_command"),
        ("db", "fsync"),
        ("db", "hba_file"),
        ("db", "restore_command"),
        ("db", "ssl_key_file"),
        ("db", "ssl_passphrase_command"),
        ("db", "unix_socket_directories"),
        ("ingress", "bind"),
        ("ingress", "http-request"),
        ("ingress", "option httplog"),
        ("ingress", "retry-on"),
        ("ingress", "stats socket"),
        ("minio", "MINIO_API_ROOT_ACCESS"),
        ("minio", "MINIO_BROWSER"),
        ("minio", "MINIO_CONFIG_ENV_FILE"),
        ("minio", "MINIO_IDENTITY_PLUGIN_URL"),
        ("minio", "MINIO_KMS_SECRET_KEY"),
        ("minio", "MINIO_NOTIFY_WEBHOOK_ENDPOINT_shop"),
        ("minio", "MINIO_PROMETHEUS_AUTH_TYPE"),
        ("pgadmin", "PGADMIN_CONFIG_ENABLE_PSQL"),
        ("pgadmin", "PGADMIN_CONFIG_SERVER_MODE"),
        ("pgadmin", "PGADMIN_CONFIG_WTF_CSRF_ENABLED"),
        ("pgadmin", "PGADMIN_DEFAULT_PASSWORD"),
        ("rabbitmq", "auth_mechanisms.1"),
        ("rabbitmq", "default_user_tags.administrator"),
        ("rabbitmq", "listeners.ssl.default"),
        ("rabbitmq", "management.load_definitions"),
        ("redis", "aclfile"),
        ("redis", "enable-module-command"),
        ("redis", "loadmodule"),
        ("redis", "min-replicas-to-write"),
        ("redis", "unixsocket"),
    ],
)
def test_doors_stay_shut(service: str, name: str) -> None:
    """And nothing that is kept is thrown away."""
    assert CONTRACTS[service, "settings"].refusal(name)


@pytest.mark.parametrize(
    ("service", "names"),
    [
        ("db", ("log_min_duration_statement", "max_wal_size", "random_page_cost", "statement_timeout", "work_mem")),
        ("evolutionPostgres", ("autovacuum_naptime", "effective_cache_size", "shared_preload_libraries")),
        ("ingress", ("timeout client", "timeout server", "timeout http-keep-alive", "compression algo")),
        ("minio", ("MINIO_API_REQUESTS_MAX", "MINIO_COMPRESSION_ENABLE", "MINIO_SCANNER_SPEED")),
        ("pgadmin", ("PGADMIN_CONFIG_MAX_SESSION_IDLE_TIME", "PGADMIN_CONFIG_SESSION_EXPIRATION_TIME")),
        ("rabbitmq", ("channel_max", "consumer_timeout", "heartbeat", "max_message_size", "raft.wal_max_size_bytes")),
        ("redis", ("client-output-buffer-limit", "io-threads", "maxclients", "slowlog-log-slower-than", "timeout")),
    ],
)
def test_what_people_tune_may_be_set(service: str, names: tuple[str, ...]) -> None:
    """A contract that refuses what is needed would be worked around."""
    assert CONTRACTS[service, "settings"].free >= set(names)
