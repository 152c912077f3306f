"""What goes wrong with Evolution API in the field, a test per cause; what needs an engine is in `tests/engine`.

Wrong configurations are in `tests/config/wrong/evolution.yaml` and `images.yaml`: an image that stopped at 2.2.3 or
asks a licence server, variables that nothing reads, a pinned WhatsApp version, public keys.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from components import evolution_settings
from components.audio_converter import AudioConverterConnection
from components.base.connections import PostgresConnection, RabbitConnection, RedisConnection, TcpConnection
from components.base.lock import CHECKOUT
from components.base.s3 import S3Connection
from components.evolution_api import EvolutionApiArgs, evolution_spec
from components.evolution_contract import CONTRACT, QUEUE_EVENTS, queue_variable
from components.evolution_settings import EvolutionSecrets, plain_settings, settings_file
from stacks import evolution_parts as parts
from stacks.settings.evolution_api import EvolutionApiSettings
from tests.recorder import Graph, defaults

EXAMPLE = CHECKOUT / "images" / "evolution-api" / "env.example"
"""The file that the image ships, or what is like it: it fills whatever is not written."""


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Development's graph."""
    return defaults()


def inputs(graph: Graph, name: str) -> Mapping[str, Any]:
    """Returns a container's inputs."""
    return graph.one("Container", name).inputs


MEDIA = S3Connection(
    access_key="evolution", bucket="evolution", host="minio.internal", ready=(), secret_key=pulumi.Output.secret("s3")
)


def held() -> EvolutionSecrets:
    """Returns made-up secrets."""
    secret = pulumi.Output.secret
    return EvolutionSecrets(
        api_key=secret("key"),
        broker=RabbitConnection(host="rabbitmq", password=secret("p1"), ready=(), user="evolution", vhost="evolution"),
        cache=RedisConnection(database=6, host="redis", password=secret("p2"), ready=(), user="app"),
        converter=AudioConverterConnection(api_key=secret("convert"), host="audio-converter", port=4040, ready=()),
        database=PostgresConnection(database="evo", host="pg", password=secret("p3"), ready=(), user="evo"),
        media=MEDIA,
        meta_token=secret("meta"),
        metrics_password=secret("metrics"),
    )


def server_args(outside: list[TcpConnection]) -> EvolutionApiArgs:
    """Returns the arguments of a server with made-up secrets."""
    secrets = held()
    return EvolutionApiArgs(
        broker=secrets.broker,
        cache=secrets.cache,
        client_name="c",
        converter=secrets.converter,
        database=secrets.database,
        media=secrets.media,
        outside=outside,
    )


@pytest.mark.parametrize(
    ("integration", "outside"),
    [("EVOLUTION", []), ("WHATSAPP-BAILEYS", ["web.whatsapp.com"]), ("WHATSAPP-BUSINESS", ["graph.facebook.com"])],
)
def test_the_way_to_whatsapp_is_tried_before_a_start(integration: str, outside: list[str]) -> None:
    """No QR code appears on a machine without one; the instance's own row or a further one says that it is needed."""
    rows = [{"name": "shop", "number": "5511999990001", "integration": integration}]
    for tree in ({"integration": integration}, {"otherInstances": rows}):
        settings = EvolutionApiSettings.model_validate_json(json.dumps(tree))
        found = parts.outside(settings)
        assert [(row.host, row.port) for row in found] == [(host, 443) for host in outside]
        uses = evolution_spec("evolution-api", server_args(found), "", "").uses
        assert [row for row in uses if isinstance(row, TcpConnection)] == found


