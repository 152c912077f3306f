"""What Pulumi hands a program for a stack's file, read without Pulumi: for checks before it is installed, and tests."""

import json
from typing import Any

import yaml

from infra.places import canonical


class GoLoader(yaml.SafeLoader):
    """Reads YAML as Pulumi's library does where the two differ: `yes` and `on` are text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 the base's own form
        first: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def as_pulumi(text: str) -> tuple[dict[str, str], list[str]]:
    """Returns what Pulumi hands a program for a stack file: full key to text, and the keys with secrets in them.

    What is `secure:` there is taken for its own plain text; decrypted values are always text.

    Args:
        text: The file's content.

    Raises:
        yaml.YAMLError: It is no YAML.
    """
    rows: dict[str, str] = {}
    secret: list[str] = []
    for key, value in (yaml.load(text, Loader=GoLoader).get("config") or {}).items():  # noqa: S506 a SafeLoader
        plain = _opened(value)
        if plain != value:
            secret.append(canonical(key))
        rows[canonical(key)] = json.dumps(plain) if isinstance(plain, dict | list) else _scalar(plain)
    return rows, secret


def _opened(value: Any) -> Any:  # noqa: ANN401 any YAML
    """Returns a value with everything decrypted."""
    if isinstance(value, dict):
        return (
            str(value["secure"]) if list(value) == ["secure"] else {key: _opened(below) for key, below in value.items()}
        )
    return [_opened(below) for below in value] if isinstance(value, list) else value


def _scalar(value: Any) -> str:  # noqa: ANN401 any YAML scalar
    """Returns a scalar as Pulumi does: always text."""
    return "" if value is None else json.dumps(value) if isinstance(value, bool | int | float) else str(value)
