"""The generated files are what the models say, and the models say enough."""

import json
from pathlib import Path

import pytest
import yaml

from components.base.lock import CHECKOUT
from infra.checks.keys import PROVIDER_KEYS
from infra.config import load
from infra.documents.files import documents
from infra.documents.schema import SCHEMA_FILE
from infra.env_file import read
from infra.errors import Mistake
from infra.fields import Node, leaves
from infra.models import stack_model
from infra.sentences import Fault, sentence
from infra.variables import NAMES, VARIABLES
from stacks.registry import SYSTEMS
from tests.config.given import give
from tests.config.test_config import GOOD

LEAVES = list(leaves(stack_model({})))
for name, kind in SYSTEMS.items():
    LEAVES += [(("systems", name, *path), node) for path, node in leaves(kind.settings)]


@pytest.mark.parametrize("name", documents())
def test_generated_files_are_up_to_date(name: str) -> None:
    """`make docs` writes them."""
    assert (CHECKOUT / name).read_text(encoding="utf-8") == documents()[name], "run 'make docs'"


@pytest.mark.parametrize(
    ("path", "node"), LEAVES, ids=lambda value: ".".join(value) if isinstance(value, tuple) else ""
)
def test_every_setting_says_enough(path: tuple[str, ...], node: Node) -> None:
    """A meaning, and for numbers both ends of their range."""
    assert node.field is not None
    assert node.field.description, path
    assert node.field.description.endswith(".")
    if node.value_type is int:
        assert " to " in node.allowed


def test_every_credential_port_and_name_has_a_variable() -> None:
    """US-004 of the document: all of them can be set in `.env`."""
    wanted = {
        path
        for path, node in LEAVES
        if path[:2] == ("systems", "evolution")
        and (node.secret or path[-1] in {"port", "user", "database"})
        and "tls" not in path  # production's
    }
    assert wanted <= NAMES.keys()


def test_every_variable_has_a_setting() -> None:
    """And each its own."""
    root = Node(value_type=stack_model(SYSTEMS))
    assert [name for name, path in VARIABLES.items() if root.find(path) is None] == []
    assert len(NAMES) == len(VARIABLES)


def test_the_example_is_a_right_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is it sets nothing; with the # removed it sets what holds anyway."""
    text = documents()[".env.example"]
    (tmp_path / ".env").write_text(text)
    mistakes: list[Mistake] = []
    assert read(tmp_path, mistakes) == {}
    lines = [line[1:] for line in text.splitlines() if line[:1] == "#" and line[1:2].isupper() and line[-1:] != "="]
    give(tmp_path, monkeypatch, GOOD)
    before = load("dev")
    give(tmp_path, monkeypatch, GOOD, env="\n".join(lines))
    assert load("dev") == before
    assert mistakes == []


def test_the_schema_knows_the_keys_of_our_stack_files() -> None:
    """And takes secrets only in Pulumi's own form."""
    found = json.loads(documents()[SCHEMA_FILE])
    config = found["properties"]["config"]
    for path in (CHECKOUT / "Pulumi.dev.yaml", CHECKOUT / "Pulumi.prod.yaml"):
        assert set(yaml.safe_load(path.read_text())["config"]) <= set(config["properties"])
        assert path.read_text().startswith(f"# yaml-language-server: $schema={SCHEMA_FILE}\n")
    assert set(config["properties"]) >= PROVIDER_KEYS
    password = found["$defs"]["AppDatabaseSettings"]["properties"]["password"]
    assert password["anyOf"][0]["required"] == ["secure"]


def test_faults_without_a_sentence_of_their_own() -> None:
    """Still a sentence of ours."""
    fault = Fault(hidden=True, key="a", node=None, siblings=(), value="hunter2")
    assert sentence("url_type", fault) == "not valid. Write another value."
