"""A store's image of a version that does not take its data: refused while everything serves, then moved as it is told.

Debian 13 has a newer RabbitMQ, which is built here. A newer Redis that may be built, 7.2 as the last under a free
licence, is in no package: `outside.test/redis:7.2` is the local image with that version's `redis-server` and
`redis-cli` in /usr/bin, and `REDIS_VERSION` in its environment.
"""

import json
import re
import subprocess
from typing import Any

import docker
import pytest

from components.base import lock
from components.base.docker_api import has_image
from tests.engine.checkout import STACK
from tests.engine.conftest import Checkout, containers, volumes
from tests.engine.flagship import changed
from tests.engine.test_flagship_stops import keep_key, redis_keys

pytestmark = [pytest.mark.engine, pytest.mark.long]

BASE = "moves.test/base:trixie"
REDIS = "outside.test/redis:7.2"
MESSAGES = 300
PREFIX = f"zapstack-{STACK}-evolution-"

# Persistent ones, made in the broker, because nothing of the product leaves messages that a test could tell apart.
PUBLISH = f"""
Queue = {{resource, <<"app">>, queue, <<"paid orders">>}},
rabbit_amqqueue:declare(Queue, true, false, [], none, <<"tests">>),
Properties = setelement(5, erlang:make_tuple(15, undefined, [{{1, 'P_basic'}}]), 2),
Exchange = {{resource, <<"app">>, exchange, <<"">>}},
[begin
  Message = rabbit_basic:message(Exchange, <<"paid orders">>, Properties, integer_to_binary(N)),
  rabbit_basic:publish(rabbit_basic:delivery(false, false, Message, undefined))
end || N <- lists:seq(1, {MESSAGES})], ok.
"""
READ = f"""
{{ok, Queue}} = rabbit_amqqueue:lookup({{resource, <<"app">>, queue, <<"paid orders">>}}),
Get = fun(State) -> rabbit_amqqueue:basic_get(Queue, true, self(), <<"tests">>, State) end,
Take = fun({{State, Taken}}) ->
  {{ok, _, {{_, _, _, _, Message}}, Next}} = Get(State),
  Content = mc:protocol_state(mc:convert(mc_amqpl, Message)),
  {{Next, [binary_to_integer(iolist_to_binary(lists:reverse(element(6, Content)))) | Taken]}}
end,
Start = {{rabbit_queue_type:init(), []}},
{{_, Numbers}} = lists:foldl(fun(_, Found) -> Take(Found) end, Start, lists:seq(1, {MESSAGES})),
lists:reverse(Numbers) =:= lists:seq(1, {MESSAGES}).
"""


@pytest.fixture(scope="module")
def newer_broker(engine: docker.DockerClient) -> str:
    """The local RabbitMQ on Debian 13: the next version that packages have."""
    folder = lock.CHECKOUT / "images" / "rabbitmq"
    tag = f"moves.test/rabbitmq:4.0-{lock.content_hash(folder)}"
    if not has_image(engine, tag):
        script = ["bash", str(lock.CHECKOUT / "images" / "base" / "build.sh"), "trixie"]
        with subprocess.Popen(script, stdout=subprocess.PIPE) as root:
            engine.api.import_image_from_stream(root.stdout, repository="moves.test/base", tag="trixie")
        assert root.returncode == 0
        engine.images.build(buildargs={"BASE_IMAGE": BASE}, network_mode="host", path=str(folder), rm=True, tag=tag)
    return tag


def asked(engine: docker.DockerClient, *command: str) -> str:
    """Returns what the broker's own tool prints."""
    done: Any = engine.containers.get(f"{PREFIX}rabbitmq").exec_run(["rabbitmqctl", "--quiet", *command])
    assert done.exit_code == 0, done.output
    return str(done.output.decode().strip())


def messages(engine: docker.DockerClient) -> int:
    """Returns how many messages wait in the tests' own queue."""
    rows = json.loads(asked(engine, "list_queues", "--vhost", "app", "--formatter", "json", "name", "messages"))
    (found,) = [row["messages"] for row in rows if row["name"] == "paid orders"]
    return int(found)


