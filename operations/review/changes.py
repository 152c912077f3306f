"""A change of a graph of resources, wherever it was read: what was, what will be, and what becomes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Operation = Literal["create", "update", "replace", "delete", "same"]

HIDDEN: Final = "(secret)"
UNKNOWN: Final = "(known only afterwards)"

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key of every special value of Pulumi's, secrets among them. Source: pulumi/pulumi, `sdk/go/common/resource`."""
_UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for an output that a preview cannot know. Source: pulumi/pulumi, `sdk/go/common/resource/plugin`."""
_SECRET_NAME = re.compile(r"(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|KEY)$", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(://[^/\s:@]*:)[^@\s/]+@")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource at one time.

    Attributes:
        inputs: What it is told to be, without a secret in it. Outputs and ids are never read: a provider may build an
            id of a secret.
        kind: Last part of its type, such as `Container`.
        name: Logical name.
        protected: Whether Pulumi refuses to delete it.
    """

    inputs: Mapping[str, Any]
    kind: str
    name: str
    protected: bool

    def labels(self) -> Mapping[str, str]:
        """Returns its labels, in whichever of the two forms it has them."""
        found = self.inputs.get("labels") or {}
        if isinstance(found, list):
            return {str(row.get("label")): str(row.get("value")) for row in found if isinstance(row, dict)}
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes of one resource.

    Attributes:
        after: How it will be; None when it goes.
        before: How it is; None when it is new.
        operation: What happens.
        reasons: Inputs that are named as the cause; the only trace of a change inside a secret.
    """

    after: Resource | None
    before: Resource | None
    operation: Operation
    reasons: tuple[str, ...] = ()

    @property
    def subject(self) -> Resource:
        """The resource, as it will be or, when it goes, as it was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change of nothing")
        return found


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All changes of one graph.

    Attributes:
        changes: One for each resource, the unchanged ones among them where they are known.
        in_full: The command that shows all of it.
        title: Name of the stack or the snapshot.
    """

    changes: tuple[Change, ...]
    in_full: str
    title: str


def clean(value: object, key: str = "") -> Any:  # noqa: ANN401 any JSON
    """Returns inputs as they may be printed: without secrets, marks of the engine, and the type of a number.

    Args:
        value: Any JSON.
        key: The input it belongs to.
    """
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return HIDDEN
        return {name: clean(inner, name) for name, inner in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [clean(inner, key) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return _clean_text(value, key)
    return value


def _clean_text(text: str, key: str) -> str:
    if text == "[secret]":
        return HIDDEN
    if text == _UNKNOWN_VALUE:
        return UNKNOWN
    if key == "envs" and _SECRET_NAME.search(text.partition("=")[0]):
        return f"{text.partition('=')[0]}={HIDDEN}"
    return _CREDENTIALS.sub(rf"\g<1>{HIDDEN}@", text)
