"""The flagship under load, and while parts of it die: every message is answered, and none twice."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import docker
import pytest

from tests.engine.conftest import Checkout, containers
from tests.engine.flagship import Conversation, write_paced

pytestmark = pytest.mark.engine

MESSAGES = 500
PER_SECOND = 50
FAULT_AFTER_SECONDS = 3
RETAKEN_SECONDS = 2
"""So long a worker works between two faults."""
LATEST_SECONDS = 90
"""After the last message: a worker that died may have sent, so its claim is left alone for 15 s, then looked up."""

Fault = Callable[[docker.DockerClient], None]


def nothing(engine: docker.DockerClient) -> None:
    """All goes well."""
    assert containers(engine)


def kill_worker(engine: docker.DockerClient) -> None:
    """Twice, so that one falls between sending and recording.

    From inside, as a crash: the engine takes a `docker kill` for its owner's wish and does not restart what it killed.
    """
    for _ in range(2):
        worker: Any = engine.containers.get(containers(engine)["worker/1"]["Id"])
        count = worker.attrs["RestartCount"]
        worker.exec_run(["sh", "-c", "kill -9 -1"])
        deadline = time.monotonic() + 30
        while worker.attrs["RestartCount"] == count:
            assert time.monotonic() < deadline, "the engine does not restart the worker"
            time.sleep(0.1)
            worker.reload()
        time.sleep(RETAKEN_SECONDS)


def restart(service: str) -> Fault:
    """Returns a fault that restarts a service."""

    def fault(engine: docker.DockerClient) -> None:
        engine.containers.get(containers(engine)[service]["Id"]).restart(timeout=30)

    return fault


FAULTS: dict[str, Fault] = {
    "nothing happens": nothing,
    "a worker is killed": kill_worker,
    "redis is restarted": restart("redis"),
    "rabbitmq is restarted": restart("rabbitmq"),
    "the application's database is restarted": restart("db"),
}


SAMPLED = {"nothing happens", "a worker is killed"}


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=[] if name in SAMPLED else pytest.mark.long) for name in FAULTS]
)
def test_every_message_is_answered_exactly_once(talk: Conversation, engine: docker.DockerClient, fault: str) -> None:
    """500 messages at 50 in a second, from 500 contacts, each delivered twice by its provider."""
    area = 10 + list(FAULTS).index(fault)
    contacts = [f"55{area}9{number:08d}" for number in range(MESSAGES)]
    trouble = threading.Timer(FAULT_AFTER_SECONDS, FAULTS[fault], [engine])
    trouble.start()
    write_paced(talk, contacts, area=str(area), per_second=PER_SECOND)
    trouble.join()
    answers = talk.wait_for_answers(contacts, LATEST_SECONDS)
    wrong = {contact: count for contact, count in answers.items() if count != 1}
    assert wrong == {}, json.dumps(wrong)


def test_the_stack_is_as_it_was(talk: Conversation, checkout: Checkout) -> None:
    """Whatever died has come back by itself."""
    assert talk
    checkout.expect_no_changes()
