"""More and fewer replicas while people write."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import docker
import pytest
import requests

from tests.engine.checkout import PORT_OFFSET, Checkout
from tests.engine.conftest import containers
from tests.engine.flagship import changed, conversation

pytestmark = [pytest.mark.engine, pytest.mark.long]

APP = f"http://127.0.0.1:{8000 + PORT_OFFSET}"
PER_SECOND = 20


@contextmanager
def asked(statuses: Counter[str]) -> Iterator[None]:
    """Asks the application through the ingress all the while, each time by a connection of its own."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(1 / PER_SECOND):
            try:
                statuses[str(requests.get(f"{APP}/ready", timeout=10).status_code)] += 1
            except requests.RequestException as error:
                statuses[type(error).__name__] += 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def replicas(engine: docker.DockerClient, service: str) -> set[str]:
    """Returns the ids of a service's containers."""
    return {str(found["Id"]) for name, found in containers(engine).items() if name.partition("/")[0] == service}


def test_one_three_one_without_a_failed_request(checkout: Checkout, engine: docker.DockerClient) -> None:
    """Requests all the while, and messages before, between and after, each answered once."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    talk, workers = conversation(checkout), replicas(engine, "worker")
    statuses: Counter[str] = Counter()
    contacts = [f"5519{number}{time.time_ns() % 10**8:08d}" for number in range(3)]
    with asked(statuses):
        talk.send(contacts[0], "um", message_id=f"SCALE-{contacts[0]}")
        with changed(checkout, "app: {replicas: 3}"):
            more = checkout.pulumi("up --yes --skip-preview")
            assert more.code == 0, more.text
            assert len(replicas(engine, "app")) == 3
            talk.send(contacts[1], "três", message_id=f"SCALE-{contacts[1]}")
            checkout.expect_no_changes()
        fewer = checkout.pulumi("up --yes --skip-preview")
        assert fewer.code == 0, fewer.text
        talk.send(contacts[2], "um", message_id=f"SCALE-{contacts[2]}")
    assert len(replicas(engine, "app")) == 1
    assert set(statuses) == {"200"}, statuses
    assert statuses["200"] > 100
    assert replicas(engine, "worker") == workers
    assert talk.wait_for_answers(contacts, 60) == dict.fromkeys(contacts, 1)


def test_workers_by_themselves(checkout: Checkout, engine: docker.DockerClient) -> None:
    """Three of them share the queue; the application stays as it is."""
    talk, apps = conversation(checkout), replicas(engine, "app")
    contacts = [f"5521{number:03d}{time.time_ns() % 10**6:06d}" for number in range(60)]
    with changed(checkout, "app: {worker: {replicas: 3}}"):
        more = checkout.pulumi("up --yes --skip-preview")
        assert more.code == 0, more.text
        assert len(replicas(engine, "worker")) == 3
        for contact in contacts:
            talk.send(contact, "quem responde?", message_id=f"SCALE-{contact}")
        answers = talk.wait_for_answers(contacts, 60)
        assert Counter(answers.values()) == Counter({1: len(contacts)})
    fewer = checkout.pulumi("up --yes --skip-preview")
    assert fewer.code == 0, fewer.text
    assert len(replicas(engine, "worker")) == 1
    assert replicas(engine, "app") == apps
