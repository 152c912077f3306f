"""A production stack on the engine of another machine, over ssh, in the order of a stack's life."""

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
import requests
from requests.exceptions import ConnectionError as BrokenError
from requests.exceptions import ReadTimeout
from rich.console import Console

from components.base import lock, ssh_dial
from components.base.docker_api import EngineUnreachableError, connect
from operations import images
from stacks.evolution import images as images_of
from stacks.settings.evolution import EvolutionSettings
from tests.engine.checkout import Checkout, containers, copy_checkout, names
from tests.engine.flagship import JOBS, SERVICES
from tests.engine.other_machine import OtherMachine, other_machine

pytestmark = [pytest.mark.engine, pytest.mark.long]

STACK = "remote"
STACK_ID = f"zapstack/{STACK}"
PORT = 8000 + 4300
AT_ONCE = 64
"""Gates that may wait at the same time (`providers.process.WORKERS`)."""

UNREACHABLE_SECONDS = 30
NOTHING: dict[str, list[str]] = {"containers": [], "networks": [], "volumes": []}
STACK_FILE = """config:
  docker:host: {address}
  zapstack:environment: production
  zapstack:images: local
  zapstack:systems:
    evolution: {{portOffset: 4300}}
"""


@dataclass(frozen=True, kw_only=True)
class Abroad(Checkout):
    """A checkout whose owner reaches another machine and answers no questions."""

    programs: Path

    @property
    def environment(self) -> dict[str, str]:
        """With the other machine's `ssh` first on PATH, and the owner's passphrase."""
        found = super().environment
        return {
            **found,
            "PATH": f"{self.programs}:{found['PATH']}",
            "PULUMI_CONFIG_PASSPHRASE": "of the other machine alone",
            "PULUMI_SKIP_CONFIRMATIONS": "true",
        }


@pytest.fixture(scope="module")
def machine() -> Iterator[OtherMachine]:
    """The other machine."""
    with other_machine() as found:
        yield found


@pytest.fixture(scope="module")
def abroad(
    machine: OtherMachine, engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Abroad]:
    """A checkout for the stack; this machine's engine has every local image, and nothing of the stack at the end."""
    images.ensure(engine, images_of(EvolutionSettings()), Console())
    folder = tmp_path_factory.mktemp("abroad")
    copied = copy_checkout(
        folder / "checkout", folder / "state", stack=STACK, stack_file=STACK_FILE.format(address=machine.address)
    )
    found = Abroad(path=copied.path, programs=machine.programs, stack=STACK, state=copied.state)
    begun = found.run(["sh", "-c", f". .venv/environment.sh && pulumi stack init {STACK}"])
    assert begun.code == 0, begun.text
    yield found
    assert names(engine, STACK_ID) == NOTHING


@pytest.fixture
def known(machine: OtherMachine, monkeypatch: pytest.MonkeyPatch) -> Iterator[OtherMachine]:
    """The other machine, for this process too."""
    monkeypatch.setenv("PATH", str(machine.programs), prepend=os.pathsep)
    yield machine
    for process in ssh_dial._started:
        process.kill()
        process.wait()


def test_local_images_travel(abroad: Abroad, machine: OtherMachine) -> None:
    """Each once, and none is built there."""
    wanted = {lock.local_reference(name) for name in lock.local_used(images_of(EvolutionSettings()))}
    done = abroad.make("images")
    assert done.code == 0, done.text
    copied = re.findall(rf"^image \d+ of {len(wanted)}: .* copied to {machine.address}", done.text, re.MULTILINE)
    assert len(copied) == len(wanted), done.text
    assert {tag for image in machine.engine.images.list() for tag in image.tags} == wanted
    again = abroad.make("images")
    assert (again.code, "image " in again.text.partition("images ")[2]) == (0, False), again.text


def test_up_starts_everything_there(abroad: Abroad, machine: OtherMachine, engine: docker.DockerClient) -> None:
    """And nothing here."""
    done = abroad.make("up")
    assert done.code == 0, done.text
    assert set(containers(machine.engine, STACK_ID)) == SERVICES | JOBS | {"app/2"}
    assert names(engine, STACK_ID) == NOTHING
    assert not [tag for image in engine.images.list() for tag in image.tags if f"-{STACK}-" in tag]


def test_nothing_to_do_after_it(abroad: Abroad) -> None:
    """In a plain preview, and in a second up."""
    abroad.expect_no_changes()
    again = abroad.pulumi("up --yes --skip-preview --expect-no-changes")
    assert again.code == 0, again.text


def test_the_conversation_is_held_there(abroad: Abroad) -> None:
    """Its container is the other machine's, its words come here."""
    done = abroad.make("smoke")
    assert done.code == 0, done.text
    assert "recebida" in done.text


