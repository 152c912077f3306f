"""The base on a real engine: a replicated application with every kind of connection, broken in every way."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from docker import DockerClient
from rich.console import Console

from infra.config import image_source
from operations import images
from tests.engine.conftest import Checkout, containers, names, remove_stack
from tests.engine.example import Example, docker, shell
from tests.example.system import SYSTEMS, ExampleSettings

pytestmark = pytest.mark.engine

VERDICT_SECONDS = 5
PROOF_SECONDS = 10
PROGRAM_SECONDS = 25
"""For the program itself, on a machine that does other things as well."""


@pytest.fixture(scope="module")
def example(checkout: Checkout, engine: DockerClient) -> Iterator[Example]:
    """The stack all these tests work on; whatever they leave of it is removed at the end."""
    if image_source("auto") == "local":
        images.ensure(engine, [*SYSTEMS["example"].images(ExampleSettings())], Console())
    found = Example(checkout=checkout, stack="e2e")
    yield found
    found.pulumi("destroy --yes --skip-preview")
    remove_stack(engine, found.stack_id)


def ids(engine: DockerClient, example: Example) -> dict[str, str]:
    """Returns service to container id."""
    return {name: str(found["Id"]) for name, found in containers(engine, example.stack_id).items()}


def test_an_order_goes_through_everything(example: Example) -> None:
    """Ingress, two replicas, Postgres, Redis, RabbitMQ and the worker; and then there is nothing to do."""
    example.must_up()
    assert [example.order() for _ in range(3)] == [1, 2, 3]
    assert example.totals() == {"cached": 3, "done": 3, "release": "1", "total": 3}


def test_an_untouched_stack_is_never_a_change(example: Example) -> None:
    """Also after a refresh."""
    refreshed = example.pulumi("refresh --yes --skip-preview")
    assert refreshed.code == 0, refreshed.text
    for _ in range(3):
        example.expect_no_changes()


@pytest.mark.long
def test_twenty_previews_of_an_untouched_stack(example: Example) -> None:
    """Whatever the engine's checks do meanwhile."""
    for _ in range(20):
        example.expect_no_changes()


def _starve(name: str) -> None:
    docker("stop", name)
    docker("update", "--memory", "6m", "--memory-swap", "6m", name)
    docker("start", name)
    deadline = time.monotonic() + 20
    while docker("inspect", "--format", "{{.RestartCount}}", name).strip() == "0":
        assert time.monotonic() < deadline, "it lives on 6 MiB"
        time.sleep(0.2)


FAULTS: dict[str, tuple[Callable[[str], object], str]] = {
    "memcached": (lambda name: docker("stop", name), r"exited \(exit \d+\) since"),
    "ingress": (lambda name: docker("rm", "-f", name), r'"missing"'),
    "rabbitmq": (lambda name: docker("pause", name), r"paused since"),
    "redis": (
        lambda name: docker("network", "disconnect", name.replace("redis", "data"), name),
        r"left network example-e2e-example-data \(seen",
    ),
    "db": (lambda name: docker("update", "--memory", "400m", "--memory-swap", "400m", name), r"memory limit 400 MiB"),
    "worker": (_starve, r"memory limit 6 MiB instead of 128; .*(exit|restart)"),
}


@pytest.mark.parametrize("time_of", ["first", pytest.param("second", marks=pytest.mark.long)])
def test_every_drift_is_named_by_preview_and_healed_by_up(example: Example, engine: DockerClient, time_of: str) -> None:
    """Six faults at once, twice: each with its reason, healed by a plain up, neighbours untouched."""
    before = ids(engine, example)
    for service, (inflict, _) in FAULTS.items():
        inflict(f"example-e2e-example-{service}")

    preview = example.pulumi("preview --diff")
    assert preview.code == 0, preview.text
    for service, (_, reason) in FAULTS.items():
        assert re.search(reason, preview.text), f"{time_of} {service}: {preview.text}"

    example.must_up()
    after = ids(engine, example)
    assert {name for name in before if after[name] != before[name]} == {"ingress"}
    example.order()
    totals = example.totals()
    assert totals["done"] == totals["total"]


