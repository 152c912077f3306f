"""A copy of the checkout with a state of its own, and what a stack run from it leaves on the engine.

What the engine tests and the bench start from: nothing of a developer's own stack is touched.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from components.base.lock import CHECKOUT

STACK = "e2e"
"""The stack of the engine tests."""

STACK_ID = f"zapstack/{STACK}"
TEST_LABELS = {"zapstack.stack": f"tests/{STACK}"}
"""Of what tests make themselves, so that `sweep` finds it."""

SWEPT = frozenset(
    {STACK_ID, f"zapstack/{STACK}-staging", f"example/{STACK}", f"example/{STACK}-other", f"tests/{STACK}"}
)
"""Every stack of the engine tests on this machine's engine, and nobody else's."""

PORT_OFFSET = 4000
"""Away from a developer's own stack, and from those of the other tests."""
STACK_FILE = f"""config:
  zapstack:environment: development
  zapstack:systems:
    evolution: {{portOffset: {PORT_OFFSET}}}
"""
UP_TIMEOUT_SECONDS = 900
SETUP_TIMEOUT_SECONDS = 3000


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A command that has ended."""

    code: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A copy of the project in which verbs are run as a person would."""

    path: Path
    stack: str
    state: Path

    @property
    def environment(self) -> dict[str, str]:
        """The caller's environment with a state of its own, and nothing an activated tool chain has set."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
        return {**kept, "XDG_STATE_HOME": str(self.state)}

    def run(self, command: Sequence[str], *, timeout: int = UP_TIMEOUT_SECONDS) -> Finished:
        """Runs a command in the copy; stdout and stderr are one text, colours removed."""
        done = subprocess.run(
            command,
            check=False,
            cwd=self.path,
            env=self.environment,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=timeout,
        )
        return Finished(code=done.returncode, text=re.sub(r"\x1b\[[0-9;]*m", "", done.stdout))

    def make(self, verb: str) -> Finished:
        """Runs a verb; the checkout must be as clean after it as before."""
        done = self.run(["make", verb, f"STACK={self.stack}"])
        changed = self.run(["git", "status", "--porcelain"]).text
        assert not changed, f"make {verb} changed tracked files:\n{changed}\n{done.text}"
        return done

    def pulumi(self, arguments: str) -> Finished:
        """Runs plain `pulumi` after the one documented line."""
        return self.run(["sh", "-c", f". .venv/environment.sh && pulumi {arguments} --stack {self.stack}"])

    def expect_no_changes(self) -> None:
        """A plain preview must propose nothing."""
        done = self.pulumi("preview --diff --expect-no-changes")
        assert done.code == 0, done.text


def copy_checkout(target: Path, state: Path, *, stack: str = STACK, stack_file: str = STACK_FILE) -> Checkout:
    """Makes a clean checkout of the files as they are now, as a clone of the next commit would be.

    Args:
        target: The folder to make.
        state: Where its stacks' state is kept.
        stack: Name of the stack it is for.
        stack_file: Content of that stack's file.
    """
    target.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], capture_output=True, check=True, cwd=CHECKOUT
    ).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        if not os.path.lexists(CHECKOUT / name):  # deleted, and not committed yet
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, target / name, follow_symlinks=False)
    (target / f"Pulumi.{stack}.yaml").write_text(stack_file)
    identity = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"]
    for command in (
        ["git", "init", "--quiet"],
        ["git", "add", "--all"],
        ["git", *identity, "commit", "--quiet", "-m", "as it is"],
    ):
        subprocess.run(command, check=True, cwd=target)
    # Pulumi adds the salt of a new stack to its file, as an owner's first `stack init` does.
    (target / ".git" / "info" / "exclude").write_text(f"Pulumi.{stack}.yaml\n")
    subprocess.run(["git", "rm", "--quiet", "--cached", f"Pulumi.{stack}.yaml"], check=True, cwd=target)
    subprocess.run(["git", *identity, "commit", "--quiet", "-m", "stack file"], check=True, cwd=target)
    checkout = Checkout(path=target, stack=stack, state=state)
    done = checkout.run(["make", "setup"], timeout=SETUP_TIMEOUT_SECONDS)
    assert done.code == 0, done.text
    return checkout


def containers(engine: docker.DockerClient, stack_id: str = STACK_ID) -> dict[str, dict[str, Any]]:
    """Returns a stack's containers, service name to the engine's inspect; replicas as `app/1`."""
    wanted: dict[str, Any] = {"label": f"zapstack.stack={stack_id}"}
    found = engine.containers.list(all=True, filters=wanted, ignore_removed=True)
    return {_service(row.attrs): row.attrs for row in found}


def _service(inspected: dict[str, Any]) -> str:
    """Returns the service's name; the engine's own name differs only for start-first replicas."""
    labels = inspected["Config"]["Labels"]
    service = str(labels["zapstack.service"])
    if inspected["Name"].endswith(f"-{service}"):
        return service
    return f"{service}/{labels.get('zapstack.replica', '1')}"


def volumes(engine: docker.DockerClient) -> set[str]:
    """Returns every volume on the engine, nameless ones too."""
    return {str(row.name) for row in engine.volumes.list()}


def names(engine: docker.DockerClient, stack_id: str = STACK_ID) -> dict[str, list[str]]:
    """Returns what of the stack is on the engine, by kind."""
    return labelled(engine, f"zapstack.stack={stack_id}")


def labelled(engine: docker.DockerClient, label: str) -> dict[str, list[str]]:
    """Returns what carries a label, by kind."""
    wanted: dict[str, Any] = {"label": label}
    return {
        "containers": sorted(
            str(row.name) for row in engine.containers.list(all=True, filters=wanted, ignore_removed=True)
        ),
        "networks": sorted(str(row.name) for row in engine.networks.list(filters=wanted)),
        "volumes": sorted(str(row.name) for row in engine.volumes.list(filters=wanted)),
    }


def remove_stack(engine: docker.DockerClient, stack_id: str = STACK_ID) -> None:
    """Removes whatever carries a test stack's label."""
    remove_labelled(engine, f"zapstack.stack={stack_id}")


def sweep(engine: docker.DockerClient) -> None:
    """Removes what a suite that was killed has left of its stacks; no other stack is touched."""
    for stack_id in sorted(SWEPT):
        remove_stack(engine, stack_id)


def remove_labelled(engine: docker.DockerClient, label: str) -> None:
    """Removes whatever carries a label, data volumes included."""
    left = labelled(engine, label)
    for name in left["containers"]:
        engine.containers.get(name).remove(force=True)
    for name in left["networks"]:
        engine.networks.get(name).remove()
    for name in left["volumes"]:
        engine.volumes.get(name).remove(force=True)


def exported(checkout: Checkout) -> dict[str, Any]:
    """Returns the stack's state as `pulumi stack export` shows it."""
    state: dict[str, Any] = json.loads(checkout.pulumi("stack export").text)
    return state
