"""pgAdmin is switched on, off and on again; its data outlive it."""

import json
import re
from typing import Any

import docker
import pytest
import requests

from components.pgadmin import SETTINGS_PATH
from tests.engine.checkout import PORT_OFFSET
from tests.engine.conftest import STACK, Checkout, containers, volumes
from tests.engine.flagship import changed

pytestmark = [pytest.mark.engine, pytest.mark.long]

PGADMIN = f"http://127.0.0.1:{5050 + PORT_OFFSET}"
VOLUME = f"zapstack-{STACK}-evolution-pgadmin_data"
MARKER = "/var/lib/pgadmin/kept"
ON = 'pgadmin: {enabled: true, settings: {PGADMIN_CONFIG_MAX_SESSION_IDLE_TIME: "30"}}'


def test_both_databases_are_registered_behind_a_login(checkout: Checkout, engine: docker.DockerClient) -> None:
    """The page is there, the generated login is taken, and nothing is left to do."""
    with changed(checkout, ON):
        done = checkout.make("up")
        assert done.code == 0, done.text
        checkout.expect_no_changes()
        shown = json.loads(checkout.pulumi("stack output credentials --show-secrets --json").text)
    login = shown["evolution"]["pgadmin"]
    session = requests.Session()
    page = session.get(f"{PGADMIN}/login", timeout=30)
    assert page.status_code == 200
    token = page.text.partition('csrfToken": "')[2].partition('"')[0]
    sent = {"csrf_token": token, "email": login["email"], "password": login["password"]}
    entered = session.post(f"{PGADMIN}/authenticate/login", data=sent, timeout=30)
    assert entered.url.startswith(f"{PGADMIN}/browser"), entered.url
    pgadmin: Any = engine.containers.get(containers(engine)["pgadmin"]["Id"])
    listed = pgadmin.exec_run(["cat", "/run/secrets/pgadmin/servers.json"])
    hosts = {row["Host"] for row in json.loads(listed.output)["Servers"].values()}
    assert hosts == {"db", "evolution-postgres"}
    assert pgadmin.exec_run(["grep", "-x", "MAX_SESSION_IDLE_TIME = 30", SETTINGS_PATH]).exit_code == 0


def test_switched_off_its_data_stay(checkout: Checkout, engine: docker.DockerClient) -> None:
    """Without its container; the next preview has nothing to do, and says how to delete them."""
    running: Any = engine.containers.get(containers(engine)["pgadmin"]["Id"])
    assert running.exec_run(["touch", MARKER]).exit_code == 0
    off = checkout.pulumi("up --yes --skip-preview")
    assert off.code == 0, off.text
    assert "pgadmin" not in containers(engine)
    assert engine.volumes.get(VOLUME)
    preview = checkout.pulumi("preview --diff --expect-no-changes")
    assert preview.code == 0, preview.text
    assert f"data volume {VOLUME} is kept" in preview.text
    with changed(checkout, ON):
        back = checkout.pulumi("up --yes --skip-preview")
        assert back.code == 0, back.text
        again: Any = engine.containers.get(containers(engine)["pgadmin"]["Id"])
        assert again.exec_run(["test", "-f", MARKER]).exit_code == 0
        checkout.expect_no_changes()


def test_they_are_deleted_by_name(checkout: Checkout, engine: docker.DockerClient) -> None:
    """By the command that is told; the others' stay."""
    off = checkout.pulumi("up --yes --skip-preview")
    assert off.code == 0, off.text
    told = re.search(rf"{VOLUME} is kept.* with its data: (pulumi .*)", off.text)
    assert told, off.text
    before = volumes(engine)
    deleted = checkout.run(["sh", "-c", f". .venv/environment.sh && {told.group(1)} --yes"])
    assert deleted.code == 0, deleted.text
    assert before - volumes(engine) == {VOLUME}
    checkout.expect_no_changes()
