"""A bucket of somebody else's server in MinIO's place, and back again."""

import json
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from components.base import lock
from infra.config import image_source
from tests.engine.checkout import TEST_LABELS
from tests.engine.conftest import STACK, Checkout, containers
from tests.engine.flagship import reply
from tests.engine.media import bucket_keys, keep, objects

pytestmark = [pytest.mark.engine, pytest.mark.long]

Server = Any
"""A container; partly untyped in the library's stubs."""

HOST, PORT, BUCKET = "s3.e2e.test", 9000, "shop-media"
KEY, SECRET = "owner-of-the-bucket", "as+others/make=them.0"
VOLUME = f"zapstack-{STACK}-evolution-minio_data"
ENV = f"""S3_ACCESS_KEY={KEY}
S3_BUCKET={BUCKET}
S3_ENDPOINT={HOST}
S3_PORT={PORT}
S3_SECRET_KEY={SECRET}
S3_USE_SSL=false
"""
MAKE_BUCKET = f"""
until mc alias set own http://127.0.0.1:{PORT} "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD"; do sleep 0.2; done
mc mb own/{BUCKET}
mc version enable own/{BUCKET}
"""


@pytest.fixture(scope="module")
def earlier(checkout: Checkout) -> int:
    """How many messages the application has received before anything is changed."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    return reply(done.text)


@pytest.fixture(scope="module")
def kept(earlier: int, checkout: Checkout, engine: docker.DockerClient) -> set[str]:
    """The objects in MinIO before anything is changed."""
    assert earlier
    keep(engine, bucket_keys(checkout), "kept.ogg", "of MinIO")
    found = objects(engine)
    assert found
    return found


@pytest.fixture(scope="module")
def foreign(engine: docker.DockerClient, earlier: int) -> Iterator[Server]:
    """A server that is no part of the stack, where the stack's way out leads; its bucket remembers what was deleted."""
    assert earlier
    network = engine.networks.get(f"zapstack-{STACK}-evolution-egress")
    server: Server = engine.containers.create(
        lock.reference("minio", image_source("auto")),
        ["server", "/data", "--address", f":{PORT}"],
        environment={"MC_CONFIG_DIR": "/tmp/.mc", "MINIO_ROOT_PASSWORD": SECRET, "MINIO_ROOT_USER": KEY},  # noqa: S108 inside the container
        labels=TEST_LABELS,
        name="zapstack-test-s3",
        tmpfs={"/data": "mode=1777"},
    )
    try:
        network.connect(server, aliases=[HOST])
        server.start()
        made = server.exec_run(["timeout", "60", "sh", "-ec", MAKE_BUCKET])
        assert made.exit_code == 0, made.output
        yield server
    finally:
        server.remove(force=True, v=True)


def test_media_are_kept_there(
    earlier: int, kept: set[str], checkout: Checkout, foreign: Server, engine: docker.DockerClient
) -> None:
    """What the conversation wrote, opened and deleted was in that bucket; MinIO is gone, and its data are not."""
    assert kept
    (checkout.path / ".env").write_text(ENV)
    done = checkout.make("up")
    assert done.code == 0, done.text
    assert reply(done.text) == earlier + 1
    assert not {"minio", "minio-bucket"} & containers(engine).keys()
    listed = foreign.exec_run(["mc", "ls", "--recursive", "--versions", "--json", f"own/{BUCKET}"])
    rows = [json.loads(line) for line in listed.output.decode().splitlines()]
    written = {row["key"] for row in rows if not row.get("isDeleteMarker")}
    assert len(written) == 2, rows  # by the proof before Evolution's start, and by the conversation
    assert written == {row["key"] for row in rows if row.get("isDeleteMarker")}, "not deleted"
    assert engine.volumes.get(VOLUME)
    checkout.expect_no_changes()


def test_a_key_it_refuses_is_named_before_anything_stops(
    checkout: Checkout, foreign: Server, engine: docker.DockerClient
) -> None:
    """Without the key in the message."""
    assert foreign
    serving = containers(engine)["evolution-api"]["Id"]
    (checkout.path / ".env").write_text(ENV.replace(SECRET, "another-secret"))
    refused = checkout.pulumi("up --yes --skip-preview")
    assert refused.code != 0, refused.text
    assert f'AUTH failed: {HOST}:{PORT} refuses the key for bucket "{BUCKET}"' in refused.text, refused.text
    assert KEY not in refused.text
    assert "another-secret" not in refused.text
    assert containers(engine)["evolution-api"]["Id"] == serving


def test_back_again_minio_has_its_own_data(
    earlier: int, kept: set[str], checkout: Checkout, engine: docker.DockerClient
) -> None:
    """In the volume it had."""
    (checkout.path / ".env").unlink()
    back = checkout.make("up")
    assert back.code == 0, back.text
    assert reply(back.text) == earlier + 2
    assert objects(engine) == kept
    checkout.expect_no_changes()
