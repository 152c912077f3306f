"""A preview of Pulumi's, in words for a reviewer."""

import json
import subprocess

import pytest
import typer

from operations import pulumi_cli, stack_file
from operations.review import markdown, preview
from tests.unit.review import previews
from tests.unit.review.previews import CONTAINER, GATE, IMAGE, PREPARE, VOLUME, container, step, volume


def told(*steps: dict[str, object]) -> str:
    """Returns the comment about a preview."""
    return markdown.comment([preview.read(previews.preview(*steps), "prod")], "a preview")


def test_a_replaced_container_is_told_in_words() -> None:
    """Image, variables, networks, ports, files and limits, each in its own line of the service's row."""
    new = container(
        envs=["POSTGRES_DB=shop", "TZ=UTC"],
        image=IMAGE.replace("16.15", "16.16"),
        labels=previews.rows({**previews.LABELS, "zapstack.files": "2a9d"}),
        memory=768,
        memorySwap=768,
        networksAdvanced=[{"aliases": ["db"], "name": "zapstack-prod-evolution-egress"}],
        ports=[{"external": 5432, "internal": 5432, "ip": "127.0.0.1", "protocol": "tcp"}],
        volumes=[{"containerPath": "/var/lib", "readOnly": False, "volumeName": "zapstack-prod-evolution-db_data"}],
    )
    text = told(step("replace", CONTAINER, "db", container(), new, ("envs", "image")))
    (row,) = [line for line in text.splitlines() if line.startswith("| `db`")]
    assert row == (
        "| `db` | replaced | "
        "image: `postgres:16.15-bookworm@sha256:bb3e1a57…` → `postgres:16.16-bookworm@sha256:bb3e1a57…`"
        "<br>variable `POSTGRES_DB`: `assistant` → `shop`"
        "<br>variable `POSTGRES_USER` goes"
        "<br>variable `TZ` is new: `UTC`"
        "<br>leaves network `data`"
        "<br>joins network `egress`"
        "<br>publishes port `127.0.0.1:5432 → 5432/tcp`"
        "<br>files change (of secret ones the content is never shown)"
        "<br>mounts `db_data` at `/var/lib`"
        "<br>memory limit in MiB: `512` → `768` |"
    )
    assert "Resources: **0 created, 1 replaced, 0 deleted, 0 changed**." in text
    assert '- "POSTGRES_DB=assistant"' in text.replace("  ", " ")


@pytest.mark.parametrize("operation", ["delete", "replace"])
def test_a_lost_data_volume_comes_first(operation: str) -> None:
    """Before every heading of a stack, with a warning; a protected one says that it is refused."""
    new = volume("x") if operation == "replace" else None
    text = told(step(operation, VOLUME, "postgres_adk_data", volume("a"), new, ("name",), protect=(True, True)))
    before, _, _ = text.partition("###")
    assert "[!CAUTION]" in before
    assert "data volume `postgres_adk_data` is **" in before
    assert "It is protected, so `up` refuses." in before


def test_a_volume_that_is_no_longer_protected_is_named() -> None:
    """Pulumi calls it unchanged."""
    text = told(step("same", VOLUME, "redis_data", volume("a"), volume("a"), protect=(True, False)))
    assert "data volume `redis_data` is **no longer protected**" in text.partition("###")[0]


def test_nothing_changed_is_one_line() -> None:
    """Without a table, a warning or a difference."""
    text = told(step("same", CONTAINER, "db", container(), container()))
    assert text == "## What this change does\n\nNothing changes in `prod` (a preview).\n"


def test_a_secret_is_never_printed() -> None:
    """Neither as Pulumi marks it, nor by the name of a variable, in an address, an id or an output."""
    marked = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "hush-1"}
    old = container(command=marked, envs=["[secret]", "AMQP=amqp://app:hush-2@rabbitmq/app", "API_KEY=hush-3"])
    new = container(command="[secret]", envs=["[secret]", "AMQP=amqp://app:hush-4@rabbitmq/x", "API_KEY=hush-5"])
    change = step("replace", CONTAINER, "db", old, new, ("command", "envs"))
    for side in ("oldState", "newState"):
        change[side].update(id="hush-6", outputs={"logs": "hush-7"})
    text = told(change)
    assert "hush" not in text
    assert "[secret]" not in text
    assert "variable `AMQP`: `amqp://app:(secret)@rabbitmq/app` → `amqp://app:(secret)@rabbitmq/x`" in text


