"""Every command that a message of the product names, read from its sources, and the table of the tests that run them.

A command is what stands in quotes, after "Run:" or a colon, or begins a line, and is of a program that a person starts.
Docstrings are for developers and left out. What is filled in at run time is `{}`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from components.base.lock import CHECKOUT

FOLDERS: Final = (
    "apps/assistant/src",
    "components",
    "images/probe/src",
    "infra",
    "operations",
    "scripts",
    "stacks",
)
TABLE: Final = Path(__file__).parent / "advice.yaml"
LIVE: Final = "live"
"""Of a command that `tests/engine/test_flagship_advice.py` runs as it stands."""

NOT_RUN: Final = "not run: "

_PROGRAM: Final = (
    r"(?:\. \.venv/environment\.sh|(?:docker|git|make|pulumi)(?= [a-z{-])"
    r"|(?:RUN|apt-get|chmod|colima|journalctl|sudo|unset)(?= )|export(?= [A-Z_{}]+=…)"
    r"|scripts/setup\.sh(?= ))"
)
_QUOTED: Final = re.compile(rf"(?<=')({_PROGRAM}[^'\n]*)'|(?<=`)({_PROGRAM}[^`\n]*)`")
_AFTER: Final = re.compile(rf"(?:: |[Rr]un |&& |\}}|^ *|,)({_PROGRAM}(?:(?!&&|\. |; |, |    |\n).)*)", re.MULTILINE)
_SENTENCE: Final = re.compile(r"make (?!\{|[a-z-]+$|[a-z-]+ [A-Z])")
"""What begins like a verb of the Makefile and is English."""


def templates() -> Mapping[str, str]:
    """Returns every command that a message names, with a place that names it."""
    return {
        command: f"{file.relative_to(CHECKOUT)}:{line}"
        for folder in FOLDERS
        for file in sorted((CHECKOUT / folder).rglob("*.py"))
        for text, line in _texts(ast.parse(file.read_text(encoding="utf-8")))
        for command in commands(text)
    }


def commands(text: str) -> list[str]:
    """Returns the commands that a text names.

    Args:
        text: A message, filled-in values as `{}`.
    """
    quoted = [first or second for first, second in _QUOTED.findall(text)]
    plain = [found.strip().rstrip(".`") for found in _AFTER.findall(_QUOTED.sub("…", text))]
    return [command for command in (*quoted, *plain) if not _SENTENCE.match(command)]


def table() -> Mapping[str, str]:
    """Returns the table: command to the test that runs it, or to the reason why none does."""
    read: dict[str, str] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return read


def _texts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yields each text of a module that is no docstring, with its line."""
    parts: set[int] = set()
    for node in ast.walk(tree):
        body: Any = getattr(node, "body", None)
        inside: Any = node.values if isinstance(node, ast.JoinedStr) else body if isinstance(body, list) else ()
        parts.update(id(child.value) if isinstance(child, ast.Expr) else id(child) for child in inside)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            values = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield "".join(map(str, values)), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield re.sub(r"\{[a-z_]+\}", "{}", node.value), node.lineno