def refused(checkout: Checkout, engine: docker.DockerClient, service: str) -> str:
    """Asks for a preview and for an update, and returns the command that both name; nothing may have been touched."""
    before = {name: (row["Id"], row["State"]["StartedAt"]) for name, row in containers(engine).items()}
    told = set()
    for verb in ("preview", "up"):
        done = checkout.make(verb)
        assert done.code != 0, done.text
        assert "nothing was changed" in done.text
        told |= set(re.findall(rf"make move-data STACK=\S+ SERVICE={service}\b", done.text))
    assert {name: (row["Id"], row["State"]["StartedAt"]) for name, row in containers(engine).items()} == before
    smoke = checkout.make("smoke")
    assert smoke.code == 0, smoke.text
    (command,) = told
    return str(command)


def put_back(engine: docker.DockerClient, checkout: Checkout, volume: str, version: str) -> None:
    """Goes back to the kept data as the guide says, and removes them."""
    guide = (checkout.path / "docs" / "operating.md").read_text()
    (block,) = re.findall(r"```sh\n(\(set -e\nversion=.*?)```", guide, re.DOTALL)
    text = block.replace("zapstack-prod-", f"zapstack-{STACK}-").replace("STACK=prod", f"STACK={STACK}")
    text = text.replace("version=3.10", f"version={version}").replace("rabbitmq_data", volume)
    done = checkout.run(["sh", "-c", text])
    assert done.code == 0, done.text
    engine.volumes.get(f"{PREFIX}{volume}-{version}").remove()


def test_a_broker_is_moved_with_its_messages(
    checkout: Checkout, engine: docker.DockerClient, newer_broker: str
) -> None:
    """All of them, in their order; logins work, and nothing is left to change."""
    up = checkout.make("up")
    assert up.code == 0, up.text
    asked(engine, "eval", PUBLISH)
    assert messages(engine) == MESSAGES
    with changed(checkout, "", above=f'  zapstack:imageOverrides: {{rabbitmq: "{newer_broker}"}}\n'):
        command = refused(checkout, engine, "rabbitmq")
        moved = checkout.run(["sh", "-c", command])
        assert moved.code == 0, moved.text
        assert f"{PREFIX}rabbitmq_data-3.10" in moved.text
        done = checkout.make("up")
        assert done.code == 0, done.text
        assert messages(engine) == MESSAGES
        checkout.expect_no_changes()
        assert asked(engine, "eval", READ) == "true"
    put_back(engine, checkout, "rabbitmq_data", "3.10")
    assert messages(engine) == MESSAGES  # as they were before the move
    checkout.expect_no_changes()


def test_redis_is_moved_to_an_earlier_version(checkout: Checkout, engine: docker.DockerClient) -> None:
    """With every key: its format is read by none but its own and later versions."""
    if not has_image(engine, REDIS):
        pytest.skip(f"{REDIS} is not here; the head of this file says what it is")
    checkout.make("destroy")  # a volume of the earlier version would keep its format
    with changed(checkout, "", above=f'  zapstack:imageOverrides: {{redis: "{REDIS}"}}\n'):
        up = checkout.make("up")
        assert up.code == 0, up.text
        kept = keep_key(checkout, engine)
        assert kept
    command = refused(checkout, engine, "redis")
    moved = checkout.run(["sh", "-c", command])
    assert moved.code == 0, moved.text
    told = re.search(rf"docker volume rm {PREFIX}redis_data-7\.2", moved.text)
    assert told, moved.text
    done = checkout.make("up")
    assert done.code == 0, done.text
    assert redis_keys(checkout, engine) >= kept
    checkout.expect_no_changes()
    removed = checkout.run(["sh", "-c", told[0]])
    assert removed.code == 0, removed.text
    assert f"{PREFIX}redis_data-7.2" not in volumes(engine)