def test_a_change_inside_a_secret_is_not_silent() -> None:
    """Its value is hidden before and after, so that only the cause tells."""
    secret = container(envs=["[secret]"])
    text = told(step("replace", CONTAINER, "db", secret, secret, ("envs",)))
    assert "| `db` | replaced | `envs`: a secret value in it changes |" in text


def test_what_is_known_only_afterwards() -> None:
    """Is said so, in place of Pulumi's own sign for it."""
    new = container(image="04da6b54-80e4-46f7-96ec-b56ff0331ba9", ports="04da6b54-80e4-46f7-96ec-b56ff0331ba9")
    text = told(step("replace", CONTAINER, "db", container(), new, ("image",)))
    assert "→ `(known only afterwards)`" in text
    assert "`ports` changes" in text
    assert "04da6b54" not in text


def test_what_only_the_engine_reads_is_not_shown() -> None:
    """A pickled provider is thousands of characters that nobody can review."""
    gate = {"observed": "ready", "service": "db"}
    text = told(step("update", GATE, "db-gate", {**gate, "__provider": "gASVold"}, {**gate, "__provider": "gASVnew"}))
    assert "| `db` | stays, made ready again |  |" in text
    assert "gASV" not in text


def test_a_repair_names_what_was_found() -> None:
    """A stopped container changes only what its gate observed."""
    good = {"observed": "ready", "pids": 256, "service": "db"}
    text = told(
        step("same", CONTAINER, "db", container(), container()),
        step("update", GATE, "db-gate", good, {**good, "observed": "exited (exit 137, OOM)"}),
    )
    assert "| `db` | stays, made ready again | found `exited (exit 137, OOM)` on the engine; `up` repairs it |" in text


def test_a_changed_file_is_named() -> None:
    """With its changed line in the difference; a file with secrets is only said to change."""
    labels = {**previews.LABELS, "zapstack.role": "throw-away"}
    old = {"files": {"db.conf": "a = 1\nb = 2\n"}, "fingerprint": "1", "labels": labels, "secret_files": "[secret]"}
    new = {**old, "files": {"db.conf": "a = 1\nb = 3\n"}, "fingerprint": "2"}
    text = told(step("update", PREPARE, "db-prepare", old, new))
    assert "file `db.conf` changes" in text
    assert '+   "b = 3",' in text


def test_replicas_are_one_row() -> None:
    """More of them are a number, not a list; the gate of each knows only its logical name."""
    app = container(labels=previews.rows({**previews.LABELS, "zapstack.service": "app"}))
    labels = {**previews.LABELS, "zapstack.service": "app"}
    prepare, gate = {"files": {}, "labels": labels}, {"observed": "ready", "service": "app-2"}
    text = told(
        step("same", CONTAINER, "app-1", app, app),
        step("create", CONTAINER, "app-2", None, app),
        step("create", PREPARE, "app-2-prepare", None, prepare),
        step("create", GATE, "app-2-gate", None, gate),
    )
    assert [line for line in text.splitlines() if line.startswith("| `")] == [
        "| `app` | other replicas | replicas: `1` → `2` |"
    ]


def test_a_replacement_in_three_steps_is_one() -> None:
    """As versions and options of Pulumi's tell it."""
    new = container(memory=768, memorySwap=768)
    text = told(
        step("create-replacement", CONTAINER, "db", container(), new, ("memory",)),
        step("replace", CONTAINER, "db", container(), new, ("memory",)),
        step("delete-replaced", CONTAINER, "db", container()),
    )
    assert "**0 created, 1 replaced, 0 deleted, 0 changed**" in text
    assert "memory limit in MiB: `512` → `768`" in text


def test_a_step_of_a_later_version_is_shown() -> None:
    """Rather as a change than not at all."""
    assert "**0 created, 0 replaced, 0 deleted, 1 changed**" in told(
        step("rename", VOLUME, "a", volume("a"), volume("a"))
    )


def test_a_failed_preview_writes_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Pulumi's own errors are told, and its code is kept."""
    told_by_pulumi = {
        "diagnostics": [{"message": "db: no engine", "severity": "error"}, {"message": "-", "severity": "info"}]
    }
    commands: list[list[str]] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 255, json.dumps(told_by_pulumi), "")

    monkeypatch.setattr(pulumi_cli, "select", lambda _stack: None)
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(typer.Exit) as left:
        preview.run(stack_file.read("prod"))
    assert left.value.exit_code == 255
    assert commands[0][:4] == ["pulumi", "preview", "--json", "--show-sames"]
    assert capsys.readouterr().err.splitlines() == [
        "db: no engine",
        "prod: the preview failed. Nothing was written. See it: make preview STACK=prod",
    ]
