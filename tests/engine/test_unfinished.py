"""A move of data that is killed while it fills the store's volume, on volumes of its own."""

import contextlib
import io
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from typing import Any

import docker
import pytest
from docker.errors import APIError, NotFound
from rich.console import Console

from components import redis
from components.base import lock, unfinished
from components.base.images import reference
from infra import stores
from infra.config import image_source
from infra.errors import UserError
from infra.state import Store
from operations import images, move_data
from operations.moving.workshop import Workshop
from tests.engine.checkout import TEST_LABELS

pytestmark = pytest.mark.engine

STORE, MOVED, KEPT = (f"zapstack-test-unfinished{role}" for role in ("", "-moved", "-kept"))
STACK_ID = TEST_LABELS["zapstack.stack"]
SLOW = """#!/bin/sh
if test -e /from/new; then /bin/cp /from/new /to/ && exec sleep 600; fi
exec /bin/cp "$@"
"""
"""A `cp` that stays in the middle of the moved data, for somebody who kills to come in between."""

EXCHANGE = f"""
import docker
from operations import move_data
from operations.moving.workshop import Workshop
workshop = Workshop(engine=docker.from_env(), labels={TEST_LABELS!r}, prefix={STORE!r}, tell=print, user="0:0")
move_data.exchange(workshop, volume={STORE!r}, moved={MOVED!r}, kept={KEPT!r}, image=IMAGE)
"""


@pytest.fixture
def image(engine: docker.DockerClient) -> Iterator[str]:
    """Redis' image, with the slow `cp` before its own."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["redis"], Console())
    tag = f"{STORE}:slow"
    container = engine.containers.create(reference("redis", {}, source), labels=TEST_LABELS)
    try:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            entry = tarfile.TarInfo("cp")
            entry.mode, entry.size = 0o755, len(SLOW)
            tar.addfile(entry, io.BytesIO(SLOW.encode()))
        container.put_archive("/usr/local/bin", buffer.getvalue())
        container.commit(STORE, "slow")
    finally:
        container.remove(v=True)
    yield tag
    engine.images.remove(tag)


@pytest.fixture
def filled(engine: docker.DockerClient, image: str) -> Iterator[None]:
    """The store's data, and other ones that are to take their place."""
    workshop = Workshop(engine=engine, labels=TEST_LABELS, prefix=STORE, tell=print, user="0:0")
    for name in (STORE, MOVED):
        engine.volumes.create(name, labels=TEST_LABELS)
    shell(engine, image, STORE, "mkdir /data/sub && echo earlier >/data/sub/one && echo two >/data/.two")
    shell(engine, image, MOVED, "echo new >/data/new && echo newer >/data/newer")
    yield
    workshop.sweep()
    for name in (STORE, MOVED, KEPT):
        with contextlib.suppress(NotFound):
            engine.volumes.get(name).remove(force=True)


def shell(engine: docker.DockerClient, image: str, volume: str, script: str) -> str:
    """Runs a script on a volume and returns what it prints."""
    mounts = {volume: {"bind": "/data", "mode": "rw"}}
    printed: bytes = engine.containers.run(
        image, ["-c", script], entrypoint=["sh"], labels=TEST_LABELS, remove=True, user="0:0", volumes=mounts
    )
    return printed.decode()


def content(engine: docker.DockerClient, image: str) -> str:
    """Returns names and text of the store's volume."""
    return shell(engine, image, STORE, "cd /data && find . -type f | sort && cat sub/one .two")


WHOLE = "./.two\n./sub/one\nearlier\ntwo\n"


def cut_off(engine: docker.DockerClient, image: str) -> None:
    """Kills an exchange and its copy in the middle of what fills the store's volume."""
    code = EXCHANGE.replace("IMAGE", repr(image))
    with subprocess.Popen([sys.executable, "-c", code], cwd=lock.CHECKOUT) as process:
        deadline = time.monotonic() + 60
        while not (copying := copies(engine)):
            assert process.poll() is None, "the exchange has ended before it could be killed"
            assert time.monotonic() < deadline
        process.kill()
        for container in copying:
            container.kill()


def copies(engine: docker.DockerClient) -> list[Any]:
    """Returns the containers that have copied a part of the moved data."""
    found = []
    for container in engine.containers.list(filters={"volume": STORE}, ignore_removed=True):
        with contextlib.suppress(APIError):  # it has just ended
            begun: Any = container.exec_run(["test", "-e", "/from/new", "-a", "-e", "/to/new"])
            found += [container] if begun.exit_code == 0 else []
    return found


def refused(engine: docker.DockerClient) -> str:
    """Returns why nothing is started on the volume."""
    with pytest.raises(UserError) as told:
        stores.refuse_unfinished(engine, STACK_ID)
    return str(told.value)


@pytest.mark.usefixtures("filled")
def test_a_part_of_a_copy_is_refused_and_put_back_by_the_command_that_is_named(
    engine: docker.DockerClient, image: str
) -> None:
    """With everything that was there, and nothing of the copy."""
    stores.refuse_unfinished(engine, STACK_ID)
    cut_off(engine, image)
    text = refused(engine)
    assert f"volume {STORE} has a part of its data only" in text
    assert f"volume {KEPT}" in text
    subprocess.run(["sh", "-ec", text.rpartition("To put it back:\n")[2]], check=True)
    assert content(engine, image) == WHOLE
    stores.refuse_unfinished(engine, STACK_ID)


@pytest.mark.usefixtures("filled")
def test_the_next_move_puts_a_part_of_a_copy_back_first(engine: docker.DockerClient, image: str) -> None:
    """And begins with what was there, whether the copy to the volume was cut off or the one to what is kept."""
    rows = [{"formats": [vars(redis.FORMAT)], "service": "redis", "volume": STORE}]
    store = Store(image=image, image_name="redis", labels=TEST_LABELS, rows=rows)
    cut_off(engine, image)
    assert move_data._put_back(engine, store)
    assert content(engine, image) == WHOLE
    stores.refuse_unfinished(engine, STACK_ID)
    assert not unfinished.kept_volumes(engine, STACK_ID)
    kept = {unfinished.KEEPS_LABEL: STORE, unfinished.IMAGE_LABEL: image}
    engine.volumes.create(KEPT, labels={**TEST_LABELS, **kept})
    shell(engine, image, KEPT, f"touch /data/{unfinished.MARK}")
    stores.refuse_unfinished(engine, STACK_ID)  # the volume is whole
    assert not move_data._put_back(engine, store)
    assert content(engine, image) == WHOLE
    assert not unfinished.kept_volumes(engine, STACK_ID)
