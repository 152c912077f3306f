"""Media in the bucket, as Evolution API would keep them: by its own key, below its own folder."""

import json
from collections.abc import Mapping
from typing import Any

import docker

from tests.engine.checkout import Checkout
from tests.engine.conftest import containers

FOLDER = "evolution-api/instance/contact/audio"
KEEP = """
printf %s "$CONTENT" >/tmp/kept
mc cp --quiet /tmp/kept "evolution/evolution/$NAME" >/dev/null
mc share download --json --expire 10m "evolution/evolution/$NAME"
"""


def bucket_keys(checkout: Checkout) -> Mapping[str, str]:
    """Returns what a person would look up: the keys of MinIO and of its bucket, by name."""
    shown = checkout.pulumi("stack output credentials --show-secrets --json")
    keys: Mapping[str, str] = json.loads(shown.text)["evolution"]["minio"]
    return keys


def evolution_at(keys: Mapping[str, str], host: str) -> Mapping[str, str]:
    """Returns the environment in which `mc`, in MinIO's container, is Evolution API: its server is called `evolution`.

    Args:
        keys: Of MinIO.
        host: The name that is asked, which is the one links are signed for.
    """
    return {
        "MC_CONFIG_DIR": "/tmp/.mc",  # noqa: S108 inside the container
        "MC_HOST_evolution": f"http://{keys['access key']}:{keys['secret key']}@{host}:9000",
    }


def keep(engine: docker.DockerClient, keys: Mapping[str, str], name: str, content: str) -> str:
    """Puts an object into the bucket as Evolution API does, and returns the signed link it would send."""
    minio: Any = engine.containers.get(containers(engine)["minio"]["Id"])
    environment = {**evolution_at(keys, "minio.internal"), "CONTENT": content, "NAME": f"{FOLDER}/{name}"}
    done = minio.exec_run(["sh", "-ec", KEEP], environment=environment)
    assert done.exit_code == 0, done.output
    link: str = json.loads(done.output)["share"]
    return link


def objects(engine: docker.DockerClient) -> set[str]:
    """Returns the media in MinIO's volume, by their folders."""
    minio: Any = engine.containers.get(containers(engine)["minio"]["Id"])
    found = minio.exec_run(["find", "/data/evolution", "-name", "xl.meta"])
    assert found.exit_code == 0, found.output
    return set(found.output.decode().split())
