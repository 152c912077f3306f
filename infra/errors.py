"""Mistakes of the person who runs the program, told all at once and without a traceback."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pulumi
from pydantic import BaseModel, ValidationError


class UserError(pulumi.RunError):
    """A mistake outside the program; its message is all that is shown."""


def explain(error: ValidationError, *, place: str, model: type[BaseModel]) -> list[str]:
    """Returns one line for each mistake in a settings tree.

    Args:
        error: What validation found.
        place: File and key the tree stands at, such as `Pulumi.dev.yaml zapstack:systems.evolution`.
        model: Model of the tree, for suggestions.
    """
    lines = []
    for mistake in error.errors(include_input=False, include_url=False):
        path = ".".join(str(part) for part in mistake["loc"])
        message = mistake["msg"]
        if mistake["type"] == "extra_forbidden":
            message = "unknown key" + _suggestion(str(mistake["loc"][-1]), _keys(model, mistake["loc"][:-1]))
        lines.append(f"{place}.{path}: {message}")
    return lines


def _keys(model: type[BaseModel], path: Iterable[Any]) -> Sequence[str]:
    """Returns the keys allowed at a path below a model."""
    current: Any = model
    for part in path:
        by_alias: Mapping[str, Any] = {field.alias or name: field for name, field in current.model_fields.items()}
        if part not in by_alias:
            return ()
        current = by_alias[part].annotation
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return ()
    return [field.alias or name for name, field in current.model_fields.items()]


def _suggestion(word: str, allowed: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, allowed, n=1)
    if near:
        return f' (did you mean "{near[0]}"?)'
    return f" (allowed: {', '.join(sorted(allowed))})" if allowed else ""


def refuse(mistakes: Sequence[str]) -> None:
    """Ends the program when there are mistakes.

    Raises:
        UserError: All of them, and what has not happened.
    """
    if mistakes:
        listed = "\n".join(f"  {line}" for line in mistakes)
        raise UserError(f"configuration: {len(mistakes)} to correct, nothing was changed:\n{listed}")