@pytest.mark.long
def test_a_store_that_hangs_is_named_and_restarted(example: Example, engine: DockerClient) -> None:
    """Docker never restarts an unhealthy container; the gate does, after its whole budget."""
    name = "example-e2e-example-redis"
    docker("exec", name, "sh", "-c", "kill -STOP $(pidof redis-server)")
    deadline = time.monotonic() + 150
    while containers(engine, example.stack_id)["redis"]["State"]["Health"]["FailingStreak"] < 3:
        assert time.monotonic() < deadline
        time.sleep(1)
    before = ids(engine, example)
    assert re.search(r"unhealthy since \d{4}-", example.pulumi("preview --diff").text)
    example.must_up()
    assert ids(engine, example) == before
    example.order()


BROKEN = {
    "password": r'db: AUTH failed: db:5432 refuses the password of user "shop"',
    "host": r'db: DNS failed|nowhere: DNS failed: nobody on this network is called "nowhere"',
    "database": r'db: DATABASE failed: db:5432 has no database "nowhere"',
    "vhost": r'rabbitmq: VHOST failed: rabbitmq:5672 has no virtual host "nowhere" for user "app"',
}


def test_a_connection_that_does_not_work_is_named_before_the_consumer_starts(
    example: Example, engine: DockerClient
) -> None:
    """Within seconds; the earlier version goes on serving; going back leaves nothing."""
    before = ids(engine, example)
    for fault, said in BROKEN.items():
        started = time.monotonic()
        failed = example.up(fault=fault)
        took = time.monotonic() - started
        assert failed.code != 0, failed.text
        assert re.search(said, failed.text), failed.text
        assert "Traceback" not in failed.text
        assert took < PROOF_SECONDS + PROGRAM_SECONDS, fault
        assert ids(engine, example) == before
        example.order()
    example.must_up(fault="")


def test_a_bad_release_leaves_the_old_one_serving(example: Example, engine: DockerClient) -> None:
    """It fails twice, with its last line; the old replicas serve; going back converges with nothing left over."""
    before = ids(engine, example)
    with example.load() as wrong:
        for _ in range(2):
            failed = example.up(fault="release")
            assert failed.code != 0, failed.text
            assert "no licence found" in failed.text
        example.must_up(fault="")
    assert wrong == []
    after = ids(engine, example)
    assert after.keys() == before.keys()


def test_releases_and_scaling_lose_no_request(example: Example, engine: DockerClient) -> None:
    """A rolling release, one replica more, one less, under load."""
    with example.load() as wrong:
        example.must_up(release="2")
        example.must_up(replicas=3)
        assert {"app/1", "app/2", "app/3"} <= ids(engine, example).keys()
        example.must_up(replicas=2)
    assert wrong == []
    assert example.totals()["release"] == "2"


def test_five_waiting_gates_do_not_delay_the_verdict_on_the_sixth(example: Example, engine: DockerClient) -> None:
    """`up` is over soon after the death, with exit code and last lines; again; then going back converges."""
    before = ids(engine, example)
    for _ in range(2):
        failed = example.up(waiting=6)
        ended = time.time()
        assert failed.code != 0
        assert re.search(r"waiting-5: (exited \(exit 7\)|restarted by itself)", failed.text), failed.text
        assert "giving up" in failed.text
        died = containers(engine, example.stack_id)["waiting-5"]["State"]["FinishedAt"][:19]
        # It dies every few seconds: the last death before the end of `up` is the one that was seen, or a later one.
        assert ended - datetime.fromisoformat(f"{died}+00:00").timestamp() < VERDICT_SECONDS + 1
    example.must_up(waiting=0)
    assert ids(engine, example) == before


@pytest.mark.long
def test_users_and_passwords_change_on_existing_data(example: Example) -> None:
    """Rotation twice, so that both slots have been in use, and a new user; earlier orders are still there."""
    total = example.totals()["total"]
    example.must_up(rotation=1)
    example.order()
    example.must_up(rotation=2)
    example.order()
    example.must_up(dbUser="merchant")
    example.order()
    assert example.totals()["total"] > total


