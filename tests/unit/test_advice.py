"""Commands in messages: each is complete, possible, and followed by a test."""

import ast
import re
from collections.abc import Mapping

import pytest

from components.base import advice
from components.base.lock import CHECKOUT
from tests.unit.advice import LIVE, NOT_RUN, commands, table, templates

MAKEFILE = (CHECKOUT / "Makefile").read_text()
HARMLESS_NOWHERE = frozenset({"apt-get", "colima", "journalctl", "sudo"})
"""Programs that act on the machine of the tests."""

NOTHING_TO_RUN = frozenset({"make test", "pulumi plugin install"})
WITHOUT_STACK = ("images/probe/src/", "components/")
"""Whose messages do not know the stack: `advice.for_stack` completes them."""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Build them with 'make images STACK={}'.", ["make images STACK={}"]),
        ("or name another: make review BASE=HEAD~1", ["make review BASE=HEAD~1"]),
        ("Run: pulumi config rm --path '{}' --stack {}", ["pulumi config rm --path '{}' --stack {}"]),
        ("remove them:\n  docker volume rm {}", ["docker volume rm {}"]),
        ("'make logs SERVICE=app' tells; 'make sttus' shows", ["make logs SERVICE=app", "make sttus"]),
        ("make the declared instances true", []),
        ("what: make sure that it is there", []),
    ],
)
def test_a_command_is_told_from_a_sentence(text: str, named: list[str]) -> None:
    """By what surrounds it; a misspelt verb in quotes is a command."""
    assert commands(text) == named


def test_the_table_has_every_command_that_is_named() -> None:
    """A new message needs a test that follows it, and a line of a message that has gone goes as well."""
    named = templates()
    assert {command: place for command, place in named.items() if command not in table()} == {}
    assert table().keys() - named.keys() == set()


@pytest.mark.parametrize(("command", "test"), table().items())
def test_the_test_exists_and_says_what_it_runs(command: str, test: str) -> None:
    """The words before the first that is filled in stand in its file; who runs nothing has a reason to."""
    if test.startswith(NOT_RUN):
        assert command in NOTHING_TO_RUN or command.split(maxsplit=1)[0] in HARMLESS_NOWHERE
        return
    if test == LIVE:
        return
    file, _, function = test.partition("::")
    text = (CHECKOUT / file).read_text()
    assert function in {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    program, verb = [*command.split(), ""][:2]
    word = verb if re.fullmatch(r"[a-z-]{2,}", verb) else program
    assert word in text or "told" in text, f"{test} names neither {word} nor what was told"


@pytest.mark.parametrize("command", [command for command in templates() if re.match("make [a-z]", command)])
def test_a_verb_is_in_the_makefile_with_its_parameters(command: str) -> None:
    """Make takes any NAME=value, and says nothing of one that it does not read."""
    _, verb, *parameters = command.split()
    recipe = re.search(rf"^{verb}:.*\n(?:\t.*\n)*", MAKEFILE, re.MULTILINE)
    assert recipe, verb
    for parameter in parameters:
        name = parameter.partition("=")[0]
        assert re.search(rf"\$\((?:if \$\(|or \$\()?{name}\b", recipe[0]), f"make {verb} does not read {name}"


def test_what_knows_no_stack_advises_verbs_that_take_one() -> None:
    """Each of them is completed; one that takes none would get a name it does not read."""
    for command, place in templates().items():
        if command.startswith("make ") and place.startswith(WITHOUT_STACK) and "STACK=" not in command:
            _, verb, *_ = command.split()
            recipe = re.search(rf"^{verb}:.*\n(?:\t.*\n)*", MAKEFILE, re.MULTILINE)
            assert recipe
            assert verb == "setup" or "--stack $(STACK)" in recipe[0], f"{place}: {command}"
            assert f"'make {verb} STACK=shop" in advice.for_stack(f"'{command}'", "shop")


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("'make status', 'make logs SERVICE=app'", "'make status STACK=shop', 'make logs STACK=shop SERVICE=app'"),
        ("'make up STACK=other'", "'make up STACK=other'"),
        ("'make logs SERVICE=a STACK=other'", "'make logs SERVICE=a STACK=other'"),
        ("colours make logs unreadable", "colours make logs unreadable"),
        ("it's to make sure 'docker logs a'", "it's to make sure 'docker logs a'"),
    ],
)
def test_a_verb_without_a_stack_gets_one(text: str, completed: str) -> None:
    """Of what was complete, and of sentences, nothing changes."""
    assert advice.for_stack(text, "shop") == completed


def test_the_stack_is_read_from_the_labels() -> None:
    """Whatever the project is called."""
    labels: Mapping[str, str] = {"zapstack.stack": "zapstack/shop"}
    assert advice.stack_of(labels) == "shop"
