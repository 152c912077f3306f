"""The local equivalents lack what the official images lack, so that a check which needs it fails here first.

What each lacks was read in the official images' sources: docs/official-images.md.
"""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack

import docker
import pytest
from rich.console import Console

from components import rabbitmq, rabbitmq_definitions
from components.base import lock
from components.base.data_owner import require_usable
from components.base.files import VolumeFill, fill_volumes
from components.base.readiness import FIRST_PAUSE_SECONDS, PROBE_SECONDS, succeeds
from components.rabbitmq import RabbitMqArgs, rabbitmq_spec
from infra.config import image_source
from operations import images
from tests.engine.checkout import TEST_LABELS

pytestmark = [pytest.mark.engine, pytest.mark.long]

Say = Callable[[str, str], str]

IMAGES = ["haproxy", "minio", "postgres-15", "postgres-16", "rabbitmq", "redis"]
VOLUME = "zapstack-test-local-images"


@pytest.fixture(scope="module")
def say(engine: docker.DockerClient) -> Say:
    """Runs shell lines in an image as its service runs, and returns what they print."""
    if image_source("auto") != "local":
        pytest.skip("this machine runs the official images themselves")
    images.ensure(engine, IMAGES, Console())

    def run(name: str, script: str) -> str:
        output: bytes = engine.containers.run(
            lock.reference(name, "local"),
            ["-c", script],
            entrypoint=["sh"],
            labels=TEST_LABELS,
            network_mode="none",
            remove=True,
            user=lock.user(name),
        )
        return output.decode().strip()

    return run


def present(say: Say, name: str, *tools: str) -> list[str]:
    """Returns those of some programs that an image has."""
    said = say(name, f"for tool in {' '.join(tools)}; do command -v $tool; done; true")
    return [path.rpartition("/")[2] for path in said.split()]


@pytest.mark.parametrize("major", [15, 16])
def test_clients_of_postgres_are_its_wrapper(say: Say, major: int) -> None:
    """The server's own programs come last in PATH, and no variable helps a client to find its server."""
    asked = 'echo "${PATH##*:}"; readlink -f "$(command -v psql)" "$(command -v pg_isready)"; echo "${PGHOST-none}"'
    wrapper = "/usr/share/postgresql-common/pg_wrapper"
    assert say(f"postgres-{major}", asked).split() == [f"/usr/lib/postgresql/{major}/bin", wrapper, wrapper, "none"]


def test_the_proxy_has_busybox_and_nothing_else(say: Say) -> None:
    """The shell as well: it is what the reload and the drain of replicas are written for."""
    tools = "for tool in sh timeout wc rm kill nc wget; do readlink -f /usr/bin/$tool; done"
    assert set(say("haproxy", tools).split()) == {"/usr/bin/busybox"}
    assert present(say, "haproxy", "bash", "perl", "python3") == []


def test_the_object_store_has_a_shell_and_core_utilities(say: Say) -> None:
    """The bucket job is a script for it."""
    assert present(say, "minio", "grep", "sed", "awk", "find", "xargs", "perl", "python3") == []
    needed = ["sh", "cat", "curl", "mc", "minio"]
    assert present(say, "minio", *needed) == needed


@pytest.mark.usefixtures("say")
@pytest.mark.parametrize("name", IMAGES[1:])
def test_no_image_gives_its_data_away(engine: docker.DockerClient, name: str) -> None:
    """A data folder of root's in an image would be copied onto the empty volume of a first start."""
    image = lock.reference(name, "local")
    paths = sorted(engine.images.get(image).attrs["Config"]["Volumes"])
    volume = engine.volumes.create(VOLUME, labels=TEST_LABELS)
    try:
        fills = [VolumeFill(name=VOLUME, mode=0o700, files={})]
        fill_volumes(engine, fills=fills, image=image, labels=TEST_LABELS, user=lock.user(name))
        rows = [{"mode": 0o700, "path": path, "volume": VOLUME} for path in paths]
        require_usable(engine, image=image, labels=TEST_LABELS, rows=rows, user=lock.user(name))
        assert len(rows) == 1
    finally:
        volume.remove()


def test_the_broker_has_the_official_environment(say: Say) -> None:
    """Its start script becomes the broker, which so gets the signal itself; the largest message is 4's."""
    asked = 'echo "$RUNNING_UNDER_SYSTEMD $LANG $LANGUAGE $LC_ALL"; stat -c "%u:%g %a" /tmp/rabbitmq-ssl'
    assert say("rabbitmq", asked).splitlines() == ["true C.UTF-8 C.UTF-8 C.UTF-8", "999:999 1777"]
    assert "max_message_size = 16777216" in say("rabbitmq", "cat /etc/rabbitmq/conf.d/*").splitlines()


@pytest.mark.usefixtures("say")
def test_the_broker_takes_what_the_official_one_takes(engine: docker.DockerClient) -> None:
    """Its configuration, and from it the largest message and the ways to log in."""
    args = RabbitMqArgs(consumers=(), volume=VOLUME)
    spec = rabbitmq_spec("rabbitmq", args, "", "", "")
    image, folder = lock.reference("rabbitmq", "local"), "/run/secrets/rabbitmq"
    content = {
        rabbitmq.CONFIG_FILE: rabbitmq.config(folder, args),
        rabbitmq.DEFINITIONS_FILE: json.dumps(rabbitmq_definitions.definitions("", {}, {})),
    }
    with ExitStack() as after:
        after.callback(engine.volumes.create(VOLUME, labels=TEST_LABELS).remove)
        fills = [VolumeFill(name=VOLUME, mode=0o500, files=content)]
        fill_volumes(engine, fills=fills, image=image, labels=TEST_LABELS, user=spec.user)
        container = engine.containers.run(
            image,
            detach=True,
            environment=dict(spec.environment),
            hostname="rabbitmq",
            labels=TEST_LABELS,
            user=spec.user,
            volumes={VOLUME: {"bind": folder, "mode": "ro"}},
        )
        after.callback(container.remove, force=True, v=True)
        until = time.monotonic() + spec.health.budget_seconds
        while not succeeds(engine, container, spec.health.command, PROBE_SECONDS):
            assert time.monotonic() < until, container.logs(tail=20).decode()
            time.sleep(FIRST_PAUSE_SECONDS)
        asked = "[application:get_env(rabbit, Name) || Name <- [max_message_size, auth_mechanisms]]."
        told = container.exec_run(["rabbitmqctl", "eval", asked])
        assert told.output == b"[{ok,16777216},{ok,['AMQPLAIN','PLAIN']}]\n"


def test_the_cache_runs_as_the_official_group(say: Say) -> None:
    """1000 is the Alpine flavour's; files of a volume would not move between the two."""
    assert say("redis", "id -u redis; id -g redis; stat -c %u:%g /data").split() == ["999", "999", "999:999"]
