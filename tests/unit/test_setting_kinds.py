"""What values of the images' settings are taken for readable; the tables of kinds are about names there are."""

import pytest

from infra.checks.image_settings import CONTRACTS


@pytest.mark.parametrize(
    ("setting", "right", "wrong"),
    [
        ("evolutionApi QRCODE_LIMIT", ["30", "1"], ["0", "30x", "1e3", "trinta"]),
        ("evolutionApi DEL_INSTANCE", ["false", "true", "5"], ["no", "0", "False"]),
        ("evolutionApi WEBHOOK_RETRY_JITTER_FACTOR", ["0.2", "1", ".5"], ["0", "20%", "1.5"]),
        ("evolutionApi WEBHOOK_RETRY_NON_RETRYABLE_STATUS_CODES", ["400,401", "400, 401"], ["400;401", "4xx", "400,"]),
        ("evolutionApi CORS_METHODS", ["GET,POST"], ["get", "GET POST"]),
        ("db work_mem", ["16MB", "64", "1.5 GB", "1TB"], ["16mb", "63", "2TB", "many"]),
        ("db jit", ["on", "OFF", "true", "1"], ["an", "2"]),
        ("db autovacuum_vacuum_cost_delay", ["-1", "0.5ms", "100"], ["-2", "1s"]),
        ("db checkpoint_timeout", ["30", "5min", "1d", "40000ms"], ["29", "2d", "5m", "10ms"]),
        ("db effective_cache_size", ["8kB", "1GB", "524288"], ["0", "1G"]),
        ("db default_transaction_isolation", ["read committed"], ["read  committed", "none"]),
        ("redis loglevel", ["notice", "WARNING"], ["info"]),
        ("redis stream-node-max-bytes", ["4096", "4kb", "4KB", "1g"], ["4KiB", "-1"]),
        ("rabbitmq connection_max", ["infinity", "5"], ["inf", "Infinity"]),
        ("rabbitmq log.console.level", ["debug"], ["DEBUG", "warn"]),
        ("minio MINIO_SCANNER_CYCLE", ["1m", "1h30m", "0.5s"], ["1", "1 m", "m"]),
        ("ingress timeout server", ["60s", "500", "1h"], ["60sec", "1.5s", "-1"]),
        ("pgadmin PGADMIN_CONFIG_COMPRESS_LEVEL", ["9"], ["10", "True"]),
    ],
)
def test_values(setting: str, right: list[str], wrong: list[str]) -> None:
    """As the image reads them: measured on Postgres 15 and 16, taken from the source of the others."""
    service, _, name = setting.partition(" ")
    contract = CONTRACTS[service, "settings"]
    assert [value for value in right if contract.allowed(name, value)] == []
    assert [value for value in wrong if not contract.allowed(name, value)] == []


def test_what_is_not_set_is_not_judged() -> None:
    """An empty variable counts as none; a text is the program's own affair."""
    contract = CONTRACTS["evolutionApi", "settings"]
    assert contract.allowed("QRCODE_LIMIT", "") == contract.allowed("SERVER_NAME", "trinta") == ""


def test_every_kind_is_of_a_name_that_is_free() -> None:
    """A kind of a misspelt name would check nothing."""
    sixteen = CONTRACTS["db", "settings"].free
    for path, contract in CONTRACTS.items():
        names = contract.free | (sixteen if path[0] == "evolutionPostgres" else set())
        assert sorted(contract.kinds.keys() - names) == []
