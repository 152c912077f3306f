"""How the flagship stops and starts again: down, interrupted, refused, destroyed."""

import contextlib
import os
import re
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import NotFound

from tests.config.wrong import CASES, Case
from tests.engine.conftest import STACK, Checkout, containers, names, volumes
from tests.engine.flagship import VOLUMES, reply

pytestmark = pytest.mark.engine

WARM_UP_SECONDS = 240
"""A hang, on whatever machine; how long it takes is measured elsewhere."""


def test_down_keeps_data_and_logins(checkout: Checkout, engine: docker.DockerClient) -> None:
    """After down and up the application remembers the earlier messages, and Redis its keys."""
    earlier, kept = reply(checkout.make("smoke").text), keep_key(checkout, engine)
    assert kept
    down = checkout.make("down")
    assert down.code == 0, down.text
    left = names(engine)
    assert left["containers"] == []
    assert left["networks"] == []
    assert len(left["volumes"]) == VOLUMES
    started = time.monotonic()
    up = checkout.make("up")
    assert up.code == 0, up.text
    assert time.monotonic() - started < WARM_UP_SECONDS
    assert reply(up.text) == earlier + 1
    assert redis_keys(checkout, engine) >= kept


def keep_key(checkout: Checkout, engine: docker.DockerClient) -> set[str]:
    """Writes a key of its own as Evolution API's user, which on this channel writes none, and returns all there are."""
    assert _redis(checkout, engine, "set", f"kept:{time.time_ns()}", "1") == ["OK"]
    return redis_keys(checkout, engine)


def redis_keys(checkout: Checkout, engine: docker.DockerClient) -> set[str]:
    """Returns what is in Evolution API's database of Redis."""
    return set(_redis(checkout, engine, "keys", "*"))


def _redis(checkout: Checkout, engine: docker.DockerClient, *command: str) -> list[str]:
    shown = re.search(r"redis\s+password\s+([A-Za-z0-9]{32})", checkout.make("credentials").text)
    assert shown
    redis: Any = engine.containers.get(containers(engine)["redis"]["Id"])
    answer = redis.exec_run(
        ["redis-cli", "--no-auth-warning", "--user", "app", "-n", "6", *command],
        environment={"REDISCLI_AUTH": shown.group(1)},
    )
    assert answer.exit_code == 0, answer.output
    return str(answer.output.decode()).split()


def interrupt_up(checkout: Checkout, engine: docker.DockerClient, how: signal.Signals) -> None:
    """Starts `make up` and interrupts its whole process group once the first service container exists."""
    with subprocess.Popen(
        ["make", "up", f"STACK={STACK}"],
        cwd=checkout.path,
        env=checkout.environment,
        start_new_session=True,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        deadline = time.monotonic() + 120
        while "db" not in containers(engine):
            assert time.monotonic() < deadline, "no container appeared"
            assert running.poll() is None
            time.sleep(0.1)
        os.killpg(running.pid, how)
        running.communicate(timeout=180)
    assert running.returncode != 0


@pytest.mark.long
@pytest.mark.parametrize("how", [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGKILL, id="killed")])
def test_an_interrupted_up_is_finished_by_the_next(
    checkout: Checkout, engine: docker.DockerClient, how: signal.Signals
) -> None:
    """Neither names in use, nor a lock, nor half-made containers stand in the way."""
    assert checkout.make("down").code == 0
    interrupt_up(checkout, engine, how)
    up = checkout.make("up")
    assert up.code == 0, up.text
    checkout.expect_no_changes()


