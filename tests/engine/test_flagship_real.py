"""The flagship on a real Evolution API, by `imageOverrides` and nothing else changed.

Runs where the environment names an image of it: `make evolution-real IMAGE=…`.
"""

import os
import time
from collections.abc import Iterator

import docker
import pytest

from tests.engine.conftest import Checkout, containers
from tests.engine.evolution_image import instead
from tests.engine.flagship import Conversation, conversation, reply
from tests.engine.test_flagship_losses import recovered

IMAGE = os.environ.get("EVOLUTION_IMAGE", "")

pytestmark = [
    pytest.mark.engine,
    pytest.mark.long,
    pytest.mark.skipif(not IMAGE, reason="EVOLUTION_IMAGE names no image of a real Evolution API"),
]

OUTAGE_SECONDS = 30
ANSWER_SECONDS = 60


@pytest.fixture(scope="module")
def real(checkout: Checkout, engine: docker.DockerClient) -> Iterator[Conversation]:
    """A stack that has never seen the twin: each refuses the other's database."""
    image = str(engine.images.get(IMAGE).id)
    destroyed = checkout.make("destroy")
    assert destroyed.code == 0, destroyed.text
    with instead(checkout, image):
        done = checkout.make("up")
        assert done.code == 0, done.text
        assert reply(done.text) == 1
        assert containers(engine)["evolution-api"]["Image"] == image
        yield conversation(checkout)
        destroyed = checkout.make("destroy")
    assert destroyed.code == 0, destroyed.text


def answered(talk: Conversation, contact: str) -> None:
    """One message, one answer."""
    assert talk.wait_for_answers([contact], ANSWER_SECONDS) == {contact: 1}


def test_up_and_its_conversation(real: Conversation, checkout: Checkout) -> None:
    """A second `up` has nothing to do."""
    talk = real
    talk.send("5511950000001", "oi", message_id="REAL-1")
    answered(talk, "5511950000001")
    checkout.expect_no_changes()


def test_its_database_is_restarted(real: Conversation, checkout: Checkout, engine: docker.DockerClient) -> None:
    """It finds it again by itself; what it refuses meanwhile its provider repeats."""
    engine.containers.get(containers(engine)["evolution-postgres"]["Id"]).restart(timeout=30)
    recovered(real, "5511950000002")
    checkout.expect_no_changes()


def test_its_broker_is_stopped(real: Conversation, checkout: Checkout, engine: docker.DockerClient) -> None:
    """For 30 s: what arrives meanwhile is answered afterwards, once; the link to the broker comes back."""
    broker = engine.containers.get(containers(engine)["rabbitmq"]["Id"])
    broker.stop(timeout=30)
    real.send("5511950000003", "alguém?", message_id="REAL-3")
    time.sleep(OUTAGE_SECONDS)  # the length of the outage is what is tried
    broker.start()
    answered(real, "5511950000003")
    healed = checkout.make("up")
    assert healed.code == 0, healed.text
    checkout.expect_no_changes()


def test_down_and_up(real: Conversation, checkout: Checkout) -> None:
    """With all it had."""
    down = checkout.make("down")
    assert down.code == 0, down.text
    up = checkout.make("up")
    assert up.code == 0, up.text
    assert reply(up.text) > 1
    assert len(real.answers("5511950000003")) == 1
    checkout.expect_no_changes()
