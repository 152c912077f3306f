"""The twin of Evolution API keeps its contract: its own tests, on the Node it runs on, with a Postgres beside them."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import docker
import pytest
from docker.models.containers import Container
from rich.console import Console

from components.base import lock
from infra.config import image_source
from operations import images
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

TWIN = lock.CHECKOUT / "images" / "evolution-api"
SCRIPT = "cp -r /twin /tmp/twin && cd /tmp/twin && npm ci --no-audit --no-fund --loglevel=error && npm test"

WAIT = "until psql -h 127.0.0.1 -U postgres -c 'SELECT 1' >/dev/null 2>&1; do sleep 0.2; done"
"""The entrypoint's own server for the first set-up listens on no network address."""


def test_the_twins_own_tests(engine: docker.DockerClient) -> None:
    """All but those that need a broker; the answers of the real server, call by call, are among them."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["node", "postgres-16"], Console())
    with _postgres(engine, source) as (database, password):
        environment = {
            "NODE_EXTRA_CA_CERTS": "/etc/ssl/certs/ca-certificates.crt",  # those the image was built with
            "TWIN_TEST_DATABASE_URI": f"postgresql://postgres:{password}@{_address(database)}:5432/postgres",
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
    assert "without Postgres a valid token is a 401" in said, "the table of answers was not run"


@contextmanager
def _postgres(engine: docker.DockerClient, source: lock.Source) -> Iterator[tuple[Container, str]]:
    """A Postgres of its own that takes connections, and the password of its superuser."""
    password = secrets.token_hex(8)
    environment = {"PGPASSWORD": password, "POSTGRES_PASSWORD": password}
    reference = lock.reference("postgres-16", source)
    server = engine.containers.run(reference, detach=True, environment=environment, labels=TEST_LABELS)
    try:
        waited = server.exec_run(["timeout", "60", "sh", "-c", WAIT])
        assert waited.exit_code == 0, server.logs().decode(errors="replace")
        yield server, password
    finally:
        server.remove(force=True, v=True)


def _address(server: Container) -> str:
    server.reload()
    return str(server.attrs["NetworkSettings"]["IPAddress"])
