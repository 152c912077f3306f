"""A move of data that is killed while it fills the store's volume, on volumes of its own."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import docker
import pytest
from docker.errors import NotFound
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
from tests.engine.checkout import STACK_ID, TEST_LABELS

pytestmark = pytest.mark.engine

STORE, MOVED, KEPT = (f"zapstack-test-unfinished{role}" for role in ("", "-moved", "-kept"))
LABELS = {**TEST_LABELS, "zapstack.stack": STACK_ID}
MIB = 192
"""Of the moved data: long enough to copy for somebody who kills to come in between."""

EXCHANGE = f"""
import docker
from operations import move_data
from operations.moving.workshop import Workshop
workshop = Workshop(engine=docker.from_env(), labels={LABELS!r}, prefix={STORE!r}, tell=print, user="0:0")
move_data.exchange(workshop, volume={STORE!r}, moved={MOVED!r}, kept={KEPT!r}, image=IMAGE)
"""


@pytest.fixture
def image(engine: docker.DockerClient) -> str:
    """Redis' image, which copies."""
    source = image_source("auto")
    if source == "local":
        images.ensure(engine, ["redis"], Console())
    return reference("redis", {}, source)


@pytest.fixture
def filled(engine: docker.DockerClient, image: str) -> Iterator[None]:
    """The store's data, and other ones that are to take their place."""
    workshop = Workshop(engine=engine, labels=LABELS, prefix=STORE, tell=print, user="0:0")
    for name in (STORE, MOVED):
        engine.volumes.create(name, labels=LABELS)
    shell(engine, image, STORE, "mkdir /data/sub && echo earlier >/data/sub/one && echo two >/data/.two")
    shell(engine, image, MOVED, f"head -c {MIB}M /dev/urandom >/data/large && echo new >/data/small")
    yield
    workshop.sweep()
    for name in (STORE, MOVED, KEPT):
        with contextlib.suppress(NotFound):
            engine.volumes.get(name).remove(force=True)


def shell(engine: docker.DockerClient, image: str, volume: str, script: str) -> str:
    """Runs a script on a volume and returns what it prints."""
    mounts = {volume: {"bind": "/data", "mode": "rw"}}
    printed: bytes = engine.containers.run(
        image, ["-c", script], entrypoint=["sh"], labels=LABELS, remove=True, user="0:0", volumes=mounts
    )
    return printed.decode()


def content(engine: docker.DockerClient, image: str) -> str:
    """Returns names and text of the store's volume."""
    return shell(engine, image, STORE, "cd /data && find . -type f | sort && cat sub/one .two")


WHOLE = "./.two\n./sub/one\nearlier\ntwo\n"


def cut_off(engine: docker.DockerClient, image: str, source: str, target: str) -> None:
    """Kills an exchange and its copy in the middle of one copy."""
    code = EXCHANGE.replace("IMAGE", repr(image))
    with subprocess.Popen([sys.executable, "-c", code], cwd=lock.CHECKOUT) as process:
        deadline = time.monotonic() + 60
        while not (copying := copies(engine, source, target)):
            assert process.poll() is None, "the exchange has ended before it could be killed"
            assert time.monotonic() < deadline
        process.kill()
        for container in copying:
            container.kill()


def copies(engine: docker.DockerClient, source: str, target: str) -> list[Any]:
    """Returns the containers that have begun to copy one volume to another one."""
    found = []
    with contextlib.suppress(NotFound):
        for container in engine.containers.list(filters={"volume": target}, ignore_removed=True):
            mounts = {row["Name"] for row in container.attrs["Mounts"]}
            if mounts != {source, target}:
                continue
            # Its mark is there, and what was in the volume is being deleted or is gone.
            begun: Any = container.exec_run(["test", "-e", f"/to/{unfinished.MARK}", "-a", "!", "-e", "/to/sub"])
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
    cut_off(engine, image, MOVED, STORE)
    text = refused(engine)
    assert f"volume {STORE} has a part of its data only" in text
    assert f"volume {KEPT}" in text
    subprocess.run(["sh", "-ec", text.rpartition("To put it back:\n")[2]], check=True)  # noqa: S603, S607 what a person is told
    assert content(engine, image) == WHOLE
    stores.refuse_unfinished(engine, STACK_ID)


@pytest.mark.usefixtures("filled")
def test_the_next_move_puts_a_part_of_a_copy_back_first(engine: docker.DockerClient, image: str) -> None:
    """And begins with what was there, whether the copy to the volume was cut off or the one to what is kept."""
    rows = [{"formats": [vars(redis.FORMAT)], "service": "redis", "volume": STORE}]
    store = Store(image=image, image_name="redis", labels=LABELS, rows=rows)
    cut_off(engine, image, MOVED, STORE)
    assert move_data._put_back(engine, store)  # noqa: SLF001 the verb needs a stack
    assert content(engine, image) == WHOLE
    stores.refuse_unfinished(engine, STACK_ID)
    assert not unfinished.kept_volumes(engine, STACK_ID)
    kept = {unfinished.KEEPS_LABEL: STORE, unfinished.IMAGE_LABEL: image}
    engine.volumes.create(KEPT, labels={**LABELS, **kept})
    shell(engine, image, KEPT, f"touch /data/{unfinished.MARK}")
    stores.refuse_unfinished(engine, STACK_ID)  # the volume is whole
    assert not move_data._put_back(engine, store)  # noqa: SLF001
    assert content(engine, image) == WHOLE
    assert not unfinished.kept_volumes(engine, STACK_ID)
