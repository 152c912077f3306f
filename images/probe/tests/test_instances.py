"""`probe instances`: declared instances become true, again and again, or the reason is named."""

from types import SimpleNamespace
from typing import Any, Self

import psycopg
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
    """Nothing is touched."""
    row = {"name": "bot", "token": "token-1", "integration": "EVOLUTION", "number": NUMBER}
    system.instances["bot"] = {**row, **stored}
    assert run(write, instances_file) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "DELETE /instance/delete/bot" in error
    assert system.webhooks == {}


def test_another_token_is_set_in_the_database(
    system: FakeSystem,
    write: WriteFile,
    instances_file: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No route changes one; neither of them shows."""
    statements: list[tuple[str, object]] = []
    rows = 1

    class Session:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return

        def execute(self, statement: psycopg.sql.Composed, values: object) -> SimpleNamespace:
            statements.append((statement.as_string(None), values))
            return SimpleNamespace(rowcount=rows)

    def connect(address: str, **_: object) -> Session:
        assert address == "postgresql://e:pw@db/e"
        return Session()

    monkeypatch.setattr(psycopg, "connect", connect)
    system.instances["bot"] = {"name": "bot", "token": "older", "integration": "EVOLUTION", "number": NUMBER}
    assert run(write, instances_file) == 0
    update = 'UPDATE "evolution_api"."Instance" SET "token" = %s, "updatedAt" = now() WHERE "name" = %s'
    assert statements == [(update, ("token-1", "bot"))]
    said = capsys.readouterr().out
    assert "instance bot: token set as declared" in said
    assert "older" not in said
    assert "token-1" not in said

    rows = 0
    assert run(write, instances_file) == 1
    assert "Evolution's database has no such instance" in capsys.readouterr().err

    def refuse(*_: object, **__: object) -> Session:
        raise psycopg.OperationalError('password authentication failed for "token-1"')

    monkeypatch.setattr(psycopg, "connect", refuse)
    assert run(write, instances_file) == 1
    error = capsys.readouterr().err
    assert "its token cannot be set in Evolution's database (no login)" in error
    assert "token-1" not in error


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


SETTINGS = {"alwaysOnline": True, "groupsIgnore": True, "msgCall": "não atendo"}
STORED = {"name": "bot", "token": "token-1", "integration": "EVOLUTION", "number": NUMBER}


def test_declared_settings_are_made_with_the_instance(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any]
) -> None:
    """In the same request: there is no moment without them."""
    instances_file["instances"][0]["settings"] = SETTINGS
    assert run(write, instances_file) == 0
    assert SETTINGS.items() <= system.created[0].items()
    assert system.settings == {}


def test_declared_settings_are_put_right_and_others_left(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Evolution wants all of them at once, so those that are not declared are sent as they are stored."""
    instances_file["instances"][0]["settings"] = SETTINGS
    stored = {"alwaysOnline": True, "groupsIgnore": False, "msgCall": None, "readStatus": True, "rejectCall": None}
    system.instances["bot"] = {**STORED, "Setting": {**stored, "wavoipToken": "w", "id": "s1"}}
    assert run(write, instances_file) == 0
    assert system.settings["bot"] == {
        "alwaysOnline": True,
        "groupsIgnore": True,
        "msgCall": "não atendo",
        "readMessages": False,
        "readStatus": True,
        "rejectCall": False,
        "syncFullHistory": False,
        "wavoipToken": "w",
    }
    assert "instance bot: groupsIgnore, msgCall set as declared" in capsys.readouterr().out


@pytest.mark.parametrize("declared", [SETTINGS, {}, None])
def test_settings_that_are_right_or_not_declared_are_not_touched(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any], declared: dict[str, Any] | None
) -> None:
    """Setting them again can cost a telephone its connection."""
    if declared is not None:
        instances_file["instances"][0]["settings"] = declared
    system.instances["bot"] = {**STORED, "Setting": {**SETTINGS, "rejectCall": True}}
    assert run(write, instances_file) == 0
    assert system.settings == {}


def test_an_unknown_setting_is_a_mistake(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """By its place, before anything is done."""
    instances_file["instances"][0]["settings"] = {"reject_call": True}
    assert run(write, instances_file) == 1
    assert "instances.0.settings.reject_call" in capsys.readouterr().err
    assert system.created == []


def test_several_instances_are_made_and_a_foreign_one_is_left(
    system: FakeSystem, write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """What somebody made by hand is told, and neither changed nor deleted."""
    foreign = {"name": "handmade", "token": "t", "integration": "WHATSAPP-BAILEYS", "number": None}
    system.instances["handmade"] = foreign
    second = {**instances_file["instances"][0], "name": "smoke", "number": "5511999990001"}
    instances_file["instances"].append(second)
    assert run(write, instances_file) == 0
    assert [made["instanceName"] for made in system.created] == ["bot", "smoke"]
    assert set(system.webhooks) == {"bot", "smoke"}
    assert system.instances["handmade"] == foreign
    assert run(write, instances_file) == 0
    printed = capsys.readouterr().out
    assert (
        printed.count("not declared here") == printed.count("instance handmade: not declared here, left as it is") == 2
    )


@pytest.mark.parametrize(
    ("manager", "address"),
    [
        ({}, "/manager (on the host: the address 'make status' shows for evolution-api)"),
        ({"manager_url": "http://127.0.0.1:8080/manager"}, "Open http://127.0.0.1:8080/manager, log in"),
    ],
)
def test_how_to_link_a_telephone_is_told_until_it_is_linked(
    system: FakeSystem,
    write: WriteFile,
    instances_file: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    manager: dict[str, str],
    address: str,
) -> None:
    """In one line, with the manager's address; only for the integration that has a telephone."""
    instances_file["instances"][0]["integration"] = "WHATSAPP-BAILEYS"
    assert run(write, {**instances_file, **manager}) == 0
    linking = [line for line in capsys.readouterr().out.splitlines() if "no telephone is linked" in line]
    assert len(linking) == 1
    assert address in linking[0]
    system.instances["bot"]["connectionStatus"] = "open"
    assert run(write, {**instances_file, **manager}) == 0
    assert "telephone" not in capsys.readouterr().out


def test_a_simulated_number_has_no_telephone_to_link(
    write: WriteFile, instances_file: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is told about one."""
    assert run(write, instances_file) == 0
    assert "telephone" not in capsys.readouterr().out
