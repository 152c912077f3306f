"""What the dynamic providers call a change, and the process they run in."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from components.base.providers import process
from components.base.providers.gate import GateProvider
from components.base.providers.prepare import PrepareProvider

GATE = {
    "command": ["true"],
    "container": "abc",
    "docker_host": "",
    "networks": [],
    "observed": "ready",
    "pids": 256,
    "proxy": {},
    "reload": {},
}
PREPARE = {
    "data": [],
    "docker_host": "",
    "facts": {},
    "files_volume": "v",
    "fingerprint": "f",
    "image": "i",
    "labels": {},
    "observed": "present",
    "owner": "1:1",
    "proof": {},
}


@pytest.mark.parametrize(
    ("new", "changes"),
    [
        ({}, False),
        ({"budget_seconds": 5}, False),
        ({"container": "def"}, True),
        ({"command": ["false"]}, True),
        ({"reload": {"fingerprint": "g"}}, True),
        ({"observed": "exited (exit 1)"}, True),
    ],
)
def test_a_gate_changes(new: dict[str, Any], changes: bool) -> None:  # noqa: FBT001 a test's parameter
    """With the container, the probe, and every bad observation."""
    assert GateProvider().diff("", GATE, {**GATE, **new}).changes == changes


def test_a_gate_that_saw_the_same_fault_before_still_changes() -> None:
    """An old bad value in the state hides nothing."""
    bad = {**GATE, "observed": "exited (exit 1) since 2026-01-02T03:04:05Z"}
    assert GateProvider().diff("", bad, bad).changes


@pytest.mark.parametrize(
    ("new", "changes"),
    [
        ({}, False),
        ({"fingerprint": "g"}, True),
        ({"observed": "missing"}, True),
        ({"observed": "paused"}, True),
        ({"files_labels": {}}, False),
    ],
)
def test_a_prepare_changes(new: dict[str, Any], changes: bool) -> None:  # noqa: FBT001 a test's parameter
    """With the files, and when the container is gone."""
    assert PrepareProvider().diff("", PREPARE, {**PREPARE, **new}).changes == changes


def test_the_pool_is_widened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting gates must not keep a failed one from being heard."""
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)  # it is set for the process's whole life
    pool = ThreadPoolExecutor(max_workers=4)
    assert process.widen_pool() >= 1
    assert pool._max_workers == process.WORKERS
    pool.shutdown()


def test_the_sdk_still_builds_such_a_pool() -> None:
    """When this fails, `widen_pool` looks for something that is no longer there."""
    found = find_spec("pulumi.dynamic")
    assert found is not None
    assert found.origin is not None
    text = (Path(found.origin).parent / "__main__.py").read_text()
    assert re.search(r"grpc\.server\(\s*futures\.ThreadPoolExecutor\(max_workers=4\)", text)
