"""A migration of Evolution API's database that fails: the server goes on serving, and the next `up` tries again."""

import docker
import pytest

from tests.engine.conftest import Checkout, containers
from tests.engine.evolution_image import instead, with_migration
from tests.engine.flagship import Conversation

pytestmark = pytest.mark.engine


def test_a_failed_migration_is_named_and_tried_again(
    talk: Conversation, checkout: Checkout, engine: docker.DockerClient
) -> None:
    """Twice the cause, by its name and the database's words; then the corrected migration, and then no change."""
    server = containers(engine)["evolution-api"]
    broken = with_migration(engine, server["Image"], "SELECT 1/0")
    with instead(checkout, broken):
        for _ in range(2):
            done = checkout.pulumi("up --yes --skip-preview")
            assert done.code != 0
            assert "29990101000000_of_the_tests" in done.text, done.text
            assert "division by zero" in done.text
            assert containers(engine)["evolution-api"]["Id"] == server["Id"]
            talk.send("5511960000001", "ainda aí?", message_id=f"MIGRATION-{done.text[-40:]}")
        assert talk.wait_for_answers(["5511960000001"], 30)["5511960000001"]
    corrected = with_migration(engine, server["Image"], "SELECT 1")
    with instead(checkout, corrected):
        done = checkout.make("up")
        assert done.code == 0, done.text
        assert containers(engine)["evolution-api"]["Image"] == corrected
        checkout.expect_no_changes()
    back = checkout.make("up")
    assert back.code == 0, back.text
    for image in (broken, corrected):
        engine.images.remove(image)
