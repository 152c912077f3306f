"""Reads `.env`: in development it sets single settings and holds the owner's own secrets, outside of git."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Final

import yaml
from dotenv.parser import Binding, parse_stream

from infra.errors import Mistake
from infra.places import Place

FILE: Final = ".env"
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""What is no name may be a secret pasted on a line by itself, and is not repeated in a message."""


REPLACED: Final = re.compile(r"\$[A-Za-z_{(]")
"""What compose, or the panel that wrote the file, puts another value in place of."""

_COLON: Final = re.compile(r"(\s*)(?:-\s+)?([A-Za-z_][A-Za-z0-9_]*):(?:[ \t]+|$)", re.MULTILINE)
_ITEM: Final = re.compile(r"(\s*)-\s+(?=[A-Za-z_][A-Za-z0-9_]*=)")


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One variable.

    Attributes:
        place: Where it stands.
        value: Its value.
        replaced: Whether compose puts something else in place of a part of it.
    """

    place: Place
    value: str = field(repr=False)
    replaced: bool = False


def read(folder: Path | None, mistakes: list[Mistake]) -> dict[str, Variable]:
    """Returns the variables of a folder's `.env`, none when there is no such file.

    Args:
        folder: The checkout.
        mistakes: Where lines that are no variables are noted.
    """
    path = folder / FILE if folder else None
    return variables(path, mistakes) if path and path.is_file() else {}


def variables(path: Path, mistakes: list[Mistake], *, old: bool = False) -> dict[str, Variable]:
    """Returns the variables of a file. Nothing is interpolated, so a `$` in a secret stays one.

    Args:
        path: The file.
        mistakes: Where what can't be taken at its word is noted.
        old: Whether it is one of compose, which takes `NAME: value` and a name alone as well, here also as items of a
            list.
    """
    found: dict[str, Variable] = {}
    for binding in parse_stream(StringIO(_text(path, mistakes))):
        line, text = _line(binding), binding.original.string
        one = _as_assignment(binding) if old else binding
        key, place = one.key, Place(path.name, line, one.key or "")
        if one.error or (key is not None and ((one.value is None and not old) or not NAME.fullmatch(key))):
            mistakes.append(Mistake(Place(path.name, line, ""), "not a variable. Write NAME=value, or begin with #."))
        elif key in found:
            first = found[key].place.line
            mistakes.append(Mistake(place, f"set again; the first is in line {first}. Remove one of them."))
        elif key is not None:
            value = one.value or ""
            replaced = bool(REPLACED.search(value)) and not re.search(r"[=:]\s*'", text)
            found[key] = Variable(place=place, replaced=replaced, value=value)
    return found


def _text(path: Path, mistakes: list[Mistake]) -> str:
    """Returns a file's text. What is not UTF-8 is refused, not replaced: it may be a part of a password."""
    raw = path.read_bytes()
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace").replace("\r\n", "\n")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        mistakes.append(Mistake(Place(path.name, line, ""), f"not UTF-8. {_SAVE}"))
        return ""
    if "\0" in text:
        mistakes.append(Mistake(Place(path.name, 1, ""), f"not text, or UTF-16 without the mark that says so. {_SAVE}"))
        return ""
    return text.replace("\r\n", "\n")


_SAVE: Final = "Nothing of it was read. Save it as UTF-8 in your editor."


def _as_assignment(binding: Binding) -> Binding:
    """Returns a line in another of compose's forms as `NAME=value`."""
    text = binding.original.string
    plain = _COLON.sub(r"\1\2=", text, count=1) if _COLON.match(text) else _ITEM.sub(r"\1", text, count=1)
    return next(iter(parse_stream(StringIO(plain)))) if plain != text else binding


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
