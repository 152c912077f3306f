"""What becomes of Evolution API without each of its stores."""

import time
from typing import Any

import docker
import pytest
import requests

from tests.engine.conftest import containers
from tests.engine.flagship import EVOLUTION, Conversation

pytestmark = pytest.mark.engine

RECOVERY_SECONDS = 60
STOP_SECONDS = 5


def container(engine: docker.DockerClient, service: str) -> Any:  # noqa: ANN401 partly untyped in the stubs
    """Returns the container of a service."""
    return engine.containers.get(containers(engine)[service]["Id"])


def status(talk: Conversation, path: str, body: dict[str, Any] | None = None) -> int:
    """Asks Evolution API and returns the status."""
    method = "POST" if body is not None else "GET"
    answer = requests.request(method, f"{EVOLUTION}{path}", headers={"apikey": talk.token}, json=body, timeout=60)
    return answer.status_code


def recovered(talk: Conversation, contact: str) -> None:
    """A new message is answered, without anybody having done anything; its provider repeats it until it is taken."""
    message_id, deadline = f"LOSS-{contact}-{time.monotonic()}", time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            talk.send(contact, "voltou?", message_id=message_id)
            break
        except requests.HTTPError:
            assert time.monotonic() < deadline, "messages are still refused"
            time.sleep(0.5)
    assert talk.wait_for_answers([contact], RECOVERY_SECONDS) == {contact: 1}


def test_without_its_database(talk: Conversation, engine: docker.DockerClient) -> None:
    """It refuses keys that are right, says 500 where it needs none, and recovers by itself; the process stays."""
    server = container(engine, "evolution-api")
    container(engine, "evolution-postgres").stop()
    try:
        assert status(talk, "/instance/fetchInstances") == 401
        assert status(talk, "/instance/connectionState/nobody") == 500
        assert status(talk, "/manager/") == 200
    finally:
        container(engine, "evolution-postgres").start()
    recovered(talk, "5511970000001")
    server.reload()
    assert server.attrs["RestartCount"] == 0


def test_without_redis(talk: Conversation, engine: docker.DockerClient) -> None:
    """It works on."""
    container(engine, "redis").stop()
    recovered(talk, "5511970000002")
    container(engine, "redis").start()
    recovered(talk, "5511970000003")


def test_without_the_broker(talk: Conversation, engine: docker.DockerClient) -> None:
    """It works on without events; the application stores, and answers when the broker is back."""
    container(engine, "rabbitmq").stop()
    assert status(talk, "/message/sendText/assistant", {"number": "5511970000009", "text": "sem fila"}) == 201
    talk.send("5511970000004", "alguém?", message_id=f"LOSS-broker-{time.monotonic()}")
    container(engine, "rabbitmq").start()
    assert talk.wait_for_answers(["5511970000004"], RECOVERY_SECONDS) == {"5511970000004": 1}


def test_it_stops_at_once(engine: docker.DockerClient) -> None:
    """At SIGTERM, within the time before a kill; and it comes back."""
    server = container(engine, "evolution-api")
    started = time.monotonic()
    server.stop(timeout=15)
    assert time.monotonic() - started < STOP_SECONDS
    server.reload()
    assert server.attrs["State"]["ExitCode"] == 143
    server.start()
