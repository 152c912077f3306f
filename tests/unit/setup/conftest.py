"""Makes ``scripts.setup`` importable: it is a program of the checkout, not part of the installed package."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(CHECKOUT))

from scripts.setup.places import Places  # noqa: E402 - the line above makes it importable

from .fake_engine import FakeEngine  # noqa: E402


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Return places below a directory of the test, with a blank and a quote in their names."""
    checkout = tmp_path / "a checkout"
    (checkout / "toolchain" / "pulumi").mkdir(parents=True)
    (checkout / "toolchain" / "pulumi" / "go.mod").write_text("module example\n", encoding="utf-8")
    return Places(checkout=checkout, cache=tmp_path / "it's a cache", state=tmp_path / "my state")


@pytest.fixture
def fake_engine(tmp_path: Path) -> Iterator[FakeEngine]:
    """Return an engine that answers only what a test tells it."""
    with FakeEngine(tmp_path / "e.sock") as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
