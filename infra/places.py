"""Where each setting stands. Pulumi hands values over without lines, so the stack's file is read once more for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import yaml

PROJECT: Final = "zapstack"

KeyPath = tuple[str | int, ...]
"""A full configuration key, such as `zapstack:systems`, and what follows below it."""


@dataclass(frozen=True, order=True)
class Place:
    """What a person has to open and look for.

    Attributes:
        file: File name.
        line: Line, counted from 1; 0 when it is not known.
        key: Configuration key or variable.
    """

    file: str
    line: int
    key: str

    def __str__(self) -> str:
        """Returns it as messages begin: `Pulumi.dev.yaml:7 zapstack:environment`."""
        file = f"{self.file}:{self.line}" if self.line else self.file
        return f"{file} {self.key}".rstrip()


def root_directory() -> Path | None:
    """Returns the folder of `Pulumi.yaml`; None where no command line has started the program."""
    found: str | None = pulumi.get_root_directory()
    return Path(found) if found else None


def canonical(key: str) -> str:
    """Returns the one spelling of a key; to Pulumi `a`, `zapstack:a` and `zapstack:config:a` are one."""
    namespace, _, name = key.rpartition(":")
    return f"{namespace.removesuffix(':config') or PROJECT}:{name}"


def written(path: KeyPath) -> str:
    """Returns a path as a person writes it: `zapstack:systems.evolution.app.secretEnvironment[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


class Places:
    """The lines of one stack's file."""

    def __init__(self, file: str, text: str = "") -> None:
        """Reads a file's text; of one that is not YAML nothing is known.

        Args:
            file: Its name, for messages.
            text: Its content.
        """
        self.file = file
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            root = None
        self._line = 1 if isinstance(root, yaml.MappingNode) else 0
        self._config: yaml.Node | None = None
        for key, line, node in _pairs(root):
            if key == "config":
                self._line, self._config = line, node

    @classmethod
    def of_stack(cls, stack: str) -> "Places":
        """Returns the lines of a stack's file, none of them known where there is no file."""
        name, root = f"Pulumi.{stack}.yaml", root_directory()
        path = root / name if root else None
        return cls(name, path.read_text(encoding="utf-8") if path and path.is_file() else "")

    def of(self, path: KeyPath) -> Place:
        """Returns the place of a setting, or of what is nearest above it when it is not there itself."""
        line = self._line
        for found, _ in self._descend(path):
            line = found
        return Place(self.file, line, written(path))

    def holds(self, path: KeyPath) -> bool:
        """Returns whether a setting is in the file."""
        return len(list(self._descend(path))) == len(path)

    def secure(self, path: KeyPath) -> bool:
        """Returns whether a setting is encrypted in the file, by itself or with what is above it."""
        return any(
            isinstance(node, yaml.MappingNode) and [key for key, _, _ in _pairs(node)] == ["secure"]
            for _, node in self._descend(path)
        )

    def repeated(self) -> Iterator[tuple[Place, int]]:
        """Yields every key that stands twice in one map, and the line where it stood first."""
        yield from self._repeated(self._config, ())

    def _repeated(self, node: yaml.Node | None, path: KeyPath) -> Iterator[tuple[Place, int]]:
        first: dict[str, int] = {}
        for raw, line, below in _pairs(node):
            key = raw if path else canonical(raw)
            here = (*path, key)
            if key in first:
                yield Place(self.file, line, written(here)), first[key]
            first.setdefault(key, line)
            yield from self._repeated(below, here)

    def _descend(self, path: KeyPath) -> Iterator[tuple[int, yaml.Node]]:
        """Yields line and node of every part of a path, as far as it is in the file."""
        node = self._config
        for depth, part in enumerate(path):
            if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                yield node.start_mark.line + 1, node
                continue
            rows = [(line, below) for key, line, below in _pairs(node) if (key if depth else canonical(key)) == part]
            if not rows:
                return
            node = rows[-1][1]
            yield rows[-1]


def _pairs(node: yaml.Node | None) -> list[tuple[str, int, yaml.Node]]:
    """Returns key, line and value of every pair of a map, in the order they stand; nothing for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(str(key.value), key.start_mark.line + 1, value) for key, value in node.value]
