"""Services that are on their way are waited for; those that are not, are not."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from operations import starting
from operations.found import Found
from operations.stack_file import StackFile

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = "2026-01-02T03:04:04Z"
STACK = StackFile(development=True, docker_host="", image_source="local", images=(), name="dev", systems=("evolution",))
RUNNING = {"Paused": False, "Restarting": False, "Running": True, "Status": "running"}
EXITED = {"Paused": False, "Restarting": False, "Running": False, "Status": "exited"}


def inspected(state: Mapping[str, Any], *, age: float, restarts: int = 0, policy: str = "always") -> dict[str, Any]:
    """Returns what the engine says of a container that started, or ended, some seconds ago."""
    moment = (NOW - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")
    return {
        "HostConfig": {"RestartPolicy": {"Name": policy}},
        "RestartCount": restarts,
        "State": {"FinishedAt": moment, "StartedAt": moment, **state},
    }


@pytest.mark.parametrize(
    ("row", "comes"),
    [
        (inspected(RUNNING, age=5), True),
        (inspected(RUNNING, age=300), False),
        (inspected({**RUNNING, "Paused": True}, age=5), False),
        (inspected({**RUNNING, "Restarting": True}, age=5, restarts=2), True),
        (inspected(RUNNING, age=5, restarts=9), False),
        (inspected(EXITED, age=5), True),
        (inspected(EXITED, age=40), False),
        (inspected(EXITED, age=5, policy="no"), False),
        (inspected({**EXITED, "Status": "created"}, age=5), False),
        (
            inspected(
                {
                    **RUNNING,
                    "Health": {"Log": [{"ExitCode": 0, "Output": "not serving: SyntaxError in a:1\n", "Start": LATER}]},
                },
                age=5,
            ),
            False,
        ),
    ],
)
def test_what_may_still_come_by_itself(row: dict[str, Any], *, comes: bool) -> None:
    """A young process, and what the engine starts after its own crash; no loop, nothing that was stopped long ago."""
    assert starting.on_its_way(row, NOW) is comes


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What each look finds: service to state, the last one for ever; everything is young."""
    found: list[dict[str, str]] = []
    row = cast("Any", SimpleNamespace(attrs={}))

    def look(_stack: StackFile) -> list[starting.Seen]:
        states = found.pop(0) if len(found) > 1 else found[0]
        return [
            starting.Seen(
                found=Found(container=row, replica=1, role="service", service=name, system="evolution"), state=state
            )
            for name, state in states.items()
        ]

    monkeypatch.setattr(starting, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(starting, "look", look)
    monkeypatch.setattr(starting, "on_its_way", lambda *_: True)
    return found


def test_what_is_starting_is_waited_for_and_named(
    looks: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for each change, not at every look."""
    looks += [{"app": "not ready", "db": "exited (exit 137)"}] * 2 + [{"app": "not ready", "db": "ready"}] * 2
    looks += [{"app": "ready", "db": "ready"}]
    assert [row.state for row in starting.settled(STACK)] == ["ready", "ready"]
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" (")[0] for line in lines] == ["starting: app, db", "starting: app"]


def test_the_wait_ends(looks: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What never becomes ready is shown as it is."""
    monkeypatch.setattr(starting, "LONGEST_WAIT_SECONDS", 0.1)
    looks.append({"app": "not ready"})
    began = time.monotonic()
    assert [row.state for row in starting.settled(STACK)] == ["not ready"]
    assert time.monotonic() - began < 10


def test_nothing_is_waited_for_that_does_not_come(looks: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that was stopped by hand is shown at once."""
    monkeypatch.setattr(starting, "on_its_way", lambda *_: False)
    looks += [{"app": "exited"}, {"app": "ready"}]
    assert [row.state for row in starting.settled(STACK)] == ["exited"]
