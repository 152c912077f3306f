"""A configuration while it is being checked: what was given, where it stands, and what is wrong with it so far."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi.runtime import config as pulumi_config

from infra.env_file import Variable
from infra.errors import Mistake
from infra.fields import Node
from infra.models import ENVIRONMENTS, StackSettings, stack_model
from infra.places import PROJECT, KeyPath, Place, Places
from infra.variables import NAMES
from stacks.base import System
from stacks.settings.base import Settings


@dataclass(kw_only=True)
class Draft:
    """Everything the checks share. A path here begins below `zapstack:`, such as `("systems", "evolution", "app")`.

    Attributes:
        kinds: The kinds of systems the stack may hold.
        model: Model of the whole.
        places: Lines of the stack's file.
        rows: What Pulumi handed over: full key to text, secrets decrypted.
        stack: Stack name.
        tree: The values below `zapstack:`, lists and maps parsed, `.env` laid over them.
        variables: What `.env` holds; empty outside development.
        placed: Where settings stand that `.env` has set.
        mistakes: What is wrong so far.
        valid: The systems whose settings are right.
    """

    kinds: Mapping[str, System]
    model: type[StackSettings]
    places: Places
    rows: Mapping[str, str]
    stack: str
    tree: dict[str, Any]
    variables: dict[str, Variable] = field(default_factory=dict)
    placed: dict[KeyPath, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    valid: dict[str, Settings] = field(default_factory=dict)

    @property
    def environment(self) -> str:
        """`development` or `production`; empty while that is not known."""
        found = self.tree.get("environment")
        return found if found in ENVIRONMENTS else ""

    @property
    def root(self) -> Node:
        """The model's root, for `find`."""
        return Node(value_type=self.model)

    def place(self, path: KeyPath) -> Place:
        """Returns where a setting stands; of one that is not there, the variable that would set it, beside its like."""
        beside = [place for other, place in self.placed.items() if other[:-1] == path[:-1]]
        variable = NAMES.get(tuple(map(str, path)))
        if path not in self.placed and variable and beside and not self.places.holds(full(path[:-1])):
            return replace(min(beside), key=variable)
        return self.placed.get(path) or self.places.of(full(path))

    def refuse(self, path: KeyPath, text: str) -> None:
        """Notes that something is wrong with a setting."""
        self.mistakes.append(Mistake(self.place(path), text))

    def value(self, path: KeyPath) -> Any:  # noqa: ANN401 a value of any kind
        """Returns what was given at a path, None when nothing was."""
        found: Any = self.tree
        for part in path:
            if isinstance(found, dict):
                found = found.get(part)
            elif isinstance(found, list) and isinstance(part, int) and part < len(found):
                found = found[part]
            else:
                return None
        return found

    def hidden(self, path: KeyPath) -> bool:
        """Returns whether the value at a path must not be shown."""
        node = self.root.find(path)
        return node is None or node.secret or self.places.secure(full(path)) or self.encrypted(path)

    def encrypted(self, path: KeyPath) -> bool:
        """Returns whether the value at a path came encrypted, as far as this can be known without the file."""
        key = full(path)[0]
        return pulumi_config.is_config_secret(str(key)) and not self.places.holds(full(path))

    def given(self) -> Iterator[tuple[KeyPath, Node]]:
        """Yields every known single setting that was given, with its node."""
        yield from _given(self.root, self.tree, ())


def begin(stack: str, kinds: Mapping[str, System]) -> Draft:
    """Returns the draft of a stack's configuration as Pulumi handed it over.

    Args:
        stack: Stack name.
        kinds: The kinds of systems it may hold.
    """
    model = stack_model(kinds)
    root = Node(value_type=model)
    # `Config.get` knows only keys it is asked for; mistakes in keys are found by looking at all of them.
    rows = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    tree: dict[str, Any] = {}
    for key, text in rows.items():
        namespace, _, name = key.partition(":")
        if namespace == PROJECT and not name.isupper():
            tree[name] = _parsed(root.step(name), text)
    return Draft(kinds=kinds, model=model, places=Places.of_stack(stack), rows=rows, stack=stack, tree=tree)


def full(path: KeyPath) -> KeyPath:
    """Returns a path with its namespace."""
    return (f"{PROJECT}:{path[0]}", *path[1:])


def _parsed(node: Node | None, text: str) -> Any:  # noqa: ANN401 a value of any kind
    """Returns the value behind the text Pulumi hands over: lists and maps come as JSON, everything else as it is."""
    with contextlib.suppress(ValueError):  # text that only begins like a list or map
        if text[:1] in {"{", "["}:
            return _filled(node, json.loads(text))
    return _filled(node, node.read(text) if node else text)


def _filled(node: Node | None, value: Any) -> Any:  # noqa: ANN401 a value of any kind
    """Returns a tree in which maps whose keys were all left out are empty maps, as a person would take them.

    Settings whose defaults follow from others are filled in on the way.
    """
    if node and node.kind == "a map" and value in (None, ""):
        return {}
    if node and node.model and isinstance(value, dict):
        tree = {key: _filled(node.step(key), below) for key, below in value.items()}
        return node.model.filled(tree) if issubclass(node.model, Settings) else tree
    return value


def _given(node: Node, value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Node]]:  # noqa: ANN401 a value of any kind
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in rows:
        found = node.step(key)
        if found is None:
            continue
        if isinstance(below, dict | list):
            yield from _given(found, below, (*path, key))
        else:
            yield (*path, key), found