def test_status_says_how_to_reach_it(abroad: Abroad) -> None:
    """The line it prints, as it is, opens the ingress here."""
    shown = abroad.make("status")
    assert shown.code == 0, shown.text
    line = re.search(r"ssh -N -L .*", shown.text)
    assert line, shown.text
    tunnel = subprocess.Popen(shlex.split(line.group()), env=abroad.environment)
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                answer = requests.get(f"http://127.0.0.1:{PORT}/up", timeout=5)
                break
            except requests.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert answer.ok
    finally:
        tunnel.terminate()
        tunnel.wait()


def test_as_many_calls_at_once_as_there_are_gates(known: OtherMachine) -> None:
    """Against an sshd with its stock limits, from a client that has just started."""
    client = connect(known.address)
    database = containers(known.engine, STACK_ID)["db"]["Id"]

    def ask(number: int) -> str:
        output: Any = client.containers.get(database).exec_run(["echo", str(number)]).output
        return str(output.decode().strip())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(ask, range(AT_ONCE))) == [str(number) for number in range(AT_ONCE)]


def test_a_wait_ends_in_time(known: OtherMachine) -> None:
    """A container that goes on does not keep a gate for ever."""
    waiting: Any = connect(known.address).containers.get(containers(known.engine, STACK_ID)["db"]["Id"])
    started = time.monotonic()
    with pytest.raises((ReadTimeout, BrokenError)):
        waiting.wait(timeout=2)
    assert time.monotonic() - started < 10


def test_drift_is_named_and_healed(abroad: Abroad, machine: OtherMachine) -> None:
    """As on this machine's engine."""
    before = {name: str(found["Id"]) for name, found in containers(machine.engine, STACK_ID).items()}
    stopped: Any = machine.engine.containers.get(before["redis"])
    stopped.stop()
    preview = abroad.pulumi("preview --diff")
    assert preview.code == 0, preview.text
    assert re.search(r'redis.*?observed +: .*"exited \(exit', preview.text, re.DOTALL), preview.text
    healed = abroad.pulumi("up --yes --skip-preview")
    assert healed.code == 0, healed.text
    found = containers(machine.engine, STACK_ID)
    assert {name: str(row["Id"]) for name, row in found.items()} == before
    assert found["redis"]["State"]["Running"]
    abroad.expect_no_changes()


def state(abroad: Abroad, machine: OtherMachine) -> tuple[str, dict[str, str]]:
    """Returns what the state says, secrets (encrypted anew at each writing) left out, and since when each runs."""
    running = {name: row["State"]["StartedAt"] for name, row in containers(machine.engine, STACK_ID).items()}
    resources = json.loads(abroad.pulumi("stack export").text)["deployment"].get("resources")
    return re.sub(r'"ciphertext": "[^"]*"', "", json.dumps(resources, sort_keys=True)), running


@pytest.mark.parametrize("fault", ["no answer", "key refused"])
def test_a_machine_out_of_reach_is_one_clear_error(abroad: Abroad, machine: OtherMachine, fault: str) -> None:
    """Soon, with the command to try, and nothing is changed; when it is back, so is everything else."""
    before = state(abroad, machine)
    with machine.cut_off() if fault == "no answer" else machine.stranger():
        for command in ("make preview", "pulumi up --yes --skip-preview --stack", "make down", "make status"):
            started = time.monotonic()
            stack = f" STACK={STACK}" if command.startswith("make") else f" {STACK}"
            done = abroad.run(["sh", "-c", f". .venv/environment.sh && {command}{stack}"])
            seconds = time.monotonic() - started
            print(f"{fault}: {command} ended after {seconds:.1f} s")  # noqa: T201 a figure for the report of a failure
            assert done.code != 0, done.text
            assert f"Docker engine at {machine.address}: " in done.text, done.text
            said = (
                "Permission denied" if fault == "key refused" else "(no answer within|timed out|unreachable|No route)"
            )
            assert re.search(said, done.text), done.text
            assert "docker version' answers" in done.text
            assert "Traceback" not in done.text
            assert seconds < UNREACHABLE_SECONDS, done.text
        assert state(abroad, machine) == before
    abroad.expect_no_changes()


def test_a_host_without_an_engine_is_told_from_one_without_an_answer(known: OtherMachine) -> None:
    """In the words of its own docker command."""
    with pytest.raises(EngineUnreachableError, match=r"the host answers, but no engine on it \(.*nowhere"):
        connect(f"{known.address}/nowhere.sock")


def test_destroy_leaves_nothing(abroad: Abroad, machine: OtherMachine) -> None:
    """Data are protected as everywhere in production; given up for good, nothing is left there."""
    refused = abroad.make("destroy")
    assert refused.code != 0
    assert "protect" in refused.text
    assert len(names(machine.engine, STACK_ID)["containers"]) == len(SERVICES | JOBS | {"app/2"})
    given_up = abroad.pulumi("state unprotect --all --yes")
    assert given_up.code == 0, given_up.text
    done = abroad.make("destroy")
    assert done.code == 0, done.text
    assert names(machine.engine, STACK_ID) == NOTHING
