"""The recipe of the README for a staging stack, word for word but for its name, on the engine."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

import docker
import pytest

from components.base.lock import CHECKOUT
from infra.config import image_source
from tests.engine.checkout import Checkout, containers, names, remove_stack
from tests.engine.flagship import JOBS, SERVICES

pytestmark = [pytest.mark.engine, pytest.mark.long]

STACK = "e2e-staging"
"""Where the README says `staging`, which somebody may have on this machine."""

STACK_ID = f"zapstack/{STACK}"
PASSPHRASE = "of staging alone"
PRODUCTION_ONLY = {"app/2"}


def recipe() -> list[str]:
    """Returns the commands of the README."""
    section = (CHECKOUT / "README.md").read_text().partition("### Staging\n")[2].partition("\n### ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block
    lines = [line.partition("  #")[0].strip() for line in block.group(1).splitlines()]
    return [re.sub(r"\bstaging\b", STACK, line) for line in lines]


@pytest.fixture(scope="module")
def staging(checkout: Checkout, engine: docker.DockerClient) -> Iterator[Checkout]:
    """A checkout in which the recipe was followed; nothing of the stack is left at the end."""
    lines = recipe()
    if image_source("auto") == "local":
        lines.insert(-1, f"pulumi config set --stack {STACK} zapstack:images local")
    assert lines[-1] == f"make up STACK={STACK}"
    script = "\n".join(lines[:-1]).replace(
        "PULUMI_CONFIG_PASSPHRASE=…", f"PULUMI_CONFIG_PASSPHRASE={shlex.quote(PASSPHRASE)}"
    )
    done = checkout.run(["sh", "-ec", script])
    assert done.code == 0, done.text
    yield replace(checkout, stack=STACK)
    remove_stack(engine, STACK_ID)
    (checkout.path / f"Pulumi.{STACK}.yaml").unlink()


def verb(staging: Checkout, command: str, passphrase: str = PASSPHRASE) -> tuple[int, str]:
    """Runs a command with a passphrase, and without anybody to answer questions."""
    line = f"export PULUMI_SKIP_CONFIRMATIONS=true PULUMI_CONFIG_PASSPHRASE={shlex.quote(passphrase)}\n{command}"
    done = staging.run(["sh", "-c", f". .venv/environment.sh\n{line}"])
    return done.code, done.text


def test_it_comes_up_with_productions_defaults(staging: Checkout, engine: docker.DockerClient) -> None:
    """Two replicas, nothing published but the ingress, the conversation held, and nothing to do afterwards."""
    code, text = verb(staging, f"make up STACK={STACK}")
    assert code == 0, text
    found = containers(engine, STACK_ID)
    assert set(found) == SERVICES | JOBS | PRODUCTION_ONLY
    published = {name for name, row in found.items() if row["HostConfig"]["PortBindings"]}
    assert published == {"ingress"}
    code, text = verb(staging, f"make smoke STACK={STACK}")
    assert code == 0, text
    code, text = verb(staging, f"pulumi preview --expect-no-changes --stack {STACK}")
    assert code == 0, text


def test_a_question_is_answered_beforehand(staging: Checkout) -> None:
    """By the command that is told where nobody can answer."""
    code, text = verb(staging, f"unset PULUMI_SKIP_CONFIRMATIONS; make up STACK={STACK}")
    assert code != 0
    told = re.search(r"answer beforehand: (PULUMI_SKIP_CONFIRMATIONS=true make up STACK=.*)", text)
    assert told, text
    code, text = verb(staging, f"unset PULUMI_SKIP_CONFIRMATIONS; {told[1]}")
    assert code == 0, text


def test_developments_passphrase_does_not_open_it(staging: Checkout) -> None:
    """Each stack has its own salt and its own passphrase."""
    code, text = verb(staging, f"pulumi stack output credentials --show-secrets --stack {STACK}", "development")
    assert code != 0
    assert "incorrect passphrase" in text


def test_its_data_are_protected(staging: Checkout, engine: docker.DockerClient) -> None:
    """Destroy refuses as a whole; given up for good by the command it names, nothing is left."""
    before = names(engine, STACK_ID)
    code, text = verb(staging, f"make destroy STACK={STACK}")
    assert code != 0, text
    assert "protect" in text
    assert names(engine, STACK_ID) == before
    urn = re.search(r"urn:pulumi:\S+redis_data", verb(staging, f"pulumi stack --show-urns --stack {STACK}")[1])
    assert urn
    code, text = verb(staging, f"pulumi state unprotect '{urn[0]}' --yes --stack {STACK}")
    assert code == 0, text
    code, text = verb(staging, f"pulumi state unprotect --all --yes --stack {STACK} && make destroy STACK={STACK}")
    assert code == 0, text
    assert names(engine, STACK_ID) == {"containers": [], "networks": [], "volumes": []}
