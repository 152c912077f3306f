"""The smoke conversation: it tries what Evolution API has, and keeps no key where it can be read."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from stacks.settings.evolution import EvolutionSettings
from tests.recorder import MADE_UP, Graph, defaults, record, stack_config

OUTSIDE = {
    "access_key": f"{MADE_UP}-access",
    "bucket": "shop-media",
    "host": "s3.example.com",
    "region": "eu-west-1",
    "secret_key": f"{MADE_UP}-secret",
}


@pytest.fixture(params=["minio", "s3"], scope="module")
def graph(request: pytest.FixtureRequest) -> Graph:
    """What is registered with a bucket of its own, and with one of somebody else's."""
    if request.param == "minio":
        return defaults()
    return record(stack_config(systems={"evolution": EvolutionSettings.model_validate({"s3": OUTSIDE})}))


def secret_files(graph: Graph, service: str) -> Mapping[str, str]:
    """Returns the secret files of a container, in the clear."""
    held: dict[str, str] = graph.one("Prepare", f"{service}-prepare").request["object"]["secret_files"]["value"]
    return held


def plain(graph: Graph) -> dict[str, Any]:
    """Returns the settings file of the conversation."""
    found: dict[str, Any] = json.loads(graph.one("Prepare", "smoke-prepare").inputs["files"]["smoke.json"])
    return found


def test_it_tries_the_very_connections_of_evolution(graph: Graph) -> None:
    """Another key or another address would prove nothing of what Evolution can do."""
    lines = secret_files(graph, "evolution-api")[".env"].splitlines()
    evolution = {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}
    settings, secrets = plain(graph), secret_files(graph, "smoke")
    bucket = settings["bucket"]
    assert {
        "API_AUDIO_CONVERTER": settings["converter_url"],
        "API_AUDIO_CONVERTER_KEY": secrets["converter_key"],
        "S3_ACCESS_KEY": secrets["bucket_access_key"],
        "S3_BUCKET": bucket["bucket"],
        "S3_ENDPOINT": bucket["host"],
        "S3_PORT": str(bucket["port"]),
        "S3_REGION": bucket["region"],
        "S3_SECRET_KEY": secrets["bucket_secret_key"],
        "S3_USE_SSL": str(bucket["use_ssl"]).lower(),
    }.items() <= evolution.items()


def test_every_file_it_names_is_there(graph: Graph) -> None:
    """By its place in the container."""
    named = {value for key, value in plain(graph).items() if key.endswith("_file")}
    assert named == {f"/run/secrets/smoke/{name}" for name in secret_files(graph, "smoke")}


def test_no_key_is_in_the_plain_file(graph: Graph) -> None:
    """It is shown in previews; the name of a key to somebody else's bucket counts as one."""
    assert MADE_UP not in json.dumps(plain(graph))


def test_it_reaches_the_bucket(graph: Graph) -> None:
    """On the networks of the system's own, and with a way out when it is somebody else's."""
    rows = graph.one("Container", "smoke").inputs["networksAdvanced"]
    networks = {re.sub(r".*-", "", row["name"]) for row in rows}
    served = graph.of("Container")
    minio = {row["name"] for found in served if found.name == "minio" for row in found.inputs["networksAdvanced"]}
    assert networks == ({"edge"} if minio else {"edge", "egress"})
    assert not minio or {row["name"] for row in rows} <= minio
