"""`.env.example`: every variable that `.env` may hold, each with its meaning and default, all commented out."""

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Final

from infra.fields import Node
from infra.models import stack_model
from infra.variables import VARIABLES, KeyNames
from stacks.base import System

WIDTH: Final = 110

HEAD: Final = """\
# Settings of development stacks on this machine. Copy to .env, which git ignores, and remove the # where you set one.
# What is not set has a default or is generated: nothing here is needed for a first 'make up'.
# Secrets of your own application (OPENAI_API_KEY=…) stand here too, once app.secretEnvironment of the stack names them.
#
# Generated from the models by 'make docs'; do not edit. All settings: docs/configuration.md.
"""


def env_example(kinds: Mapping[str, System]) -> str:
    """Returns the file.

    Args:
        kinds: The kinds of systems a stack may hold.
    """
    parts = [HEAD]
    section = ""
    root = Node(value_type=stack_model(kinds))
    for name, path, node in variables_of(kinds):
        if ".".join(path[1:-1]) != section:
            section = ".".join(path[1:-1])
            parts.append(f"\n# --- {section}\n")
        parts.append(_entry(name, node, default=_default(root, path)))
    return "".join(parts)


def variables_of(kinds: Mapping[str, System]) -> Iterator[tuple[str, KeyNames, Node]]:
    """Yields every variable with the path and node of its setting, setting beside setting.

    Args:
        kinds: The kinds of systems a stack may hold.
    """
    root = Node(value_type=stack_model(kinds))
    for name, path in sorted(VARIABLES.items(), key=lambda row: row[1]):
        node = root.find(path)
        if node:
            yield name, path, node


def system_of(path: KeyNames) -> str:
    """Returns the system a setting belongs to."""
    return path[1]


def _default(root: Node, path: KeyNames) -> str:
    """Returns a variable's default; empty where the section is left out by default, so that it alone sets nothing."""
    section, setting = root.find(path[:-1]), root.find(path)
    optional = section and section.field and section.field.default is None
    written = None if optional or setting is None else setting.default
    return "" if written is None else written.strip('"')


def _entry(name: str, node: Node, *, default: str) -> str:
    meaning = (node.field.description if node.field else "") or ""
    allowed = f" ({node.allowed})" if node.allowed else ""
    lines = wrap(f"{meaning.rstrip('.')}{allowed}.", WIDTH)
    return "\n".join([*(f"# {line}" for line in lines), f"#{name}={default}"]) + "\n"
