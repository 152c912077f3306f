"""Images by digest from a registry; another build of each store's image keeps its data."""

import io
import json

import docker
import pytest

from components.base import lock
from stacks import evolution
from stacks.settings.evolution import EvolutionSettings
from tests.engine.conftest import Checkout, containers
from tests.engine.flagship import changed, reply
from tests.engine.media import bucket_keys, keep, objects
from tests.engine.registry import forget, pushed, registry
from tests.engine.test_flagship_stops import keep_key, redis_keys

pytestmark = [pytest.mark.engine, pytest.mark.long]

STORES = {
    "minio": "minio",
    "postgres-15": "evolution-postgres",
    "postgres-16": "db",
    "rabbitmq": "rabbitmq",
    "redis": "redis",
}
"""Image to service. Only one version of each can be had without a registry: what changes is the build, not the minor
version, so that the container is made anew on the same volume."""


def test_every_image_by_digest_from_a_registry(checkout: Checkout, engine: docker.DockerClient) -> None:
    """Pulled and pinned: what runs is what the digest says, in the stack's own images too."""
    wanted = [name for name in evolution.images(EvolutionSettings()) if lock.load()[name].registry]
    with registry(engine):
        pinned = pushed(engine, wanted)
        assert set(pinned) == set(wanted)
        with changed(checkout, "", above=f"  zapstack:imageOverrides: {json.dumps(pinned)}\n"):
            done = checkout.make("up")
            assert done.code == 0, done.text
            checkout.expect_no_changes()
        digests = {
            digest
            for found in containers(engine).values()
            for digest in engine.images.get(found["Image"]).attrs["RepoDigests"]
        }
        assert {reference for name, reference in pinned.items() if name != "python"} <= digests
    back = checkout.make("up")
    assert back.code == 0, back.text
    forget(engine, pinned)


def rebuilt(engine: docker.DockerClient, image: str, service: str) -> str:
    """Builds an image of the same version that is another one, and returns its id."""
    used = containers(engine)[service]["Image"]
    text = f"FROM {used}\nLABEL build=another\n"
    other, _ = engine.images.build(fileobj=io.BytesIO(text.encode()), rm=True, tag=f"upgrade.test/{image}:other")
    return str(other.id)


def test_another_build_of_every_store_keeps_its_data(checkout: Checkout, engine: docker.DockerClient) -> None:
    """All five at once: messages, session keys, queues and media are there, and logins work."""
    up = checkout.make("up")
    assert up.code == 0, up.text
    keep(engine, bucket_keys(checkout), "kept.ogg", "of an earlier build")
    earlier, kept, media = reply(up.text), keep_key(checkout, engine), objects(engine)
    assert kept
    assert media
    others = {image: rebuilt(engine, image, service) for image, service in STORES.items()}
    with changed(checkout, "", above=f"  zapstack:imageOverrides: {json.dumps(others)}\n"):
        done = checkout.make("up")
        assert done.code == 0, done.text
        for image, service in STORES.items():
            assert containers(engine)[service]["Image"] == others[image], service
        assert reply(done.text) == earlier + 1
        assert redis_keys(checkout, engine) >= kept
        assert objects(engine) >= media
        checkout.expect_no_changes()
    back = checkout.make("up")
    assert back.code == 0, back.text
    assert reply(back.text) == earlier + 2
    for image in STORES:
        engine.images.remove(f"upgrade.test/{image}:other")