def written(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Returns the settings file as a shell, node and dotenv read it."""
    plain = plain_settings(
        client_name="c",
        converter=AudioConverterConnection(api_key=pulumi.Output.secret("x"), host="a", port=4040, ready=()),
        extra=extra or {},
        host="evolution-api",
        media=MEDIA,
        queue_events=["GROUP_UPDATE"],
    )
    found: list[str] = []

    @mocks.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[None]:
        return settings_file(plain, held()).apply(found.append)

    program()
    rows = [re.fullmatch(r"([A-Za-z0-9_]+)=('?)([^']*)\2", line) for line in found[0].splitlines()]
    assert all(rows), found[0]
    return {row[1]: row[3] for row in rows if row}


@pytest.fixture(scope="module")
def file(graph: Graph) -> dict[str, str]:
    """The settings file, after a run that has set mocks."""
    assert graph
    return written()


def test_nothing_is_left_to_the_file_in_the_image(file: dict[str, str]) -> None:
    """Row 3: what is not written takes its example's value, the public key and foreign hosts among them."""
    shipped = {line.partition("=")[0] for line in EXAMPLE.read_text().splitlines() if re.match(r"[A-Z]", line)}
    assert shipped - file.keys() - evolution_settings.ENVIRONMENT.keys() == set()


def test_every_free_name_may_be_set(graph: Graph) -> None:
    """What the contract allows reaches the file, and wins."""
    assert graph
    assert written({"LANGUAGE": "en", "SERVER_NAME": "my gateway"}).items() >= {
        ("LANGUAGE", "en"),
        ("SERVER_NAME", "my gateway"),
    }
    assert not [name for name in CONTRACT.free if CONTRACT.refusal(name)]


def test_networks_are_our_own(graph: Graph) -> None:
    """Row 4: no network that somebody else must have made."""
    own = {network.inputs["name"] for network in graph.of("Network")}
    used = {row["name"] for found in graph.of("Container") for row in found.inputs["networksAdvanced"]}
    assert used <= own


@pytest.mark.parametrize("server", ["evolution-postgres", "rabbitmq", "redis"])
def test_its_stores_are_proven_before_it_starts(graph: Graph, server: str) -> None:
    """Rows 3, 5 and 6: with its own credentials, database number and virtual host, from its own networks."""
    prepare = graph.one("Prepare", "evolution-api-prepare")
    assert prepare.inputs["proof"]["service"] == "evolution-api"
    assert prepare.depends_on >= {f"{server}-gate"}


def test_addresses_are_read_without_decoding(file: dict[str, str]) -> None:
    """Row 6: the virtual host is one that exists, and generated secrets need no percent signs."""
    assert file["RABBITMQ_URI"] == "amqp://evolution:p1@rabbitmq:5672/evolution"
    assert file["CACHE_REDIS_URI"] == "redis://app:p2@redis:6379/6"
    assert all(not row.inputs["special"] for row in defaults().of("RandomPassword"))


def test_a_lost_broker_makes_it_unhealthy(graph: Graph) -> None:
    """Row 6: after ten tries it would drop events for ever without a word."""
    assert ":1628 01" in json.dumps(inputs(graph, "evolution-api")["healthcheck"]["tests"])


def test_group_updates_arrive(file: dict[str, str]) -> None:
    """Row 7: the code reads another name than every example has."""
    assert queue_variable("GROUP_UPDATE") == "RABBITMQ_EVENTS_GROUPS_UPDATE"
    assert file["RABBITMQ_EVENTS_GROUPS_UPDATE"] == "true"
    assert "RABBITMQ_EVENTS_GROUP_UPDATE" not in file
    assert {queue_variable(event) for event in QUEUE_EVENTS} <= file.keys()


def test_the_webhook_is_wired_from_the_graph(graph: Graph) -> None:
    """Row 8: no localhost, a name on a common network, a domain to validators; the global one is off."""
    declared = json.loads(graph.one("Prepare", "instances-prepare").inputs["files"]["instances.json"])
    assert {row["webhook"]["url"] for row in declared["instances"]} == {
        "http://ingress.internal:8000/webhooks/evolution"
    }
    edge = [inputs(graph, name)["networksAdvanced"] for name in ("evolution-api", "ingress")]
    assert all(any(row["name"].endswith("-edge") for row in rows) for rows in edge)
    aliases = [alias for row in inputs(graph, "ingress")["networksAdvanced"] for alias in row["aliases"]]
    assert "ingress.internal" in aliases


def test_the_webhook_hears_what_becomes_of_a_message(graph: Graph) -> None:
    """Edits and deletions are events of their own: whoever asks for messages alone answers what was taken back."""
    declared = json.loads(graph.one("Prepare", "instances-prepare").inputs["files"]["instances.json"])
    for row in declared["instances"]:
        assert {"MESSAGES_UPSERT", "MESSAGES_EDITED", "MESSAGES_DELETE"} <= set(row["webhook"]["events"])


def test_sessions_survive_a_restart(graph: Graph, file: dict[str, str]) -> None:
    """Row 9: a volume on the instances, an append-only Redis that evicts nothing."""
    assert {"/evolution/instances", "/run/secrets/evolution-api"} == {
        row["containerPath"] for row in inputs(graph, "evolution-api")["volumes"]
    }
    redis = graph.one("Prepare", "redis-prepare").inputs["files"]["redis.conf"]
    assert "appendonly yes" in redis
    assert "maxmemory-policy noeviction" in redis
    assert file["CACHE_REDIS_SAVE_INSTANCES"] == "false"
    assert file["DATABASE_SAVE_DATA_INSTANCE"] == "true"


def test_it_never_overlaps_itself(graph: Graph) -> None:
    """Row 10: one fixed name, deleted before replaced."""
    server = graph.one("Container", "evolution-api")
    assert server.inputs["name"] == "zapstack-dev-evolution-evolution-api"
    assert server.request["deleteBeforeReplace"] is True


def test_keys_are_generated(graph: Graph) -> None:
    """Row 13: the global key, and the tokens of every instance, each its own."""
    made = {row.name for row in graph.of("RandomPassword")}
    assert made >= {"evolution-api-api-key", "instances-assistant-token", "instances-smoke-token"}


def test_the_start_script_has_nothing_to_print(graph: Graph, file: dict[str, str]) -> None:
    """Row 14: it echoes DATABASE_URL."""
    environments = [inputs(graph, name)["envs"] for name in ("evolution-api", "evolution-api-migrate")]
    assert not [line for rows in environments for line in rows if line.startswith("DATABASE_URL=")]
    assert "DATABASE_URL" not in file


def test_health_asks_nobody_else(graph: Graph) -> None:
    """Row 15: the start page would ask web.whatsapp.com at every check."""
    text = json.dumps(inputs(graph, "evolution-api")["healthcheck"]["tests"])
    assert "127.0.0.1:8080/manager/" in text


def test_metrics_answer(file: dict[str, str]) -> None:
    """Row 16: the list of addresses in the image would refuse the monitoring."""
    assert file["METRICS_ALLOWED_IPS"] == ""
    assert file["PROMETHEUS_METRICS"] == "true"


def test_node_itself_is_started(graph: Graph) -> None:
    """Row 18: under an init, so that it ends at SIGTERM; migrations are a job of their own (row 11)."""
    server = inputs(graph, "evolution-api")
    assert server["entrypoints"] == ["node"]
    assert server["init"] is True
