"""The small profile carries the whole conversation, and a load."""

import time

import docker
import pytest

from tests.engine.conftest import Checkout, containers
from tests.engine.flagship import changed, conversation

pytestmark = [pytest.mark.engine, pytest.mark.long]

MESSAGES = 200
LIMIT_MIB = 2560


def test_the_small_profile_works_under_load(checkout: Checkout, engine: docker.DockerClient) -> None:
    """Text and audio, 200 messages, and nothing is killed for its memory."""
    with changed(checkout, "profile: small"):
        done = checkout.make("up")
        assert done.code == 0, done.text
        running = {name: found for name, found in containers(engine).items() if found["State"]["Running"]}
        assert sum(found["HostConfig"]["Memory"] for found in running.values()) == LIMIT_MIB * 1024 * 1024
        talk = conversation(checkout)
        contacts = [f"5531{number:03d}{time.time_ns() % 10**6:06d}" for number in range(MESSAGES)]
        for contact in contacts:
            talk.send(contact, "cabe?", message_id=f"SMALL-{contact}")
        assert set(talk.wait_for_answers(contacts, 90).values()) == {1}
        for name, found in containers(engine).items():
            if name in running:
                assert (found["RestartCount"], found["State"]["OOMKilled"]) == (0, False), name
        checkout.expect_no_changes()
    back = checkout.make("up")
    assert back.code == 0, back.text