def test_a_stranger_with_our_name_stops_up(checkout: Checkout, engine: docker.DockerClient) -> None:
    """A volume that is not ours is neither adopted nor, later, deleted."""
    name = f"zapstack-{STACK}-evolution-somebody-elses"
    volume: Any = engine.volumes.create(name)
    try:
        refused = checkout.pulumi("up --yes --skip-preview")
        assert refused.code != 0
        assert f"volume {name}" in refused.text
        assert "nothing was changed" in refused.text
        told = re.search(rf"^\s+(docker volume rm {name})$", refused.text, re.MULTILINE)
        assert told, refused.text
        removed = checkout.run(["sh", "-c", told[1]])
        assert removed.code == 0, removed.text
        checkout.expect_no_changes()
    finally:
        with contextlib.suppress(NotFound):  # the command has removed it
            volume.remove()


def test_another_state_changes_nothing(checkout: Checkout, engine: docker.DockerClient, tmp_path: Path) -> None:
    """Such as another user's of the same machine: not one of the containers makes way, and no data are taken over."""
    before = {name: found["Id"] for name, found in containers(engine).items()}
    refused = replace(checkout, state=tmp_path).make("up")
    assert refused.code != 0
    assert "made from another state than this one" in refused.text
    assert {name: found["Id"] for name, found in containers(engine).items()} == before


@pytest.mark.long
def test_lost_data_are_never_replaced_by_empty_ones_unasked(checkout: Checkout, engine: docker.DockerClient) -> None:
    """All of a stack pruned by hand but its other data: refused by name; up again after the command that is printed."""
    lost = {"network": f"zapstack-{STACK}-evolution-egress", "volume": f"zapstack-{STACK}-evolution-redis_data"}
    for inspected in containers(engine).values():
        engine.api.remove_container(inspected["Id"], force=True)
    engine.api.remove_network(lost["network"])
    engine.api.remove_volume(lost["volume"])
    refused = checkout.make("up")
    assert refused.code != 0
    assert f"data volume {lost['volume']}, network {lost['network']}" in refused.text
    assert containers(engine) == {}
    told = re.search(r"^\s+(pulumi refresh --yes --clear-pending-creates) --stack \S+$", refused.text, re.MULTILINE)
    assert told, refused.text
    refreshed = checkout.pulumi(told.group(1).removeprefix("pulumi "))
    assert refreshed.code == 0, refreshed.text
    up = checkout.make("up")
    assert up.code == 0, up.text
    checkout.expect_no_changes()


SAMPLED = [
    case
    for case in CASES
    if case.stack == "dev" and case.passphrase == "development" and not case.encrypted and not case.by_pulumi
][::10]
"""Every tenth that this stack can be given; `tests/config` has them all, without Pulumi."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[] if number % 3 == 0 else pytest.mark.long)
        for number, case in enumerate(SAMPLED)
    ],
)
def test_a_wrong_configuration_changes_nothing(checkout: Checkout, engine: docker.DockerClient, case: Case) -> None:
    """Told by the real program with the same words."""
    before = {name: found["Id"] for name, found in containers(engine).items()}
    file, variables = checkout.path / f"Pulumi.{STACK}.yaml", checkout.path / ".env"
    good = file.read_text()
    salt = "".join(line + "\n" for line in good.splitlines() if line.startswith("encryptionsalt"))
    try:
        file.write_text(case.stack_file + salt)
        if case.env is not None:
            variables.write_text(case.env)
        refused = checkout.pulumi("up --yes --skip-preview")
    finally:
        file.write_text(good)
        variables.unlink(missing_ok=True)
    assert refused.code != 0
    for line in case.told:
        said = line.replace("Pulumi.dev.yaml", file.name).replace("--stack dev", f"--stack {STACK}")
        assert said in refused.text, refused.text
    assert {name: found["Id"] for name, found in containers(engine).items()} == before


def test_destroy_leaves_nothing(checkout: Checkout, engine: docker.DockerClient, volumes_before: set[str]) -> None:
    """Development's destroy removes data too, because it was asked to; not even a nameless volume stays."""
    done = checkout.make("destroy")
    assert done.code == 0, done.text
    assert names(engine) == {"containers": [], "networks": [], "volumes": []}
    assert volumes(engine) <= volumes_before
