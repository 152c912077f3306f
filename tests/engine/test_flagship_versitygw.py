"""Versity S3 Gateway in MinIO's place, and back again, by the commands of the page about media."""

import json
import re
from typing import Any

import docker
import pytest
import requests

from components.base.lock import CHECKOUT
from tests.engine.checkout import TEST_LABELS
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


def keys(checkout: Checkout, service: str) -> dict[str, str]:
    """Returns what a person would look up of a server."""
    shown = checkout.pulumi("stack output credentials --show-secrets --json")
    answer: dict[str, dict[str, str]] = json.loads(shown.text)["evolution"]
    return answer[service]


def ask(engine: docker.DockerClient, image: str, server: str, user: dict[str, str], command: str) -> tuple[int, str]:
    """Runs MinIO's client as a bucket's user, in a container that is removed."""
    client: Any = engine.containers.create(
        image,
        ["-euc", command],
        entrypoint=["sh"],
        environment={
            "MC_CONFIG_DIR": "/tmp/.mc",  # noqa: S108 inside the container
            "MC_HOST_s": f"http://{user['access key']}:{user['secret key']}@{server}:9000",
        },
        labels=TEST_LABELS,
        network=f"zapstack-{STACK}-evolution-data",
    )
    try:
        client.start()
        code = client.wait(timeout=60)["StatusCode"]
        return code, client.logs().decode()
    finally:
        client.remove(force=True, v=True)


def write(engine: docker.DockerClient, image: str, server: str, user: dict[str, str], name: str) -> None:
    """Writes an object into the bucket."""
    code, text = ask(engine, image, server, user, f"echo {name} >/tmp/it && mc cp --quiet /tmp/it s/evolution/{name}")
    assert code == 0, text


@pytest.fixture(scope="module")
def image(checkout: Checkout, engine: docker.DockerClient) -> str:
    """MinIO's image, of a stack with an object in MinIO."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    found_image = str(containers(engine)["minio"]["Image"])
    write(engine, found_image, "minio", keys(checkout, "minio"), "of/minio")
    return found_image


def test_it_keeps_media_and_takes_over_those_of_minio(
    image: str, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """The conversation holds, nothing is left to do; by the page's commands what MinIO had is there."""
    kept = in_minio(engine)
    assert "of/minio" in kept
    with changed(checkout, ON):
        done = checkout.make("up")
        assert done.code == 0, done.text
        assert reply(done.text)
        checkout.expect_no_changes()
    assert not {"minio", "minio-bucket"} & containers(engine).keys()
    own = in_versitygw(engine)
    assert not own & kept
    copied = checkout.run(commands(0, image))
    assert copied.code == 0, copied.text
    assert in_versitygw(engine) == own | kept
    assert not re.search(r"^[<!] ", copied.text, re.MULTILINE), copied.text


def test_its_key_rotates_and_its_data_stay(image: str, checkout: Checkout, engine: docker.DockerClient) -> None:
    """The server goes on while its users change; neither they nor anybody else can open the bucket."""
    serving, earlier = containers(engine)["versitygw"]["Id"], keys(checkout, "versitygw")
    with changed(checkout, ROTATED):
        rotated = checkout.make("up")
        assert rotated.code == 0, rotated.text
        assert containers(engine)["versitygw"]["Id"] == serving
        now = keys(checkout, "versitygw")
        assert now["access key"] != earlier["access key"]
        for user in (earlier, now):
            write(engine, image, "versitygw", user, f"of/{user['access key']}")
            code, text = ask(engine, image, "versitygw", user, "mc anonymous set download s/evolution")
            assert code != 0
            assert "Access Denied" in text
        assert requests.get(LISTING, timeout=10).status_code == FORBIDDEN
        down = checkout.make("down")
        assert down.code == 0, down.text
        up = checkout.make("up")
        assert up.code == 0, up.text
        assert in_versitygw(engine) >= {"of/minio", "of/evolution", "of/evolution_b"}
        checkout.expect_no_changes()


def test_back_again_by_the_other_commands(image: str, checkout: Checkout, engine: docker.DockerClient) -> None:
    """MinIO has what it had in the volume it had, and what came meanwhile."""
    assert image
    meanwhile = in_versitygw(engine)
    back = checkout.make("up")
    assert back.code == 0, back.text
    assert "of/minio" in in_minio(engine)
    copied = checkout.run(commands(1))
    assert copied.code == 0, copied.text
    assert in_minio(engine) >= meanwhile
    checkout.expect_no_changes()