@pytest.mark.long
def test_a_changed_database_name_is_refused_with_the_command(example: Example, engine: DockerClient) -> None:
    """The preview refuses; nothing is stopped; the commands it prints make the new name work on the same data."""
    before = ids(engine, example)
    for old, new in (("shop", "store"), ("store", "shop")):
        total = example.totals()["total"]
        example.settings["database"] = new
        for refused in (example.pulumi("preview"), example.up()):
            assert refused.code != 0, refused.text
            assert f"there is no database {new} in its data" in refused.text
        assert ids(engine, example) == before
        example.order()
        told = re.search(rf"docker exec example-e2e-example-db psql .*{old}.*ALLOW_CONNECTIONS true'", refused.text)
        assert told, refused.text
        assert shell(told.group()) == 0
        example.must_up()
        before = ids(engine, example)
        assert example.totals()["total"] == total + 1


@pytest.mark.long
def test_another_version_of_the_data_is_refused_before_anything_stops(example: Example, engine: DockerClient) -> None:
    """A server of Postgres 16 would not start on data of 15, and the old one would be gone."""
    before = ids(engine, example)
    refused = example.up(major=16)
    assert refused.code != 0
    assert "are of Postgres 15" in refused.text, refused.text
    assert ids(engine, example) == before
    example.order()
    example.must_up(major=15)
    assert ids(engine, example) == before


@pytest.mark.long
def test_a_killed_rollout_is_finished_by_the_next_up(example: Example, engine: DockerClient) -> None:
    """Neither the lock, nor replicas without a fixed name that no state knows, are left."""
    before = ids(engine, example)
    with example.started("up --yes --skip-preview", release="killed") as running:
        deadline = time.monotonic() + 60
        while len(names(engine, example.stack_id)["containers"]) == len(before):
            assert time.monotonic() < deadline, "no new replica appeared"
            assert running.poll() is None
            time.sleep(0.1)
        os.killpg(running.pid, signal.SIGKILL)
    assert example.pulumi("cancel --yes").code == 0
    example.must_up()
    assert len(names(engine, example.stack_id)["containers"]) == len(before)
    example.order()
    assert example.totals()["release"] == "killed"


def test_no_secret_can_be_read_without_asking(example: Example, engine: DockerClient) -> None:
    """Not in inspect, logs, history or state; and the search would find one."""
    shown = json.loads(example.pulumi("stack export --show-secrets").text)["deployment"]["resources"]
    made = [json.loads(row["outputs"]["result"]["plaintext"]) for row in shown if "RandomPassword" in row["type"]]
    assert len(made) >= 9
    api: Any = engine.api
    places = {"state": example.pulumi("stack export").text}
    for name, found in containers(engine, example.stack_id).items():
        places[f"inspect {name}"] = json.dumps(found)
        places[f"logs {name}"] = engine.containers.get(found["Id"]).logs().decode(errors="replace")
        places[f"history {name}"] = json.dumps(api.history(found["Image"]))
    assert [place for place, text in places.items() if any(secret in text for secret in made)] == []
    assert "POSTGRES_PASSWORD_FILE" in places["inspect db"]


@pytest.mark.long
def test_two_stacks_live_side_by_side(example: Example, engine: DockerClient) -> None:
    """They share nothing but images; one of them protects its data, and its destroy changes nothing."""
    other = Example(checkout=example.checkout, protect_data=True, settings={"portOffset": 2100}, stack="e2e-other")
    try:
        other.must_up()
        assert other.order() == 1
        assert example.order() > 1
        example.expect_no_changes()
        before = ids(engine, other)
        refused = other.pulumi("destroy --yes")
        assert refused.code != 0
        assert "cannot be deleted" in refused.text, refused.text
        assert "because it is protected" in refused.text, refused.text
        assert ids(engine, other) == before
        other.protect_data = False
        other.must_up()
        destroyed = other.pulumi("destroy --yes")
        assert destroyed.code == 0, destroyed.text
        assert names(engine, other.stack_id) == {"containers": [], "networks": [], "volumes": []}
    finally:
        remove_stack(engine, other.stack_id)


def test_destroy_leaves_nothing(example: Example, engine: DockerClient) -> None:
    """Not even a files volume of an earlier replica."""
    destroyed = example.pulumi("destroy --yes --skip-preview")
    assert destroyed.code == 0, destroyed.text
    assert names(engine, example.stack_id) == {"containers": [], "networks": [], "volumes": []}
