"""Reads `.env`: in development it sets single settings and holds the owner's own secrets, outside of git."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml
from dotenv.parser import Binding, parse_stream

from infra.errors import Mistake
from infra.places import Place

FILE: Final = ".env"
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What is no name may be a secret pasted on a line by itself, and is not repeated in a message."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable.

    Attributes:
        place: Where it stands.
        value: Its value.
    """

    place: Place
    value: str = field(repr=False)


def read(folder: Path | None, mistakes: list[Mistake]) -> dict[str, Variable]:
    """Returns the variables of a folder's `.env`, none when there is no such file.

    Values are taken as they are: nothing is interpolated, so a `$` in a secret stays one.

    Args:
        folder: The checkout.
        mistakes: Where lines that are no variables are noted.
    """
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        return {}
    found: dict[str, Variable] = {}
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        for binding in parse_stream(stream):
            key, place = binding.key, Place(FILE, _line(binding), binding.key or "")
            if binding.error or (key is not None and (binding.value is None or not NAME.fullmatch(key))):
                mistakes.append(
                    Mistake(Place(FILE, place.line, ""), "not a variable. Write NAME=value, or begin with #.")
                )
            elif key in found:
                first = found[key].place.line
                mistakes.append(Mistake(place, f"set again; the first is in line {first}. Remove one of them."))
            elif key is not None:
                found[key] = Variable(place=place, value=binding.value or "")
    return found


def _line(binding: Binding) -> int:
    """Returns the line a binding stands in; the parser counts the empty lines above it in."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def named_anywhere(folder: Path | None) -> set[str]:
    """Returns the variables that any stack of a checkout names as secrets of its application; they share one `.env`.

    Args:
        folder: The checkout.
    """
    found: set[str] = set()
    for path in sorted(folder.glob("Pulumi.*.yaml")) if folder else ():
        try:
            root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            continue
        found |= set(_names(root))
    return found


def _names(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "secretEnvironment" and isinstance(value, yaml.SequenceNode):
                yield from (str(item.value) for item in value.value)
            else:
                yield from _names(value)
