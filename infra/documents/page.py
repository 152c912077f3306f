"""The reference page: every key with what it takes, its default and its meaning."""

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import BaseModel

from infra.documents.env_example import system_of, variables_of
from infra.fields import Node, children
from infra.models import DOCKER_HOST, DOCKER_HOST_DESCRIPTION, stack_model
from infra.places import PROJECT
from stacks.base import System

HEAD: Final = """\
# Configuration

Generated from the models by `make docs`; do not edit.

A stack is described by `Pulumi.<stack>.yaml`; what it leaves out has a default. Mistakes are told all at once, with
file and line, before anything changes. Editors complete the file by [its JSON Schema](configuration.schema.json).
"""

SECRETS: Final = """\
## Secrets of your own

Every password and key is generated when not set. To set one yourself:

* **development**: in `.env`, which git ignores. A secret in the file of a development stack is refused, encrypted or
  not: the file is in git, and development's passphrase is known to everybody.
* **production**: `pulumi config set --secret --path 'zapstack:systems.evolution.db.password' --stack prod`. Plain text
  is refused.

Further variables for your application are named in `app.secretEnvironment`; their values stand in `.env` as well, or
are set with `pulumi config set --secret NAME --stack prod`.

## Variables of `.env`

`.env` in the checkout is read by development stacks and wins over `Pulumi.<stack>.yaml`. Nothing in it is interpolated.
[`.env.example`](../.env.example) has all of them with their defaults.
"""


def page(kinds: Mapping[str, System]) -> str:
    """Returns the page.

    Args:
        kinds: The kinds of systems a stack may hold.
    """
    model = stack_model(kinds)
    engine = ("text", "", DOCKER_HOST_DESCRIPTION)
    parts = [HEAD, "## Keys of a stack\n", _table("key", [*_rows(model, f"{PROJECT}:"), (f"`{DOCKER_HOST}`", *engine)])]
    for name, kind in sorted(kinds.items()):
        parts += [f"## `{PROJECT}:systems.{name}`\n", *_sections(kind.settings, name)]
    parts += [SECRETS, *_variables(kinds)]
    return "\n".join(parts)


def _sections(model: type[BaseModel], path: str) -> Iterator[str]:
    yield f"{model.__doc__}\n"
    yield _table("key", list(_rows(model, "")))
    for key, node in children(model).items():
        if node.model:
            yield f"### `{path}.{key}`\n"
            yield from _sections(node.model, f"{path}.{key}")


def _variables(kinds: Mapping[str, System]) -> Iterator[str]:
    for name in sorted(kinds):
        rows = [
            (f"`{variable}`", f"`{name}.{'.'.join(path[2:])}`", _default(node), _meaning(node))
            for variable, path, node in variables_of(kinds)
            if system_of(path) == name
        ]
        if rows:
            yield _table("variable", rows, second="sets")


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for key, node in children(model).items():
        if node.model is None:
            yield f"`{prefix}{key}`", _takes(node), _default(node), _meaning(node)
        elif prefix:
            yield f"`{prefix}{key}`", "map", "required", _meaning(node)


def _takes(node: Node) -> str:
    item = node.step(0) if node.kind == "a list" else None
    allowed = node.allowed or (item.allowed if item else "")
    if node.choices:
        return ", ".join(f"`{word}`" for word in node.choices)
    kind = node.kind.removeprefix("a ")
    return f"{kind}: {allowed}" if allowed else kind


def _default(node: Node) -> str:
    if node.field and node.field.is_required():
        return "required"
    if node.secret:
        return "generated"
    return f"`{node.default}`" if node.default else ""


def _meaning(node: Node) -> str:
    return (node.field.description if node.field else "") or ""


def _table(first: str, rows: list[tuple[str, str, str, str]], second: str = "takes") -> str:
    lines = [(first, second, "default", "meaning"), ("---",) * 4, *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
