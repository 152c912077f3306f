"""What messages tell a person to run, run: on a stack that is up, and in a shell as a person has it.

`tests/unit/advice.yaml` says which test follows which command. Those marked `live` change nothing and are run as they
stand.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from components.base import lock, naming
from components.base.advice import for_stack
from components.base.observe import look
from infra.errors import UserError
from infra.mismatch import refuse_another_state
from infra.state import Known
from tests.engine.checkout import TEST_LABELS
from tests.engine.conftest import STACK, Checkout, Finished, volumes
from tests.engine.flagship import Conversation
from tests.unit.advice import LIVE, table

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("talk")]

FILLED_IN = {"STACK={}": f"STACK={STACK}", "SERVICE={}": "SERVICE=minio", "setup.sh {}": "setup.sh python"}
PASSPHRASE = "a passphrase of the owner"
VALUE = "hunter-22-and-more"


def complete(command: str) -> str:
    """Returns a command as a person reads it."""
    for template, text in FILLED_IN.items():
        command = command.replace(template, text)
    return for_stack(f"'{command}'", STACK)[1:-1]


def shell(checkout: Checkout, *lines: str) -> Finished:
    """Runs lines in one shell."""
    return checkout.run(["sh", "-c", "\n".join(lines)])


LIVE_COMMANDS = sorted({complete(command) for command, test in table().items() if test == LIVE})


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(command, marks=[pytest.mark.long] if " SERVICE=" in command and "=app" not in command else [])
        for command in LIVE_COMMANDS
    ],
)
def test_what_is_named_works(command: str, talk: Conversation, checkout: Checkout) -> None:
    """It ends well, says something, and leaves the checkout as it was."""
    assert talk
    done = shell(checkout, command)
    assert done.code == 0, done.text
    assert done.text.strip() or command.startswith(("make docs", "make shell"))
    assert checkout.run(["git", "status", "--porcelain"]).text == ""


@pytest.fixture
def stack_file(checkout: Checkout) -> Iterator[Path]:
    """The stack's file, which is as before at the end."""
    file = checkout.path / f"Pulumi.{STACK}.yaml"
    before = file.read_text()
    yield file
    file.write_text(before)


def test_settings_are_written_and_removed(stack_file: Path, checkout: Checkout) -> None:
    """Each key by the command that a message names; what does not belong there is refused with the one that helps."""
    path = "zapstack:systems.evolution.db.password"
    done = shell(
        checkout,
        ". .venv/environment.sh && set -e",
        f"printf %s {VALUE} | pulumi config set --secret --path '{path}' --stack {STACK}",
        f"printf %s {VALUE} | pulumi config set --secret OPENAI_API_KEY --stack {STACK}",
        f"pulumi config set zapstack:images registry --stack {STACK}",
        f"pulumi config set zapstack:images local --stack {STACK}",
        f"pulumi config set others:thing local --stack {STACK}",
    )
    assert done.code == 0, done.text
    text = stack_file.read_text()
    assert text.count("secure:") == len((path, "OPENAI_API_KEY"))
    assert "zapstack:images: local" in text
    assert VALUE not in text
    refused = checkout.pulumi("preview")
    assert refused.code != 0
    told = re.findall(r"pulumi config rm [^.'\n]*(?:'[^'\n]*')?[^.'\n]*", refused.text)
    assert len(told) == len((path, "OPENAI_API_KEY", "others:thing")), refused.text
    done = shell(checkout, ". .venv/environment.sh && set -e", *told)
    assert done.code == 0, done.text
    assert "secure:" not in stack_file.read_text()
    checkout.expect_no_changes()


@pytest.mark.long
def test_what_a_shell_has_set_is_unset(checkout: Checkout) -> None:
    """Somebody else's engine, and a passphrase that is not the stack's: in the same shell it works afterwards."""
    for wrong, verb in (
        ("DOCKER_HOST=unix:///nowhere/docker.sock", "make setup"),
        ("PULUMI_CONFIG_PASSPHRASE=of-another-stack", f"make preview STACK={STACK}"),
    ):
        refused = shell(checkout, f"export {wrong}", verb)
        assert refused.code != 0, refused.text
        told = re.search(rf"'(unset {wrong.partition('=')[0]})'", refused.text)
        assert told, refused.text
        done = shell(checkout, f"export {wrong}", verb, told[1], verb)
        assert done.code == 0, done.text


@pytest.fixture
def owner(checkout: Checkout) -> Iterator[str]:
    """A line for the shell of whoever owns production; nothing of the stack is left at the end."""
    yield f"export PULUMI_CONFIG_PASSPHRASE='{PASSPHRASE}'"
    shell(checkout, ". .venv/environment.sh", "pulumi stack rm prod --yes", "git checkout --quiet Pulumi.prod.yaml")


def test_an_owner_makes_a_production_stack(owner: str, checkout: Checkout, tmp_path: Path) -> None:
    """And takes over an old file; each command from the message before it."""
    refused = checkout.run(["make", "preview", "STACK=prod"])
    assert refused.code != 0
    lines = re.findall(r"'([^']+)'", refused.text.partition("Its owner runs, once: ")[2].splitlines()[0])
    assert lines[-1] == "pulumi stack init prod"
    assert "export PULUMI_CONFIG_PASSPHRASE=…" in lines
    made = shell(checkout, "set -e", *(line.replace("=…", f"='{PASSPHRASE}'") for line in lines))
    assert made.code == 0, made.text
    refused = shell(checkout, owner, "make import-env STACK=prod")
    told = re.search(r"Run: (make import-env FILE=old.env STACK=prod)", refused.text)
    assert told, refused.text
    file = tmp_path / "old.env"
    file.write_text("POSTGRES_USER=shop\n")
    done = shell(checkout, owner, told[1].replace("old.env", str(file)))
    assert done.code == 0, done.text
    shown = shell(checkout, ". .venv/environment.sh", owner, "pulumi config --stack prod")
    assert shown.code == 0, shown.text
    assert "shop" in shown.text


def test_what_another_state_has_made_is_removed(engine: docker.DockerClient) -> None:
    """When that state is lost for good; containers go, and data stay."""
    stack_id = TEST_LABELS[naming.STACK_LABEL]
    data = "tests-e2e-of-another-state"
    labels = {**TEST_LABELS, naming.ROLE_LABEL: "service", naming.SERVICE_LABEL: "db", naming.SYSTEM_LABEL: "y"}
    engine.volumes.create(data, labels=TEST_LABELS)
    kept: Any = engine.volumes.get(data)
    try:
        engine.containers.create(
            lock.local_reference("base"), ["true"], labels=labels, volumes={data: {"bind": "/data"}}
        )
        with pytest.raises(UserError) as refused:
            refuse_another_state(look(engine, stack_id), Known(), stack_id)
        command = re.search(r"^\s+(docker rm -f .*)$", str(refused.value), re.MULTILINE)
        assert command
        subprocess.run(["sh", "-ec", command[1]], check=True)
        assert not look(engine, stack_id).containers
        assert data in volumes(engine)
    finally:
        kept.remove(force=True)
