"""`probe smoke`: one message through the system, and the hop that failed by its name."""

import re
from typing import Any

import pytest
from conftest import NUMBER, Captured, WriteFile, run_smoke
from fake_system import FakeSystem

from probe.replies import Replies, Reply


@pytest.mark.parametrize("address", ["5511900000000", "5511900000000@s.whatsapp.net"])
def test_a_conversation_is_followed_and_shown(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, address: str
) -> None:
    """Eight hops with their times, the text in and the reply out, however Evolution files it, and how long it took."""
    system.filed_under = address
    assert run_smoke(write, smoke_file) == 0
    lines = [re.sub(r"\d+ ms", "N ms", line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "hop 1 of 8: evolution-api took the message (N ms)",
        "hop 2 of 8: app stored it (N ms)",
        "hop 3 of 8: rabbitmq took it (N ms)",
        "hop 4 of 8: a worker took it (N ms)",
        "hop 5 of 8: answered through evolution-api, exactly once (N ms)",
        "hop 6 of 8: the send.message event came back to app (N ms)",
        "  in:  oi",
        "  out: Mensagem 1 recebida: oi",
        "answered in N ms",
        "hop 7 of 8: the bucket of media takes evolution-api's key, opens a signed link, and refuses the rest (N ms)",
        "hop 8 of 8: audio-converter takes evolution-api's key, makes voice messages, and refuses the rest (N ms)",
        "  not shown: a voice message sent through both, which takes an instance connected to WhatsApp",
    ]
    assert system.injected[0]["numberId"] == NUMBER


def test_every_run_is_a_new_message_of_the_same_contact(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """The application would ignore a known id, and counts what a contact has written."""
    assert run_smoke(write, smoke_file) == run_smoke(write, smoke_file) == 0
    assert len({message["key"]["id"] for message in system.injected}) == 2
    assert len({message["key"]["remoteJid"] for message in system.injected}) == 1
    assert "out: Mensagem 2 recebida: oi" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("missing", "failed", "suspect"),
    [
        ("stored", "hop 2 of 8 failed (N ms): app stored it: ", "Look at the webhook of the instance in evolution-api"),
        ("queued", "hop 3 of 8 failed (N ms): rabbitmq took it: ", "Look at rabbitmq, or the application's relay"),
        ("taken", "hop 4 of 8 failed (N ms): a worker took it: ", "Look at worker: "),
        ("seen", "hop 6 of 8 failed (N ms): the send.message event came back to app: ", "Look at the webhook"),
    ],
)
def test_the_hop_that_does_not_happen_names_its_suspects(
    system: FakeSystem,
    write: WriteFile,
    smoke_file: dict[str, Any],
    capsys: Captured,
    missing: str,
    failed: str,
    suspect: str,
) -> None:
    """By service name, and no later hop is told."""
    system.done[missing] = False
    assert run_smoke(write, smoke_file, seconds="0.3") == 1
    said = capsys.readouterr()
    error = re.sub(r"\d+ ms", "N ms", said.err)
    assert f"probe smoke: {failed}it did not happen in time. {suspect}" in error
    assert failed.split(" failed", maxsplit=1)[0] not in said.out


def test_an_application_in_trouble_is_quoted(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """What `/ready` says of what the application needs; what is well is not mentioned."""
    system.done["queued"] = False
    system.ready = 503, {"database": "ok", "rabbitmq": "AUTH: the broker refuses the password"}
    assert run_smoke(write, smoke_file, seconds="0.3") == 1
    assert (
        "in time, and app says of what it needs: rabbitmq: AUTH: the broker refuses the password. Look at rabbitmq"
    ) in capsys.readouterr().err


def test_no_reply_names_the_worker_and_its_token(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """The status has no id of a reply."""
    system.replies = 0
    assert run_smoke(write, smoke_file, seconds="0.3") == 1
    error = capsys.readouterr().err
    assert "hop 5 of 8 failed" in error
    assert "it did not happen in time. Look at worker, or the token it shows to evolution-api" in error


def test_a_reply_that_evolution_does_not_have_is_no_reply(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Whatever the application says."""
    system.keeps_replies = False
    assert run_smoke(write, smoke_file, seconds="0.3") == 1
    assert "app says it is answered by R1, but evolution-api has no such message" in capsys.readouterr().err


def test_an_earlier_reply_is_not_this_one(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """An application that lost its data counts from one again: the old reply has the same text, and is not counted."""
    system.send("Mensagem 1 recebida: oi")
    assert run_smoke(write, smoke_file) == 0
    assert "out: Mensagem 1 recebida: oi" in capsys.readouterr().out


def test_a_late_reply_to_an_earlier_message_is_no_second_one(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """After a run that failed, what it was owed may come in the middle of the next."""
    system.late = "Mensagem 7 recebida: oi"
    assert run_smoke(write, smoke_file) == 0
    assert "out: Mensagem 1 recebida: oi" in capsys.readouterr().out


def test_two_replies_are_a_failure(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """Exactly once."""
    system.replies = 2
    assert run_smoke(write, smoke_file) == 1
    error = capsys.readouterr().err
    assert "hop 5 of 8 failed (" in error
    assert "evolution-api has this reply 2 times (R2, R1): Mensagem 1 recebida: oi. Look at worker" in error


def test_a_second_reply_while_the_event_is_awaited_is_a_failure(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second worker may be a moment behind the first: told as the hop that no longer holds."""
    demand_once = Replies.demand_once

    def demand_and_double(replies: Replies, reply: Reply) -> None:
        demand_once(replies, reply)
        system.send(reply.text)

    monkeypatch.setattr(Replies, "demand_once", demand_and_double)
    assert run_smoke(write, smoke_file) == 1
    said = capsys.readouterr()
    assert "hop 6 of 8: " in said.out
    assert "hop 5 of 8 failed after all" in said.err
    assert "evolution-api has this reply 2 times" in said.err


@pytest.mark.parametrize("code", [404, 405])
def test_an_application_without_a_status_route_is_followed_by_its_reply(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, code: int
) -> None:
    """An owner's own: only the answer counts, and only one that was sent since, by the instance."""
    system.status = code, {"detail": "Not Found"}
    system.send("an older answer")
    assert run_smoke(write, smoke_file) == 0
    lines = [re.sub(r"\d+ ms", "N ms", line) for line in capsys.readouterr().out.splitlines()]
    assert lines[1:9] == [
        "hop 2 of 8: app stored it: not told by this application",
        "hop 3 of 8: rabbitmq took it: not told by this application",
        "hop 4 of 8: a worker took it: not told by this application",
        "hop 5 of 8: answered through evolution-api (N ms)",
        "hop 6 of 8: the send.message event came back to app: not told by this application",
        "  in:  oi",
        "  out: Mensagem 1 recebida: oi",
        "answered in N ms",
    ]


def test_an_untold_conversation_without_a_reply_fails(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured
) -> None:
    """An older message, or one of the contact, is no answer."""
    system.status, system.replies = (404, None), 0
    system.send("an older answer")
    assert run_smoke(write, smoke_file, seconds="0.3") == 1
    error = capsys.readouterr().err
    assert "hop 5 of 8 failed" in error
    assert "Look at the application (app, worker), its webhook in evolution-api, rabbitmq, or its token" in error


def test_a_reply_without_text_is_shown_by_its_kind(
    system: FakeSystem, write: WriteFile, smoke_file: dict[str, Any], capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner's application may answer with a picture."""
    system.status = 404, None

    def picture(_text: str, *, times: int) -> None:
        assert times == 1
        record = {"key": {"id": "R1", "fromMe": True}, "message": {"imageMessage": {}}, "messageType": "imageMessage"}
        system.kept.append(record)

    monkeypatch.setattr(system, "send", picture)
    assert run_smoke(write, smoke_file) == 0
    assert "  out: [imageMessage]" in capsys.readouterr().out
