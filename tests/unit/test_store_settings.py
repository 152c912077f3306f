"""How further settings reach a store: in one order, beside what the product sets, and never in place of it."""

from dataclasses import replace

from components import ingress, rabbitmq, redis
from components.base.connections import HttpConnection
from components.minio import MinioArgs, minio_spec
from components.pgadmin import PgAdminArgs, pgadmin_spec
from components.postgres import PostgresArgs, postgres_spec
from components.rabbitmq import RabbitMqArgs
from components.redis import RedisArgs
from stacks import evolution_parts
from stacks.settings.evolution import EvolutionSettings

GIVEN = EvolutionSettings.model_validate(
    {
        "db": {"settings": {"work_mem": "16MB", "log_line_prefix": "%m [%p] "}},
        "evolutionPostgres": {"settings": {"jit": "on"}},
        "ingress": {"settings": {"timeout server": "2m"}},
        "minio": {"settings": {"MINIO_SCANNER_SPEED": "slow"}},
        "pgadmin": {"enabled": True, "settings": {"PGADMIN_CONFIG_MFA_ENABLED": "False"}},
        "rabbitmq": {"settings": {"heartbeat": "30"}},
        "redis": {"settings": {"maxclients": "500"}},
    }
)


def command(settings: dict[str, str]) -> tuple[str, ...]:
    """Returns the command of a server."""
    args = PostgresArgs(database="shop", settings=settings, user="shop", volume="v")
    return tuple(postgres_spec("db", args, "", "", "").command)


def test_parameters_of_postgres_follow_its_own() -> None:
    """Sorted, so that another order in the stack's file restarts nothing; a value with spaces is one argument."""
    plain = command({})
    further = command({"work_mem": "16MB", "log_line_prefix": "%m [%p] "})
    assert further == (*plain, "-c", "log_line_prefix=%m [%p] ", "-c", "work_mem=16MB")
    assert command({"log_line_prefix": "%m [%p] ", "work_mem": "16MB"}) == further


def test_directives_of_redis_are_lines_of_its_file() -> None:
    """What the product writes stays."""
    plain = redis.config("/f", RedisArgs(volume="v")).splitlines()
    further = redis.config("/f", RedisArgs(settings={"maxclients": "500", "hz": "20"}, volume="v")).splitlines()
    assert further == sorted([*plain, "hz 20", "maxclients 500"])


def test_keys_of_rabbitmq_are_lines_of_its_file() -> None:
    """What the product writes stays."""
    plain = rabbitmq.config("/f", RabbitMqArgs(consumers=(), volume="v")).splitlines()
    args = RabbitMqArgs(consumers=(), settings={"heartbeat": "30", "channel_max": "64"}, volume="v")
    assert rabbitmq.config("/f", args).splitlines() == sorted([*plain, "channel_max = 64", "heartbeat = 30"])


def test_variables_of_minio_are_in_its_environment() -> None:
    """What the product writes stays, whatever is given."""
    plain = minio_spec("minio", MinioArgs(), "").environment
    further = minio_spec("minio", MinioArgs(settings={"MINIO_SCANNER_SPEED": "slow"}), "").environment
    assert further == {**plain, "MINIO_SCANNER_SPEED": "slow"}
    assert minio_spec("minio", MinioArgs(settings={"MINIO_UPDATE": "on"}), "").environment == plain


def test_a_default_that_may_be_set_stands_once() -> None:
    """A second line of the same name would be read by one server and refused by another."""
    quiet = rabbitmq.config("/f", RabbitMqArgs(consumers=(), settings={"log.console.level": "error"}, volume="v"))
    assert [line for line in quiet.splitlines() if line.startswith("log.console.level")] == [
        "log.console.level = error"
    ]
    alive = redis.config("/f", RedisArgs(settings={"tcp-keepalive": "300"}, volume="v"))
    assert [line for line in alive.splitlines() if line.startswith("tcp-keepalive")] == ["tcp-keepalive 300"]
    assert [part for part in command({"jit": "on"}) if part.startswith("jit=")] == ["jit=on"]


def test_what_either_source_would_do_by_itself_is_said() -> None:
    """Servers of the two sources differ in it: what passes on one would fail, or take its time, on the other."""
    assert "jit=off" in command({})
    plain = RabbitMqArgs(consumers=(), volume="v")
    assert "max_message_size = 16777216" in rabbitmq.config("/f", plain).splitlines()
    large = rabbitmq.config("/f", replace(plain, settings={"max_message_size": "33554432"}))
    assert [line for line in large.splitlines() if "message" in line] == ["max_message_size = 33554432"]


def test_lines_of_the_proxy_stand_in_its_defaults() -> None:
    """One that the product writes too has the given value, and stands once."""
    app = HttpConnection(host="app", port=8000, ready=())
    plain = ingress.config("ingress", [app]).splitlines()
    further = ingress.config("ingress", [app], settings={"timeout server": "2m", "fullconn": "50"}).splitlines()
    assert set(further) - set(plain) == {"    timeout server 2m", "    fullconn 50"}
    assert set(plain) - set(further) == {"    timeout server 60s"}
    assert further.index("defaults") < further.index("    fullconn 50") < further.index("resolvers engine")


def test_variables_of_pgadmin_are_in_its_environment() -> None:
    """What the product writes stays, whatever is given."""
    args = PgAdminArgs(databases=(), host_port=5050)
    plain = pgadmin_spec("pgadmin", args, "", "").environment
    given = replace(args, settings={"PGADMIN_CONFIG_MFA_ENABLED": "False", "PGADMIN_LISTEN_PORT": "1"})
    assert pgadmin_spec("pgadmin", given, "", "").environment == {**plain, "PGADMIN_CONFIG_MFA_ENABLED": "False"}


def test_the_flagship_hands_each_store_its_own() -> None:
    """And to no other."""
    assert evolution_parts.database(GIVEN.db, "v", None).settings == GIVEN.db.settings
    assert evolution_parts.evolution_database(GIVEN.evolution_postgres, None).settings == {"jit": "on"}
    front = HttpConnection(host="app", port=8000, ready=())
    assert evolution_parts.ingress_args(GIVEN, front, production=True).settings == {"timeout server": "2m"}
    assert evolution_parts.pgadmin_args(GIVEN, (), {"pgadmin": 5050}).settings == GIVEN.pgadmin.settings
    assert evolution_parts.minio_args(GIVEN.minio, None, None).settings == {"MINIO_SCANNER_SPEED": "slow"}
    assert evolution_parts.rabbitmq_args(GIVEN, None).settings == {"heartbeat": "30"}
    assert evolution_parts.redis_args(GIVEN).settings == {"maxclients": "500"}
