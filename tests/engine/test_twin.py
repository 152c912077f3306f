"""The twin of Evolution API keeps its contract: its own tests, on the Node it runs on."""

import re

import docker
import pytest
from rich.console import Console

from components.base import lock
from infra.config import image_source
from operations import images
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

TWIN = lock.CHECKOUT / "images" / "evolution-api"
SCRIPT = "cp -r /twin /tmp/twin && cd /tmp/twin && npm ci --no-audit --no-fund --loglevel=error && npm test"


def test_the_twins_own_tests(engine: docker.DockerClient) -> None:
    """All of them; what they need besides Node they bring along."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["node"], Console())
    environment = {
        "NODE_EXTRA_CA_CERTS": "/etc/ssl/certs/ca-certificates.crt",  # those the image was built with
        "npm_config_cache": "/tmp/npm",  # noqa: S108 inside the container
        "npm_config_update_notifier": "false",
    }
    container = engine.containers.run(
        lock.reference("node", source),
        ["-c", SCRIPT],
        detach=True,
        entrypoint="/bin/sh",
        environment=environment,
        labels=TEST_LABELS,
        network_mode="host",
        volumes={str(TWIN): {"bind": "/twin", "mode": "ro"}},
    )
    try:
        code = container.wait(timeout=300)["StatusCode"]
        said = container.logs().decode(errors="replace")
    finally:
        container.remove(force=True, v=True)
    assert code == 0, said
    assert re.search(r"\bpass [1-9]", said), said
