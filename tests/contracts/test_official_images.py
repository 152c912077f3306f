"""Rules for what is said of the official images: read at the pinned version, and where."""

import ast
import re
from pathlib import Path

import pytest

from components.base import lock

COMPONENTS = lock.CHECKOUT / "components"
PAGE = lock.CHECKOUT / "docs" / "official-images.md"
REGISTRY = {name: entry.registry for name, entry in lock.load().items() if entry.registry}
LINE = re.compile(r"[\w.]+(:| \(lines? )\d+")
"""A file and a line of it: `main.go:56`, or main.go (line 56)."""

ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([^|]+) \| ([^|]+:\d+[^|]+) \| [^|]+ \|$", re.MULTILINE)
"""Image, pinned version, what was read, verdict."""


def of_registry(source: str) -> list[str]:
    """Returns the images of the lock file that a module starts and a registry has."""
    begun = re.findall(r'\bimage=f?"([a-z0-9-]+)', source)
    return [name for name in REGISTRY for start in begun if name == start or (start.endswith("-") and start in name)]


MODULES = sorted(path for path in COMPONENTS.glob("*.py") if of_registry(path.read_text()))


def test_modules_are_recognised() -> None:
    """A rule over nothing would never be broken."""
    assert {"ingress", "minio", "pgadmin", "postgres", "rabbitmq", "redis"} <= {path.stem for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_component_names_file_and_line_of_its_image(path: Path) -> None:
    """What a number or a path was taken from must be found again when the image moves on."""
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert LINE.search(docstring.partition("Source:")[2]), f"{path.name}: its Source: names no file and line"


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_an_image_was_checked_at_the_version_that_is_pinned(name: str) -> None:
    """A pin that moves on takes its contract with it, or breaks what relied on the old one."""
    pinned = REGISTRY[name].version
    checked = {image: version for image, version, *_ in ROW.findall(PAGE.read_text())}
    told = f"{name} is pinned at {pinned}, and docs/official-images.md has {checked.get(name)}: check its lines again"
    assert name in checked, told
    assert pinned == checked[name] or pinned.startswith(f"{checked[name]}-"), told
