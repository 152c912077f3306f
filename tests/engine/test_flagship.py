"""The flagship on a real engine, in the order of a stack's life: every test goes on from where the last one ended."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.config.wrong import CASES, Case
from tests.engine.conftest import STACK, Checkout, containers, copy_checkout, exported, names, volumes

pytestmark = pytest.mark.engine

SERVICES = {"app", "db", "evolution-api", "evolution-postgres"}
WARM_UP_SECONDS = 60
FAILED_GATE_SECONDS = 30
BROKEN = """ARG BASE_IMAGE
FROM ${BASE_IMAGE}
CMD ["python3", "-c", "print('no licence found'); raise SystemExit(3)"]
"""


def reply(text: str) -> int:
    """Returns the number of the message the application says it has received."""
    found = re.search(r"out: Mensagem (\d+) recebida", text)
    assert found, text
    return int(found.group(1))


def test_up_starts_everything_and_holds_the_conversation(checkout: Checkout, engine: docker.DockerClient) -> None:
    """One command on a machine without the stack ends with a message answered."""
    done = checkout.make("up")
    assert done.code == 0, done.text
    assert reply(done.text) == 1
    assert set(containers(engine)) >= SERVICES
    assert "warning" not in done.text.lower(), done.text


def test_the_tool_chain_is_the_pinned_one(checkout: Checkout) -> None:
    """Both providers as the Python SDKs ask for them."""
    listed = checkout.run(["sh", "-c", ". .venv/environment.sh && pulumi plugin ls"]).text
    assert re.search(r"docker\s+resource\s+5\.2\.0", listed), listed
    assert re.search(r"random\s+resource\s+4\.21\.4", listed), listed


def test_a_verb_creates_no_production_stack(checkout: Checkout) -> None:
    """It says what its owner does, and writes nothing into the tracked file."""
    refused = checkout.run(["make", "preview", "STACK=prod"])
    assert refused.code != 0
    assert "pulumi stack init prod" in refused.text
    assert checkout.run(["git", "status", "--porcelain"]).text == ""


def test_nothing_to_do_after_up_and_after_refresh(checkout: Checkout) -> None:
    """What was just made is what the program describes, also as the engine tells it."""
    checkout.expect_no_changes()
    refreshed = checkout.pulumi("refresh --yes --skip-preview")
    assert refreshed.code == 0, refreshed.text
    checkout.expect_no_changes()


def test_another_clone_drives_the_same_stack(checkout: Checkout, tmp_path: Path) -> None:
    """The state is the machine's, not the folder's."""
    other = copy_checkout(tmp_path / "other", checkout.state)
    stack_file = f"Pulumi.{STACK}.yaml"
    (other.path / stack_file).write_text((checkout.path / stack_file).read_text())
    other.expect_no_changes()


def test_every_container_is_hardened(engine: docker.DockerClient, checkout: Checkout) -> None:
    """What the engine says of the containers, not what the program meant."""
    assert checkout.path.exists()
    for name, found in containers(engine).items():
        host, config = found["HostConfig"], found["Config"]
        assert config["User"].split(":")[0] not in {"", "0", "root"}, name
        assert host["CapDrop"] == ["ALL"], name
        assert not host["CapAdd"], name
        assert host["ReadonlyRootfs"], name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], name
        assert 0 < host["Memory"] == host["MemorySwap"], name
        assert host["NanoCpus"] > 0, name
        assert host["Init"], name
        assert host["LogConfig"]["Config"] == {"max-file": "3", "max-size": "10m"}, name
        if config["Labels"]["zapstack.role"] == "service":
            assert host["PidsLimit"] == 256, name
            assert host["RestartPolicy"]["Name"] == "always", name
        for bindings in (host["PortBindings"] or {}).values():
            assert {binding["HostIp"] for binding in bindings} == {"127.0.0.1"}, name


def secrets_of(checkout: Checkout) -> list[str]:
    """Returns every generated secret of the stack in the clear."""
    shown = checkout.pulumi("stack export --show-secrets").text
    rows = json.loads(shown)["deployment"]["resources"]
    found = [json.loads(row["outputs"]["result"]["plaintext"]) for row in rows if "RandomPassword" in row["type"]]
    assert len(found) >= 5
    return found


def leaks(engine: docker.DockerClient, checkout: Checkout, secrets: list[str]) -> list[str]:
    """Returns the places where a secret can be read without asking for it."""
    api: Any = engine.api  # partly untyped in the stubs
    places: dict[str, str] = {"stack export": json.dumps(exported(checkout))}
    for name, found in containers(engine).items():
        places[f"inspect of {name}"] = json.dumps(found)
        places[f"logs of {name}"] = engine.containers.get(found["Id"]).logs().decode(errors="replace")
        places[f"history of {name}"] = json.dumps(api.history(found["Image"]))
    places["process list"] = subprocess.run(["ps", "axww"], capture_output=True, check=True, text=True).stdout
    return [place for place, text in places.items() if any(secret in text for secret in secrets)]


def test_no_secret_can_be_read_without_asking(checkout: Checkout, engine: docker.DockerClient) -> None:
    """Not in inspect, logs, image history, state or process list; and the search would find one."""
    secrets = secrets_of(checkout)
    assert leaks(engine, checkout, secrets) == []
    assert "inspect of db" in leaks(engine, checkout, ["POSTGRES_PASSWORD_FILE"])


@pytest.mark.parametrize(
    ("fault", "seen"),
    [("stop", r"exited \(exit"), ("pause", "paused since"), ("remove", "missing")],
    ids=["stopped", "paused", "removed"],
)
def test_drift_is_named_by_preview_and_healed_by_up(
    checkout: Checkout, engine: docker.DockerClient, fault: str, seen: str
) -> None:
    """A plain preview says what is wrong; a plain up repairs that container and touches no other."""
    before = {name: found["Id"] for name, found in containers(engine).items()}
    victim: Any = engine.containers.get(before["evolution-postgres"])
    {"stop": victim.stop, "pause": victim.pause, "remove": lambda: victim.remove(force=True)}[fault]()

    preview = checkout.pulumi("preview --diff")
    assert preview.code == 0, preview.text
    assert re.search(seen, preview.text), preview.text

    healed = checkout.pulumi("up --yes --skip-preview")
    assert healed.code == 0, healed.text
    after = {name: found["Id"] for name, found in containers(engine).items()}
    neighbours = before.keys() - {"evolution-postgres"}
    assert {name: after[name] for name in neighbours} == {name: before[name] for name in neighbours}
    assert (after["evolution-postgres"] != before["evolution-postgres"]) == (fault == "remove")
    checkout.expect_no_changes()
    assert checkout.make("smoke").code == 0


def test_a_failed_gate_says_why_and_fails_again(checkout: Checkout, engine: docker.DockerClient) -> None:
    """A release that dies at start ends `up` soon with exit code and last lines; going back converges."""
    source = checkout.path / "apps" / "broken"
    source.mkdir()
    (source / "Dockerfile").write_text(BROKEN)
    exclude = checkout.path / ".git" / "info" / "exclude"
    exclude.write_text(exclude.read_text() + "apps/broken\n")
    file = checkout.path / f"Pulumi.{STACK}.yaml"
    good = file.read_text()
    file.write_text(good.replace("{portOffset: 1000}", "{portOffset: 1000, app: {source: apps/broken}}"))
    try:
        assert file.read_text() != good
        for _ in range(2):
            started = time.monotonic()
            failed = checkout.pulumi("up --yes --skip-preview")
            assert failed.code != 0, failed.text
            assert re.search(r"app: exited \(exit 3\)|app: restarted by itself", failed.text), failed.text
            assert "no licence found" in failed.text
            assert "Traceback" not in failed.text
            assert time.monotonic() - started < FAILED_GATE_SECONDS
    finally:
        file.write_text(good)
    back = checkout.pulumi("up --yes --skip-preview")
    assert back.code == 0, back.text
    checkout.expect_no_changes()
    assert set(containers(engine)) >= SERVICES


def test_down_keeps_data_and_logins(checkout: Checkout, engine: docker.DockerClient) -> None:
    """After down and up the application remembers the earlier messages."""
    earlier = reply(checkout.make("smoke").text)
    down = checkout.make("down")
    assert down.code == 0, down.text
    left = names(engine)
    assert left["containers"] == []
    assert left["networks"] == []
    assert len(left["volumes"]) == 3
    started = time.monotonic()
    up = checkout.make("up")
    assert up.code == 0, up.text
    assert time.monotonic() - started < WARM_UP_SECONDS
    assert reply(up.text) == earlier + 1


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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
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
        assert f"docker volume rm {name}" in refused.text
    finally:
        volume.remove()


SAMPLED = [
    case
    for case in CASES
    if case.stack == "dev" and case.passphrase == "development" and not case.encrypted and not case.by_pulumi
][::10]
"""Every tenth that this stack can be given; `tests/config` has them all, without Pulumi."""


@pytest.mark.parametrize("case", SAMPLED, ids=lambda case: str(case.name))
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
        assert line.replace("Pulumi.dev.yaml", file.name) in refused.text, refused.text
    assert {name: found["Id"] for name, found in containers(engine).items()} == before


def test_destroy_leaves_nothing(checkout: Checkout, engine: docker.DockerClient, volumes_before: set[str]) -> None:
    """Development's destroy removes data too, because it was asked to; not even a nameless volume stays."""
    done = checkout.make("destroy")
    assert done.code == 0, done.text
    assert names(engine) == {"containers": [], "networks": [], "volumes": []}
    assert volumes(engine) <= volumes_before
