"""`probe smoke` against services that refuse, answer nonsense or are not there: told at once, in their own words."""

from typing import Any

import pytest
from conftest import Captured, WriteFile, run_smoke
from fake_system import Answer, FakeSystem

from probe import http
from probe.cli import main

PAGE = "<html><body><h1>503 Service Unavailable</h1>\nNo server is here.\n</body></html>"


def test_an_instance_that_does_not_exist_is_named(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Before anything is sent."""
    system.instances.clear()
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 1 of 8 failed" in error
    assert "evolution-api has no instance \"bot\". Declared instances are made by 'make up'" in error
    assert system.injected == []


def test_a_refused_token_is_an_authentication_failure(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Also before anything is sent, although Evolution would take the message from anybody."""
    write("token", "wrong")
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 1 of 8 failed" in error
    assert 'AUTH: evolution-api refused the token of instance "bot" (HTTP 401)' in error
    assert system.injected == []


def test_a_token_is_not_called_wrong_while_the_database_is_away(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Evolution then refuses every token; the database's own server is named, and nothing is sent."""
    system.database = False
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 1 of 8 failed" in error
    assert 'DATABASE: evolution-api refused the token of instance "bot" (HTTP 401), and its own database' in error
    assert "Look at evolution-postgres: 'make status'" in error
    assert "AUTH" not in error
    assert system.injected == []


def test_a_failure_is_told_as_the_databases_while_that_is_away(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """In the server's words, which name no database, and with where to look."""
    system.database, system.findings = False, (500, {"response": {"message": "Internal Server Error"}})
    write("token", "global")
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "DATABASE: evolution-api answered HTTP 500 to POST /chat/findMessages/bot, and its own" in error


def test_silence_is_told_as_the_databases_while_that_is_away(
    system: FakeSystem,
    write: WriteFile,
    smoke_file: dict[str, Any],
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A database that hangs lets nothing be answered; a server that hangs by itself is not called that."""
    system.database, system.hangs = False, True
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.2)
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert (
        "DATABASE: HTTP: evolution-api gave no answer to GET /instance/connectionState/bot (ReadTimeout), and" in error
    )
    system.database = True
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "HTTP: evolution-api gave no answer to GET /instance/connectionState/bot (ReadTimeout)" in error
    assert "DATABASE" not in error


def test_a_database_that_comes_back_in_between_is_no_failure(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any]
) -> None:
    """What was refused because of it is asked again."""
    system.database, system.comes_back = False, True
    assert run_smoke(write, smoke_file) == 0


def test_a_message_that_evolution_drops_is_not_taken(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Evolution answers 200 and nothing else; what is stored tells why."""
    system.instances["bot"] |= {"number": "551", "connectionStatus": "close"}
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 1 of 8 failed" in error
    assert 'Instance "bot" is stored as EVOLUTION with the number 551 and is close' in error


def test_a_refused_webhook_secret_is_an_authentication_failure(
    write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """At once."""
    write("secret", "wrong")
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 2 of 8 failed" in error
    assert "AUTH: app refused the webhook secret (HTTP 401)" in error


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((503, PAGE), "app (through ingress) answered HTTP 503 to GET /messages/"),
        ((503, PAGE), ": 503 Service Unavailable No server is here."),
        ((500, {"detail": "the database\nis gone"}), ": the database is gone"),
        ((200, "<p>Welcome</p>"), "An application without this route must answer 404"),
        ((200, {"stored": True}), "something else than stored, queued, taken, reply_id, seen"),
    ],
)
def test_an_answer_of_no_use_is_quoted(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, answer: Answer, words: str
) -> None:
    """In the words of whoever gave it, on one line and without its tags."""
    system.status = answer
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 2 of 8 failed" in error
    assert words in error
    assert "<" not in error
    assert len(error.splitlines()) == 1


def test_an_application_that_changes_midway_is_told(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one without a status route took its place: no traceback, and no answer by guess."""
    handle, asked = system.handle, []

    def replaced(method: str, path: str, headers: dict[str, str], body: Any) -> Answer:  # noqa: ANN401 - any JSON
        if path.startswith("/messages/"):
            asked.append(path)
        return (404, None) if len(asked) > 1 else handle(method, path, headers, body)

    monkeypatch.setattr(system, "handle", replaced)
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 3 of 8 failed" in error
    assert "app has lost its status route" in error


@pytest.mark.parametrize(
    ("setting", "value", "hop", "message"),
    [
        ("evolution_url", "http://127.0.0.1:1", "hop 1 of 8 failed", "TCP: 127.0.0.1:1 refused the connection"),
        ("app_url", "http://ingress.invalid:8000", "hop 2 of 8 failed", "DNS: ingress.invalid cannot be resolved"),
    ],
)
def test_an_unreachable_service_fails_its_hop(
    write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, setting: str, value: str, hop: str, message: str
) -> None:
    """By the step that failed."""
    assert run_smoke(write, {**smoke_file, setting: value}, seconds="0.3") == 1
    error = capsys.readouterr().err
    assert hop in error
    assert message in error


def test_a_wrong_command_line_is_exit_2() -> None:
    """Argparse prints the usage."""
    with pytest.raises(SystemExit) as caught:
        main(["smoke"])
    assert caught.value.code == 2
