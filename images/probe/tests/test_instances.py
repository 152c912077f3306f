"""`probe instances`: declared instances become true, again and again, or the reason is named."""

from typing import Any

import pytest
from conftest import NUMBER, WriteFile
from fake_system import FakeSystem

from probe.cli import main


def run(write: WriteFile, settings: object, seconds: str = "5") -> int:
    """Run the command with these settings."""
    return main(["instances", "--settings", str(write("instances.json", settings)), "--timeout-seconds", seconds])


def test_a_missing_instance_is_created_with_its_token_and_webhook(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Secrets come from files, without the newline, and never reach the output."""
    assert run(write, instances_file) == 0
    assert system.created == [
        {"instanceName": "bot", "integration": "EVOLUTION", "number": NUMBER, "qrcode": False, "token": "token-1"}
    ]
    assert system.webhooks["bot"] == {
        "base64": False,
        "byEvents": False,
        "enabled": True,
        "events": ["MESSAGES_UPSERT"],
        "headers": {"authorization": "Bearer hook"},
        "url": "http://app:8000/webhooks/evolution",
    }
    printed = capsys.readouterr().out
    assert "instance bot: created" in printed
    assert not any(secret in printed for secret in ("token-1", "Bearer", "global"))


def test_a_second_run_only_asserts_the_webhook(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any]
) -> None:
    """Idempotent; a webhook that somebody changed is put right."""
    assert run(write, instances_file) == 0
    system.webhooks.clear()
    assert run(write, instances_file) == 0
    assert len(system.created) == 1
    assert "bot" in system.webhooks


def test_losing_a_race_is_being_there(system: FakeSystem, write: WriteFile, instances_file: dict[str, Any]) -> None:
    """403 on create: somebody else made it in between."""
    system.races = True
    assert run(write, instances_file) == 0


def test_a_taken_name_that_is_not_listed_names_the_cause(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Evolution hides instances of another client name."""
    system.races = system.hidden = True
    assert run(write, instances_file) == 1
    assert "DATABASE_CONNECTION_CLIENT_NAME" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ({"token": "older"}, "token (declared in "),
        ({"integration": "WHATSAPP-BAILEYS"}, "integration (stored WHATSAPP-BAILEYS, declared EVOLUTION)"),
        ({"number": "1"}, f"number (stored 1, declared {NUMBER})"),
    ],
)
def test_what_cannot_be_changed_is_told_with_the_way_out(
    system: FakeSystem,
    write: WriteFile,
    instances_file: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    stored: dict[str, str],
    message: str,
) -> None:
    """Nothing is touched; neither token shows."""
    row = {"name": "bot", "token": "token-1", "integration": "EVOLUTION", "number": NUMBER}
    system.instances["bot"] = {**row, **stored}
    assert run(write, instances_file) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "DELETE /instance/delete/bot" in error
    assert "older" not in error
    assert system.webhooks == {}


def test_a_refused_key_is_an_authentication_failure(
    write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """At once, not after the time limit."""
    write("api_key", "wrong")
    assert run(write, instances_file) == 1
    assert "AUTH: evolution-api refused the global key (HTTP 401)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:1", "TCP: 127.0.0.1:1 refused the connection"),
        ("http://evolution-api.invalid:8080", "DNS: evolution-api.invalid cannot be resolved"),
    ],
)
def test_an_unreachable_service_is_told_by_the_step_that_failed(
    write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str], url: str, message: str
) -> None:
    """After trying for the whole time."""
    assert run(write, {**instances_file, "url": url}, seconds="0.3") == 1
    assert message in capsys.readouterr().err


def test_an_answer_of_no_use_is_quoted(
    write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, request and the service's own words."""
    assert run(write, {**instances_file, "url": instances_file["url"] + "/elsewhere"}) == 1
    error = capsys.readouterr().err
    assert "answered HTTP 500 to GET /elsewhere/instance/fetchInstances: unknown route" in error


def test_wrong_settings_are_listed_at_once(
    write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """By their places, without values."""
    instances_file["instances"][0]["name"] = "../delete/bot"
    assert run(write, {**instances_file, "surplus": 1}) == 1
    error = capsys.readouterr().err
    assert "instances.0.name" in error
    assert "surplus" in error
    assert "../delete" not in error


def test_unreadable_and_empty_files_are_named(
    write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The path is what a person needs."""
    assert main(["instances", "--settings", "/absent"]) == 1
    assert "/absent cannot be read: No such file" in capsys.readouterr().err
    empty = write("api_key", " \n")
    assert run(write, instances_file) == 1
    assert f"{empty} is empty" in capsys.readouterr().err
