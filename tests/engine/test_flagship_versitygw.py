"""Versity S3 Gateway in MinIO's place, and back again, by the commands of the page about media."""

import re
from typing import Any

import docker
import pytest
import requests

from components.base.lock import CHECKOUT
from tests.engine.conftest import PORT_OFFSET, STACK, Checkout, containers
from tests.engine.flagship import changed, reply

pytestmark = [pytest.mark.engine, pytest.mark.long]

ON = "versitygw: {enabled: true}"
ROTATED = "versitygw: {enabled: true, rotation: 1}"
LISTING = f"http://127.0.0.1:{7070 + PORT_OFFSET}/evolution?list-type=2"
FORBIDDEN = 403


def commands(block: int, image: str = "") -> list[str]:
    """Returns what copies objects by one of the page's blocks, for this stack; its settings are changed otherwise.

    Args:
        block: Which one.
        image: What its first line finds out, where the container that it asks is gone by now.
    """
    text = (CHECKOUT / "docs" / "media.md").read_text().replace("zapstack-prod-", f"zapstack-{STACK}-")
    lines = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)[block].splitlines()
    kept = [line for line in lines if not line.startswith(("pulumi ", "make "))]
    return ["sh", "-euc", "\n".join([f"image={image}", *kept[1:]] if image else kept)]


def found(engine: docker.DockerClient, service: str, *command: str) -> set[str]:
    """Returns the names that a command prints in a service's container."""
    container: Any = engine.containers.get(containers(engine)[service]["Id"])
    done = container.exec_run(list(command))
    assert done.exit_code == 0, done.output
    return set(done.output.decode().split())


def in_minio(engine: docker.DockerClient) -> set[str]:
    """Returns the objects in MinIO's bucket."""
    files = found(engine, "minio", "find", "/data/evolution", "-name", "xl.meta")
    return {name.removeprefix("/data/evolution/").removesuffix("/xl.meta") for name in files}


def in_versitygw(engine: docker.DockerClient) -> set[str]:
    """Returns the objects in the other server's bucket."""
    files = found(engine, "versitygw", "find", "/data/objects/evolution", "-type", "f")
    return {name.removeprefix("/data/objects/evolution/") for name in files}


@pytest.fixture(scope="module")
def before(checkout: Checkout, engine: docker.DockerClient) -> tuple[set[str], str]:
    """What MinIO has before anything is changed, and its image."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    kept = in_minio(engine)
    assert kept
    return kept, containers(engine)["minio"]["Image"]


def test_it_keeps_media_and_takes_over_those_of_minio(
    before: tuple[set[str], str], checkout: Checkout, engine: docker.DockerClient
) -> None:
    """The conversation's voice message is an object there; by the page's commands, so is what MinIO had."""
    kept, image = before
    with changed(checkout, ON):
        done = checkout.make("up")
        assert done.code == 0, done.text
        assert reply(done.text)
        checkout.expect_no_changes()
    assert not {"minio", "minio-bucket"} & containers(engine).keys()
    own = in_versitygw(engine)
    assert own
    assert not own & kept
    copied = checkout.run(commands(0, image))
    assert copied.code == 0, copied.text
    assert in_versitygw(engine) == own | kept
    assert not re.search(r"^[<!] ", copied.text, re.MULTILINE), copied.text


def test_its_key_rotates_and_its_data_stay(checkout: Checkout, engine: docker.DockerClient) -> None:
    """The server goes on while its users change; its data outlive it; it shows them to nobody."""
    serving, objects = containers(engine)["versitygw"]["Id"], in_versitygw(engine)
    with changed(checkout, ROTATED):
        rotated = checkout.make("up")
        assert rotated.code == 0, rotated.text
        assert containers(engine)["versitygw"]["Id"] == serving
        assert requests.get(LISTING, timeout=10).status_code == FORBIDDEN
        down = checkout.make("down")
        assert down.code == 0, down.text
        up = checkout.make("up")
        assert up.code == 0, up.text
        assert in_versitygw(engine) > objects
        checkout.expect_no_changes()


def test_back_again_by_the_other_commands(
    before: tuple[set[str], str], checkout: Checkout, engine: docker.DockerClient
) -> None:
    """MinIO has what it had in the volume it had, and what came meanwhile."""
    meanwhile = in_versitygw(engine)
    back = checkout.make("up")
    assert back.code == 0, back.text
    assert in_minio(engine) > before[0]
    copied = checkout.run(commands(1))
    assert copied.code == 0, copied.text
    assert in_minio(engine) >= before[0] | meanwhile
    checkout.expect_no_changes()
