"""Walks the models of settings: what a key is called in YAML, what it allows, what it is when left out."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from stacks.values import Allowed

KINDS = {bool: "true or false", int: "a whole number", SecretStr: "a secret", str: "text"}


@dataclass(frozen=True, kw_only=True)
class Node:
    """One place in a tree of settings.

    Attributes:
        value_type: Its type, without `| None` and without annotations.
        field: The field that declares it; None for the root, items of a list and values of a map.
        metadata: The annotations of its type.
    """

    value_type: Any
    field: FieldInfo | None = None
    metadata: tuple[Any, ...] = ()

    @property
    def model(self) -> type[BaseModel] | None:
        """The model, when it is a tree of settings itself."""
        return self.value_type if isinstance(self.value_type, type) and issubclass(self.value_type, BaseModel) else None

    @property
    def secret(self) -> bool:
        """Whether its value must not be shown."""
        return self.value_type is SecretStr

    @property
    def kind(self) -> str:
        """What kind of value it takes, with its article."""
        if get_origin(self.value_type) is Literal:
            return "a word"
        if get_origin(self.value_type) in {list, tuple}:
            return "a list"
        return KINDS.get(self.value_type, "a map")

    @property
    def choices(self) -> tuple[str, ...]:
        """The words it takes, when they are listed."""
        return get_args(self.value_type) if get_origin(self.value_type) is Literal else ()

    @property
    def allowed(self) -> str:
        """What it allows, in words; empty when the kind says it all."""
        words = [found.words for found in self.metadata if isinstance(found, Allowed)]
        bounds = {
            name: getattr(found, name) for found in self.metadata for name in ("ge", "le") if hasattr(found, name)
        }
        if bounds:  # every number has both: no limit at all is never meant
            words.append(f"{bounds['ge']} to {bounds['le']}")
        return "; ".join(words) or ", ".join(self.choices)

    @property
    def default(self) -> str | None:
        """What it is when left out, as YAML; None when it has no default that could be written down."""
        found = self.field.default if self.field else None
        return None if found is PydanticUndefined or found in (None, ()) else json.dumps(found, ensure_ascii=False)

    def step(self, part: str | int) -> "Node | None":
        """Returns what stands at a key or index of it, None when there is no such thing."""
        if self.model:
            return children(self.model).get(str(part))
        if get_origin(self.value_type) in {list, tuple, dict}:
            return _node(get_args(self.value_type)[-1 if get_origin(self.value_type) is dict else 0])
        return None

    def find(self, path: Sequence[str | int]) -> "Node | None":
        """Returns what stands at a path below it, None when there is no such thing."""
        found: Node | None = self
        for part in path:
            found = found.step(part) if found else None
        return found

    def read(self, text: str) -> Any:  # noqa: ANN401 a value of any kind
        """Turns text, as Pulumi and `.env` hand values over, into the kind it takes; other text stays text."""
        if self.value_type is bool and text in {"true", "false"}:
            return text == "true"
        if self.value_type is int and re.fullmatch(r"-?[0-9]{1,18}", text):
            return int(text)
        return text


def children(model: type[BaseModel]) -> dict[str, Node]:
    """Returns the settings of a model, YAML key to node."""
    return {
        field.alias or name: _node(field.annotation, field, tuple(field.metadata))
        for name, field in model.model_fields.items()
    }


def leaves(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yields every single setting below a model with its path."""
    for key, node in children(model).items():
        if node.model:
            yield from leaves(node.model, (*path, key))
        else:
            yield (*path, key), node


def _node(annotation: Any, field: FieldInfo | None = None, metadata: tuple[Any, ...] = ()) -> Node:  # noqa: ANN401 a type
    if get_origin(annotation) is Annotated:
        inner, *found = get_args(annotation)
        flat = [part for one in found for part in (one.metadata if isinstance(one, FieldInfo) else (one,))]
        return _node(inner, field, (*metadata, *flat))
    if get_origin(annotation) in {Union, UnionType}:
        (inner,) = [part for part in get_args(annotation) if part is not NoneType]
        return _node(inner, field, metadata)
    return Node(field=field, metadata=metadata, value_type=annotation)
