"""Images by tag alone: production refuses them, `make lock-images WRITE=1` asks the registry, production takes them."""

import re
from collections.abc import Iterator
from typing import Final

import docker
import pytest

from components.base import lock
from stacks import evolution
from stacks.settings.evolution import EvolutionSettings
from stacks.settings.media import VersitygwSettings
from tests.engine.conftest import Checkout
from tests.engine.registry import REGISTRY, forget, pushed, registry

pytestmark = [pytest.mark.engine, pytest.mark.long]

STACK: Final = "e2e-staging"
STACK_FILE: Final = """config:
  zapstack:environment: production
  zapstack:images: registry
  zapstack:systems:
    evolution: {versitygw: {enabled: true}}
"""
PASSPHRASE: Final = "of staging alone"
USED: Final = [
    name
    for name in evolution.images(EvolutionSettings(versitygw=VersitygwSettings(enabled=True)))
    if lock.load()[name].registry
]


@pytest.fixture
def production(checkout: Checkout) -> Iterator[Checkout]:
    """A checkout with a production stack that was never up, and its own lock file back at the end."""
    file = checkout.path / f"Pulumi.{STACK}.yaml"
    file.write_text(STACK_FILE)
    done = run(checkout, f"pulumi stack init {STACK}")
    assert done[0] == 0, done[1]
    yield checkout
    run(checkout, f"pulumi stack rm --yes {STACK}")
    file.unlink(missing_ok=True)
    assert checkout.run(["git", "checkout", "components/images.lock"]).code == 0


def run(checkout: Checkout, command: str) -> tuple[int, str]:
    """Runs a command as the stack's owner."""
    own = f"export PULUMI_CONFIG_PASSPHRASE='{PASSPHRASE}'"
    done = checkout.run(["sh", "-c", f"{own}\n. .venv/environment.sh\n{command}"])
    return done.code, " ".join(done.text.split())


def by_tag_alone(text: str) -> str:
    """Returns a lock file whose images come from the loopback registry, under a tag and without a digest."""
    lines, name = [], ""
    for line in text.splitlines():
        entry = re.match(r"([a-z0-9-]+):$", line)
        name = entry.group(1) if entry else name
        if line.startswith(("    digest: ", "    certainty: ")):
            continue
        line = re.sub(r"^(    repository: ).*", rf"\g<1>{REGISTRY}/{name}", line)  # noqa: PLW2901 the line as it shall be
        lines.append(re.sub(r"^(    version: ).*", r"\g<1>local", line))
    return "\n".join(lines) + "\n"


def test_a_tag_alone_is_refused_until_its_digest_is_written(production: Checkout, engine: docker.DockerClient) -> None:
    """The command that the refusal names mends it; the digests are what the registry serves."""
    file = production.path / "components" / "images.lock"
    file.write_text(by_tag_alone(file.read_text()))
    code, text = run(production, f"pulumi preview --stack {STACK}")
    assert code != 0, text
    named = ", ".join(f"{name} ({REGISTRY}/{name}:local)" for name in USED)
    assert f"by tag alone in components/images.lock: {named}." in text
    command = f"make lock-images WRITE=1 STACK={STACK}"
    assert f"'{command}' writes the digest" in text

    with registry(engine):
        pinned = pushed(engine, USED)
        code, text = run(production, command)
        assert code != 0, text
        silent = re.search(r"no answer for ([a-z0-9, -]+): not compared", text)
        assert silent, text
        assert not set(silent[1].split(", ")) & set(USED)
        written = file.read_text()
        told = f"docker pull {REGISTRY}/{USED[0]}:local"  # as `infra.checks.overrides` has it
        code, text = run(production, told)
        assert code == 0, text
        assert f"Digest: {pinned[USED[0]].partition('@')[2]}" in text
        engine.images.remove(f"{REGISTRY}/{USED[0]}:local")
        for name, reference in pinned.items():
            digest = reference.partition("@")[2]
            assert f"    repository: {REGISTRY}/{name}\n    version: local\n    digest: {digest}\n" in written
            engine.images.pull(reference)
        run(production, f"make lock-images STACK={STACK}")
        assert file.read_text() == written
        code, text = run(production, f"pulumi preview --diff --stack {STACK}")
        assert code == 0, text
        for name, reference in pinned.items():
            assert reference.replace("@", ":local@") in text, name
    forget(engine, pinned)
