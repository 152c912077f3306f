"""An engine behind ssh: connections, time limits and what is said when there is no engine."""

import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from requests.exceptions import ConnectionError as BrokenError
from requests.exceptions import ReadTimeout

from components.base import docker_api, ssh_dial
from components.base.docker_api import EngineUnreachableError, connect
from operations import tunnel

ADDRESS = "ssh://deploy@shop:2222"
COMMAND = "-p 2222 deploy@shop docker system dial-stdio"


@pytest.fixture
def starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Puts the fake first on PATH; the file has one line for each start."""
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).with_name("fake_ssh.py")} "$@"\n')
    program.chmod(0o755)
    log = tmp_path / "starts"
    log.touch()
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setenv("FAKE_SSH_LOG", str(log))
    monkeypatch.setattr(ssh_dial, "PAUSE_SECONDS", 0.01)
    yield log
    for process in ssh_dial._started:
        process.kill()
        process.wait()


def lines(starts: Path) -> list[str]:
    """Returns how ssh was started, each time."""
    return starts.read_text().splitlines()


def test_one_connection_serves_many_calls(starts: Path) -> None:
    """A login for each call would make a preview minutes long."""
    engine = connect(ADDRESS)
    assert engine.api.api_version == "1.41"
    for number in range(20):
        assert engine.api.inspect_container(str(number))["asked"] == f"/v1.41/containers/{number}/json"
    assert len(lines(starts)) == 1
    assert lines(starts)[0].endswith(COMMAND)
    assert "-oBatchMode=yes" in lines(starts)[0]


def test_calls_at_once_have_connections_of_their_own(starts: Path) -> None:
    """As many as there are gates, and no more logins at the same time than an sshd takes."""
    engine = connect(ADDRESS)
    with ThreadPoolExecutor(16) as pool:
        asked = list(pool.map(lambda number: engine.api.inspect_container(str(number))["asked"], range(64)))
    assert asked == [f"/v1.41/containers/{number}/json" for number in range(64)]
    assert len(lines(starts)) <= 16


@pytest.mark.usefixtures("starts")
def test_a_call_that_hangs_ends_in_time() -> None:
    """The limit of one call holds."""
    engine = connect(ADDRESS)
    started = time.monotonic()
    with pytest.raises((ReadTimeout, BrokenError)):
        engine.api.wait("abc", timeout=1)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refused", r"ssh://deploy@shop:2222: root@shop: Permission denied \(publickey\)\. Nothing"),
        ("down", r"ssh: connect to host shop port 22: Connection timed out\. Nothing"),
        ("no docker", r"the host has no docker command for this user \(bash: line 1: docker: command not found\)"),
        ("no engine", r"the host answers, but no engine on it \(Cannot connect to the Docker daemon at unix:"),
        ("silent", r"no answer within 1 s"),
        ("dropped 99", r"Connection reset by peer"),
    ],
)
def test_what_is_wrong_is_said(starts: Path, monkeypatch: pytest.MonkeyPatch, fault: str, said: str) -> None:
    """With the address, the reason, and the command that shows it; only a dropped connection is tried again."""
    monkeypatch.setenv("FAKE_SSH", fault)
    monkeypatch.setattr(ssh_dial, "FIRST_SECONDS", 1.0 if fault == "silent" else 10.0)
    started = time.monotonic()
    with pytest.raises(EngineUnreachableError, match=said) as refused:
        connect(ADDRESS)
    assert "'ssh -p 2222 deploy@shop docker version'" in str(refused.value)
    assert time.monotonic() - started < 8
    assert len(lines(starts)) == (ssh_dial.ATTEMPTS if "dropped" in fault else 1)


def test_a_dropped_connection_is_made_again(starts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An sshd drops some of many that come at once."""
    monkeypatch.setenv("FAKE_SSH", "dropped 2")
    assert connect(ADDRESS).version()["Arch"] == "amd64"
    assert len(lines(starts)) == 3


def test_without_an_ssh_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said as such."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EngineUnreachableError, match="no ssh command on PATH"):
        connect(ADDRESS)


def test_a_socket_on_the_other_machine(starts: Path) -> None:
    """The provider takes a path in the address as the engine's socket, so the client does."""
    connect("ssh://shop/run/user/1000/docker.sock")
    assert lines(starts)[0].endswith("shop docker --host=unix:///run/user/1000/docker.sock system dial-stdio")


def test_the_environment_names_an_engine_where_a_stack_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """And this machine's socket where neither does."""
    monkeypatch.setenv("DOCKER_HOST", ADDRESS)
    assert docker_api.address_of("") == ADDRESS
    assert docker_api.address_of("unix:///x") == "unix:///x"
    monkeypatch.delenv("DOCKER_HOST")
    assert docker_api.address_of("") == "unix:///var/run/docker.sock"


def test_status_says_how_to_reach_another_machines_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line for all of them; those of this machine, and those open to all, need none."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    said = tunnel.hint(ADDRESS, ["http://127.0.0.1:8000", "127.0.0.1:5432", "0.0.0.0:443"])
    assert said.endswith("ssh -N -L 5432:127.0.0.1:5432 -L 8000:127.0.0.1:8000 -p 2222 deploy@shop")
    assert tunnel.hint("", ["127.0.0.1:8000"]) == ""
    assert tunnel.hint(ADDRESS, ["0.0.0.0:443"]) == ""


def test_only_the_first_connection_is_given_little_time(starts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has answered is there, however busy it is."""
    given: list[float] = []
    dial = ssh_dial.dial

    def note(address: str, seconds: float) -> socket.socket:
        given.append(seconds)
        return dial(address, seconds)

    monkeypatch.setattr(ssh_dial, "dial", note)
    engine = connect(ADDRESS)
    with pytest.raises((ReadTimeout, BrokenError)):
        engine.api.wait("abc", timeout=1)
    engine.api.inspect_container("1")
    assert given == [ssh_dial.FIRST_SECONDS, ssh_dial.ANSWER_SECONDS]
    assert len(lines(starts)) == 2
