"""Rules for the code itself: imports go one way, image versions are in one file."""

import ast
import re
from pathlib import Path

import pytest

from components.base.lock import CHECKOUT

ALLOWED = {
    "infra": {"infra", "stacks", "components"},
    "stacks": {"stacks", "components"},
    "components": {"components"},
    "operations": {"operations", "infra", "stacks", "components"},
}
IMAGE = re.compile(r"^[a-z][a-z0-9./_-]*:[0-9v][A-Za-z0-9._-]*(@sha256:[0-9a-f]+)?$")


def modules() -> list[Path]:
    """Returns every module of the product."""
    return sorted(
        path for package in ALLOWED for path in (CHECKOUT / package).rglob("*.py") if ".venv" not in path.parts
    )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_imports_go_one_way(path: Path) -> None:
    """Infra -> stacks -> components -> components.base; services do not know each other's internals."""
    package = path.relative_to(CHECKOUT).parts[0]
    for node in ast.walk(ast.parse(path.read_text())):
        imported = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        imported += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in imported:
            top = name.split(".")[0]
            assert top not in ALLOWED or top in ALLOWED[package], f"{path} imports {name}"
            if "base" in path.relative_to(CHECKOUT).parts:
                assert top != "components" or name.startswith("components.base"), f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_no_image_version_outside_the_lock(path: Path) -> None:
    """A version that stands in two places is wrong in one of them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not IMAGE.match(node.value), f"{path}:{node.lineno} names image {node.value}"


def test_only_the_adapter_creates_containers_and_volumes() -> None:
    """Every rule for containers is in one module, and every rule for volumes."""
    creators = [
        str(path.relative_to(CHECKOUT))
        for path in modules()
        if re.search(r"docker\.(Container|Volume)\(", path.read_text())
    ]
    assert creators == ["components/base/engines/containers.py", "components/base/engines/volumes.py"]
