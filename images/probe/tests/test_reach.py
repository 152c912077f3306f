"""`probe reach`: a line for each name and port, and whether all can be reached."""

import socket
import threading
import time
from collections.abc import Generator

import pytest
from conftest import Captured, WriteFile

from probe import reach, steps
from probe.cli import main

NOWHERE = {"name": "nowhere", "host": "no-such-name.invalid", "port": 5432}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "TRANSIENT_SECONDS", 0.2)


@pytest.fixture
def port() -> Generator[int]:
    """A listening socket on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def run(write: WriteFile, targets: object) -> int:
    """Run the command with these settings."""
    return main(["reach", "--settings", str(write("reach.json", targets)), "--timeout-seconds", "5"])


def here(name: str, port: int) -> dict[str, object]:
    """A target on loopback."""
    return {"name": name, "host": "127.0.0.1", "port": port}


def test_all_reached_is_success(write: WriteFile, port: int, capsys: Captured) -> None:
    """In the file's order, with the address; two of one name are two."""
    assert run(write, [here("b", port), here("a", port), here("a", port)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in lines] == [f"{name}: ok (127.0.0.1:{port}" for name in "baa"]


def test_one_that_cannot_be_reached_is_failure(write: WriteFile, port: int, capsys: Captured) -> None:
    """By the step that failed; the others are told all the same."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        refused = closed.getsockname()[1]
    assert run(write, [NOWHERE, here("b", refused), here("b", port)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert 'nowhere: DNS failed: nobody on this network is called "no-such-name.invalid"' in lines[0]
    assert f"b: TCP failed: 127.0.0.1:{refused} accepts no connection" in lines[1]
    assert lines[2].startswith("b: ok")


def test_one_that_hangs_does_not_hold_up_the_rest(
    write: WriteFile, port: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as late when time is up."""
    over, reached = threading.Event(), steps.reach

    def hang(host: str, port: int) -> None:
        if host == "slow":
            over.wait()
        else:
            reached(host, port)

    monkeypatch.setattr(steps, "reach", hang)
    targets = write("reach.json", [{**here("slow", port), "host": "slow"}, here("quick", port)])
    begun = time.monotonic()
    assert reach.run(targets, 0.5) == 1
    assert time.monotonic() - begun < 1.5
    over.set()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "slow: TCP failed: no answer within 0.5 s. Is the service up?"
    assert lines[1].startswith("quick: ok")


@pytest.mark.parametrize(
    ("targets", "place"),
    [([], "file"), ({"name": "a"}, "file"), ([{**NOWHERE, "port": 0}], "0.port"), ([{**NOWHERE, "url": "u"}], "0.url")],
)
def test_a_wrong_settings_file_is_one_error(write: WriteFile, capsys: Captured, targets: object, place: str) -> None:
    """An empty list as well: it would prove nothing."""
    assert run(write, targets) == 1
    assert f"reach.json: {place}: " in capsys.readouterr().err
