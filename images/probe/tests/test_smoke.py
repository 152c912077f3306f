"""`probe smoke`: one message through the system, and the hop that failed by its name."""

from typing import Any

import pytest
from conftest import NUMBER, WriteFile
from fake_system import FakeSystem

from probe.cli import main


def run(write: WriteFile, settings: object, seconds: str = "5") -> int:
    """Run the command with these settings."""
    path = write("smoke.json", settings)
    return main(["smoke", "--settings", str(path), "--timeout-seconds", seconds, "--text", "oi"])


@pytest.mark.parametrize("address", ["5511900000000", "5511900000000@s.whatsapp.net"])
def test_a_conversation_is_followed_and_shown(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: pytest.CaptureFixture[str], address: str
) -> None:
    """Three hops with their times, the text in and the reply out, however Evolution files it."""
    system.filed_under = address
    assert run(write, smoke_file) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" (")[0] for line in lines[:3]] == [
        "hop 1 of 3: evolution-api took the message",
        "hop 2 of 3: app stored the message",
        "hop 3 of 3: app answered it",
    ]
    assert lines[3:] == ["  in:  oi", "  out: Mensagem 1 recebida: oi"]
    assert system.injected[0]["numberId"] == NUMBER


def test_every_run_is_a_new_message(system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any]) -> None:
    """The application would ignore a known id."""
    assert run(write, smoke_file) == run(write, smoke_file) == 0
    assert len({message["key"]["id"] for message in system.injected}) == 2


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("stores", "hop 2 of 3 failed: app stored the message: not within the time"),
        ("answers", "hop 3 of 3 failed: app answered it: no reply within the time"),
        ("keeps_replies", "hop 3 of 3 failed: app answered it: the application says it sent R1, but"),
    ],
)
def test_the_failed_hop_is_named(
    system: FakeSystem,
    write: WriteFile,
    smoke_file: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    broken: str,
    message: str,
) -> None:
    """With what to look at."""
    setattr(system, broken, False)
    assert run(write, smoke_file, seconds="0.3") == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("evolution_url", "http://127.0.0.1:1", "hop 1 of 3 failed: evolution-api took the message: TCP: 127.0.0.1:1"),
        ("app_url", "http://app.invalid:8000", "hop 2 of 3 failed: app stored the message: DNS: app.invalid cannot"),
    ],
)
def test_an_unreachable_service_fails_its_hop(
    write: WriteFile,
    smoke_file: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    setting: str,
    value: str,
    message: str,
) -> None:
    """By the step that failed."""
    assert run(write, {**smoke_file, setting: value}, seconds="0.3") == 1
    assert message in capsys.readouterr().err


def test_a_refused_webhook_secret_is_an_authentication_failure(
    write: WriteFile, smoke_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also at once."""
    write("secret", "wrong")
    assert run(write, smoke_file) == 1
    assert "AUTH: the application refused the webhook secret (HTTP 401)" in capsys.readouterr().err


def test_a_wrong_command_line_is_exit_2() -> None:
    """Argparse prints the usage."""
    with pytest.raises(SystemExit) as caught:
        main(["smoke"])
    assert caught.value.code == 2
