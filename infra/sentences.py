"""Says in our own words what pydantic found wrong with a value: what is wrong, what is allowed, what to write."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.errors import nearest, unknown
from infra.fields import Node

SHOWN: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
"""What an enumeration's value may look like to be repeated in a message."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One wrong value.

    Attributes:
        hidden: Whether the value may be secret.
        key: The last part of its path.
        node: What the model says of it; None for unknown keys.
        siblings: The keys that are known beside it.
        value: The value.
    """

    hidden: bool
    key: str
    node: Node | None
    siblings: tuple[str, ...]
    value: Any


def sentence(type_: str, fault: Fault) -> str:
    """Returns the text for a fault.

    Args:
        type_: pydantic's name of the kind of fault.
        fault: The fault.
    """
    if type_ in {"extra_forbidden", "missing"}:
        return SENTENCES[type_](fault)
    if fault.value is None or fault.value == "":
        return _told(fault, "empty", "", "Write a value")
    return SENTENCES.get(type_, _not_valid)(fault)


def _told(fault: Fault, problem: str, got: str, remedy: str) -> str:
    allowed = fault.node.allowed if fault.node else ""
    facts = "; ".join(part for part in (got and f"got {got}", allowed and f"allowed: {allowed}") if part)
    return f"{problem}{f' ({facts})' if facts else ''}. {remedy}{_or_leave_out(fault.node)}."


def _or_leave_out(node: Node | None) -> str:
    if node is None or node.field is None or node.field.is_required():
        return ""
    if node.secret:
        return ", or remove the line to have one generated"
    return f", or remove the line: the default is {node.default}" if node.default else ", or remove the line"


def _kind(value: Any) -> str:  # noqa: ANN401 a value of any kind
    kinds = {
        bool: "true or false",
        int: "a whole number",
        float: "a number with a fraction",
        str: "text",
        list: "a list",
    }
    return kinds.get(type(value), "a map")


def _wrong_kind(fault: Fault) -> str:
    wanted = fault.node.kind.replace("a secret", "text") if fault.node else "something else"
    digits = isinstance(fault.value, str) and fault.value.isdecimal()
    remedies = {
        "a list": "Write it as [A, B]",
        "a map": "Write its keys below it, indented",
        "a whole number": "Write it without quotes" if digits else "Write a number",
        "text": "Write it in quotes" if isinstance(fault.value, int | float) else "Write text",
    }
    remedy = remedies.get(wanted, "Write one of them")
    if fault.hidden and fault.node and not fault.node.secret:
        remedy = "Write it unencrypted (what is encrypted is text)"
    return _told(fault, f"must be {wanted}", _kind(fault.value), remedy)


def _out_of_range(fault: Fault) -> str:
    return _told(fault, "out of range", "" if fault.hidden else str(fault.value), "Write such a number")


def _does_not_fit(fault: Fault) -> str:
    return _told(fault, "does not fit", "", "Write such a value")


def _missing(fault: Fault) -> str:
    example = fault.node.choices[0] if fault.node and fault.node.choices else "…"
    line = f"{fault.key}={example}" if fault.key.isupper() else f"{fault.key}: {example}"
    return _told(fault, "missing", "", f"Write '{line}'")


def _not_listed(fault: Fault) -> str:
    shown = isinstance(fault.value, str) and not fault.hidden and SHOWN.fullmatch(fault.value)
    near = nearest(fault.value, fault.node.choices) if shown and fault.node else None
    remedy = f"Write {near}" if near else "Write one of them"
    return _told(fault, "unknown value", f'"{fault.value}"' if shown else _kind(fault.value), remedy)


def _unknown(fault: Fault) -> str:
    return unknown("key", fault.key, fault.siblings)


def _public(fault: Fault) -> str:
    return f"a key that everybody knows: Evolution API ships with it. Write one of your own{_or_leave_out(fault.node)}."


def _secret_text(fault: Fault) -> str:
    why = "it does not decode percent signs, and cuts at #"
    return _told(fault, f"has characters that Evolution API would misread, because {why}", "", "Write another")


def _secret_length(fault: Fault) -> str:
    return _told(fault, "too short or too long for a secret", "", "Write another")


def _not_valid(fault: Fault) -> str:
    return _told(fault, "not valid", "", "Write another value")


def _repeated(_fault: Fault) -> str:
    return "has the same name twice. Remove one."


SENTENCES: Final[Mapping[str, Callable[[Fault], str]]] = {
    "bool_type": _wrong_kind,
    "dict_type": _wrong_kind,
    "extra_forbidden": _unknown,
    "greater_than_equal": _out_of_range,
    "int_type": _wrong_kind,
    "less_than_equal": _out_of_range,
    "list_type": _wrong_kind,
    "literal_error": _not_listed,
    "missing": _missing,
    "model_type": _wrong_kind,
    "repeated": _repeated,
    "reserved": _does_not_fit,
    "secret_length": _secret_length,
    "secret_public": _public,
    "secret_text": _secret_text,
    "string_pattern_mismatch": _does_not_fit,
    "string_type": _wrong_kind,
    "tuple_type": _wrong_kind,
}
"""pydantic's names of faults, and our own (`stacks.values`), to sentences; one that is not here is `not valid`."""
