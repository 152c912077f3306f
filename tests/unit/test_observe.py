"""Verdicts on containers, from what the engine says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from components.base.naming import REPLICA_LABEL, ROLE_LABEL, SERVICE_LABEL, SYSTEM_LABEL
from components.base.observe import Look, Observation, judge
from components.base.verdict import Expected, verdict

NOW = datetime(2026, 1, 2, 3, 5, tzinfo=UTC)

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
        ({**STOPPED, "ExitCode": 1, "OOMKilled": True}, "job", "exited (exit 1, OOM) since 2026-01-02T03:04:05Z"),
        ({**STOPPED, "ExitCode": 1}, "job", "exited (exit 1) since 2026-01-02T03:04:05Z"),
    ],
)
def test_verdict(state: dict[str, Any], role: str, said: str) -> None:
    """Bad news carry the time they began, so that the same fault later is a new value."""
    assert verdict({"Config": {"Labels": {ROLE_LABEL: role}}, "State": state}, None, NOW) == said


LIMITED: dict[str, Any] = {
    "Config": {"Labels": {ROLE_LABEL: "service"}},
    "HostConfig": {"Memory": 256 * 1024 * 1024, "PidsLimit": 64},
    "NetworkSettings": {"Networks": {"data": {}, "edge": {}}},
    "RestartCount": 0,
    "State": RUNNING,
}
EXPECTED = Expected(memory_mib=256, networks=frozenset({"data", "edge"}), pids=64)
SEEN = "(seen 2026-01-02T03:05:00Z)"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "ready"),
        ({"NetworkSettings": {"Networks": {"edge": {}}}}, f"left network data {SEEN}"),
        ({"NetworkSettings": {"Networks": {"data": {}, "edge": {}, "x": {}}}}, f"joined network x {SEEN}"),
        ({"HostConfig": {"Memory": 6291456, "PidsLimit": 64}}, f"memory limit 6 MiB instead of 256 {SEEN}"),
        (
            {"HostConfig": {"Memory": 268435456, "PidsLimit": None}},
            f"pids limit none instead of 64 {SEEN}",
        ),
        (
            {"HostConfig": {"Memory": 6291456, "PidsLimit": 64}, "State": {**STOPPED, "ExitCode": 1}},
            "memory limit 6 MiB instead of 256; exited (exit 1) since 2026-01-02T03:04:05Z",
        ),
        (
            {"RestartCount": 7, "State": {**RUNNING, "StartedAt": "2026-01-02T03:04:55.1Z"}},
            "restarting (7 times) since 2026-01-02T03:04:05Z",
        ),
        ({"RestartCount": 7}, "ready"),
    ],
)
def test_drift_of_limits_and_networks(change: dict[str, Any], said: str) -> None:
    """Compared with the state; several faults at once are all named; an old restart is no loop."""
    assert verdict({**LIMITED, **change}, EXPECTED, NOW) == said


def test_limits_are_not_expected_before_a_gate_has_set_them() -> None:
    """A container whose gate has not passed has no pids limit yet."""
    unset = {**LIMITED, "HostConfig": {"Memory": 268435456, "PidsLimit": None}}
    assert verdict(unset, Expected(memory_mib=256, networks=frozenset({"data", "edge"})), NOW) == "ready"


def container(id_: str, service: str, replica: str, role: str = "service") -> dict[str, Any]:
    """Returns an inspect with labels."""
    labels = {ROLE_LABEL: role, SERVICE_LABEL: service, SYSTEM_LABEL: "y", REPLICA_LABEL: replica}
    return {**LIMITED, "Config": {"Labels": labels}, "Id": id_, "Name": f"/{id_}"}


def test_replicas_are_told_apart_and_those_that_leave_do_not_count() -> None:
    """During a rollout two containers have the same number: the one the state keeps is judged."""
    seen = Look(
        containers=[
            container("new", "app", "1"),
            {**container("old", "app", "1"), "State": {**STOPPED, "ExitCode": 1}},
            {**container("two", "app", "2"), "State": {**RUNNING, "Paused": True}},
            container("x", "app", "1", "throw-away"),
        ]
    )
    found = judge(seen, {"new": EXPECTED, "two": EXPECTED})
    assert found.of("y/app/1") == "ready"
    assert found.of("y/app/2").startswith("paused since")
    assert found.others == {"y/app/1"}


def test_what_a_gate_and_a_prepare_are_told() -> None:
    """A missing container is the Prepare's business, a finished job nobody's."""
    observation = Observation(others=frozenset({"d"}), verdicts={"a": "done", "b": "exited (exit 1)"})
    assert [observation.of(name) for name in "abcd"] == ["ready", "exited (exit 1)", "ready", "ready"]
    assert [observation.presence(name) for name in "abcd"] == ["present", "present", "missing", "replaced"]
