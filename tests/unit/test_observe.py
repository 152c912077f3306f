"""Verdicts on containers, from what the engine says."""

from typing import Any

import pytest

from components.base.naming import ROLE_LABEL
from components.base.observe import Observation, verdict

RUNNING: dict[str, Any] = {
    "ExitCode": 0,
    "FinishedAt": "2026-01-02T03:04:05.678Z",
    "OOMKilled": False,
    "Paused": False,
    "Restarting": False,
    "Running": True,
    "StartedAt": "2026-01-02T03:00:00.1Z",
    "Status": "running",
}
STOPPED = {**RUNNING, "Running": False, "Status": "exited"}
FAILED_CHECKS = {
    "FailingStreak": 2,
    "Log": [
        {"ExitCode": 1, "Start": "2026-01-02T03:01:00.1Z"},
        {"ExitCode": 0, "Start": "2026-01-02T03:02:00.1Z"},
        {"ExitCode": 1, "Start": "2026-01-02T03:03:00.1Z"},
        {"ExitCode": 1, "Start": "2026-01-02T03:04:00.1Z"},
    ],
    "Status": "unhealthy",
}


@pytest.mark.parametrize(
    ("state", "role", "said"),
    [
        (RUNNING, "service", "ready"),
        ({**RUNNING, "Health": {"Status": "starting"}}, "service", "ready"),
        ({**RUNNING, "Health": FAILED_CHECKS}, "service", "unhealthy since 2026-01-02T03:03:00Z"),
        ({**RUNNING, "Health": {"FailingStreak": 0, "Log": [], "Status": "unhealthy"}}, "service", "ready"),
        ({**RUNNING, "Paused": True}, "service", "paused since 2026-01-02T03:00:00Z or later"),
        ({**STOPPED, "ExitCode": 3}, "service", "exited (exit 3) since 2026-01-02T03:04:05Z"),
        (
            {**STOPPED, "ExitCode": 137, "OOMKilled": True},
            "service",
            "exited (exit 137, OOM) since 2026-01-02T03:04:05Z",
        ),
        (
            {**RUNNING, "ExitCode": 1, "Restarting": True},
            "service",
            "restarting (exit 1) since 2026-01-02T03:04:05Z",
        ),
        (STOPPED, "job", "done"),
        ({**STOPPED, "ExitCode": 1}, "job", "exited (exit 1) since 2026-01-02T03:04:05Z"),
    ],
)
def test_verdict(state: dict[str, Any], role: str, said: str) -> None:
    """Bad news carry the time they began, so that the same fault later is a new value."""
    assert verdict({"Config": {"Labels": {ROLE_LABEL: role}}, "State": state}) == said


def test_what_a_gate_and_a_prepare_are_told() -> None:
    """A missing container is the Prepare's business, a finished job nobody's."""
    observation = Observation(containers={"a": "done", "b": "exited (exit 1)"})
    assert [observation.of(name) for name in "abc"] == ["ready", "exited (exit 1)", "ready"]
    assert [observation.presence(name) for name in "abc"] == ["present", "present", "missing"]
