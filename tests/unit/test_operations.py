"""What the verbs do before and beside Pulumi."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from infra.config import DEVELOPMENT_PASSPHRASE
from infra.state import Known
from operations import lifecycle, locks, passphrase, pulumi_cli, rebuild, stack_file
from operations.confirmation import require_confirmation
from operations.passphrase import PASSPHRASES
from operations.stack_file import StackFile
from scripts.setup import living


def a_stack(*, development: bool) -> StackFile:
    """Returns the plain part of a stack file."""
    return StackFile(development=development, docker_host="", image_source="local", images=(), name="x", systems=())


def test_the_passphrase_of_development_stays_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb never opens or creates another stack with it; an owner's own passphrase goes through."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", DEVELOPMENT_PASSPHRASE)
    assert pulumi_cli.environment(a_stack(development=True))["PULUMI_CONFIG_PASSPHRASE"] == DEVELOPMENT_PASSPHRASE
    assert "PULUMI_CONFIG_PASSPHRASE" not in pulumi_cli.environment(a_stack(development=False))
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "my own")
    assert pulumi_cli.environment(a_stack(development=False))["PULUMI_CONFIG_PASSPHRASE"] == "my own"


@pytest.mark.parametrize("variables", [["PULUMI_CONFIG_PASSPHRASE"], ["PULUMI_CONFIG_PASSPHRASE_FILE"]])
@pytest.mark.parametrize("stack", ["new", "there", "not salted"])
def test_a_passphrase_of_the_shell_that_does_not_fit_is_named(
    variables: list[str],
    stack: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Before Pulumi does anything but look; without the variables named, or with one that fits, it goes on."""
    (tmp_path / "Pulumi.x.yaml").write_text(
        "config: {}\n" + ("" if stack == "not salted" else "encryptionsalt: v1:a\n")
    )
    for module in (passphrase, pulumi_cli):
        monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    fitting = False

    def pulumi(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        asked = command[1] == "config" or (stack == "new" and command[1:3] == ["stack", "select"])
        wrong = asked and not fitting and bool({*variables} & {*os.environ})
        assert command[1] == "stack" or str(tmp_path / "Pulumi.x.yaml") not in command
        return subprocess.CompletedProcess(command, int(wrong), "", "error: incorrect passphrase" if wrong else "")

    monkeypatch.setattr(subprocess, "run", pulumi)
    for name in PASSPHRASES:
        monkeypatch.delenv(name, raising=False)
    for name in variables:
        monkeypatch.setenv(name, "hunter2")
    with pytest.raises(typer.Exit) as end:
        pulumi_cli.select(a_stack(development=True))
    told = capsys.readouterr().err
    assert end.value.exit_code == 1
    assert f"x is a development stack, and {variables[0]} of this shell is not its passphrase." in told
    assert f"Run 'unset {variables[0]}'" in told
    assert "hunter2" not in told
    if stack != "not salted":
        fitting = True
        pulumi_cli.select(a_stack(development=True))
        fitting = False
    for name in variables:
        monkeypatch.delenv(name)
    pulumi_cli.select(a_stack(development=True))


def test_the_committed_stack_files_are_read() -> None:
    """Both environments, and the images their systems need."""
    assert stack_file.read("dev").development
    assert not stack_file.read("prod").development
    assert "probe" in stack_file.read("dev").images


def test_an_unknown_stack_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With those there are."""
    with pytest.raises(typer.Exit):
        stack_file.read("devv")
    assert "Pulumi.devv.yaml: there is no such stack (there are: dev, prod)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("error: current stack does not have output property 'credentials'", "run 'make up STACK=x' first"),
        ("error: no stack named 'x' found", "run 'make up STACK=x' first"),
        ("error: get stack secrets manager: incorrect passphrase", "incorrect passphrase"),
    ],
)
def test_why_there_is_no_output(
    stderr: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing passphrase is not a stack that is down."""
    failed = subprocess.CompletedProcess([], 255, stdout="", stderr=stderr)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(typer.Exit):
        pulumi_cli.output(a_stack(development=True), "credentials", secret=True)
    assert said in capsys.readouterr().err


def lock_of(folder: Path, pid: int, host: str) -> Path:
    """Writes a lock as Pulumi's file backend does."""
    path = folder / ".pulumi" / "locks" / "organization" / "zapstack" / "x" / f"{pid}-{host}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"hostname": host, "pid": pid}))
    return path


def process(folder: Path, pid: int, name: str, state: str) -> None:
    """Writes what the kernel says of a process."""
    (folder / str(pid)).mkdir(parents=True)
    (folder / str(pid) / "status").write_text(f"Name:\t{name}\nState:\t{state}\n")


def test_only_locks_of_dead_processes_of_this_machine_are_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A running update, here or elsewhere, keeps its lock; a dead one, a zombie and a number used again do not."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}")
    monkeypatch.setattr(living, "PROCESSES", tmp_path / "proc")
    process(tmp_path / "proc", 1, "pulumi", "S (sleeping)")
    process(tmp_path / "proc", 2, "pulumi", "Z (zombie)")
    process(tmp_path / "proc", 3, "bash", "S (sleeping)")
    here = [lock_of(tmp_path, pid, socket.gethostname()) for pid in (1, 2, 3, 4)]
    elsewhere = lock_of(tmp_path, 4, "another-machine")
    locks.clear_stale_locks("x")
    assert [path.exists() for path in here] == [True, False, False, False]
    assert elsewhere.exists()


def test_without_a_process_table_a_signal_tells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on macOS."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}")
    monkeypatch.setattr(living, "PROCESSES", tmp_path / "none")
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead = lock_of(tmp_path, ended.pid, socket.gethostname())
    alive = lock_of(tmp_path, os.getpid(), socket.gethostname())
    locks.clear_stale_locks("x")
    assert (dead.exists(), alive.exists()) == (False, True)


@pytest.mark.parametrize(
    ("verb", "call"),
    [
        ("up", lifecycle.up),
        ("destroy", lifecycle.destroy),
        ("rebuild SERVICE=app", lambda stack: rebuild.rebuild(stack_file.read(stack), "app")),
    ],
)
def test_a_question_that_nobody_can_answer(
    verb: str,
    call: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Production asks; without a terminal that is said before anything is done, with the command that answers."""
    monkeypatch.delenv("PULUMI_SKIP_CONFIRMATIONS", raising=False)
    with pytest.raises(typer.Exit) as left:
        call("prod")
    assert left.value.exit_code == 2
    told = capsys.readouterr().err
    assert f"make {verb} STACK=prod: prod is no development stack, so this asks" in told
    assert "Nothing was changed." in told
    assert told.rstrip().endswith(f"answer beforehand: PULUMI_SKIP_CONFIRMATIONS=true make {verb} STACK=prod")


@pytest.mark.parametrize("value", ["1", "true", "TRUE"])
def test_an_answer_given_beforehand_counts(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Pulumi reads it; a development stack asks nothing at all."""
    monkeypatch.setenv("PULUMI_SKIP_CONFIRMATIONS", value)
    require_confirmation(a_stack(development=False), "up")
    monkeypatch.setenv("PULUMI_SKIP_CONFIRMATIONS", "no")
    require_confirmation(a_stack(development=True), "up")
    with pytest.raises(typer.Exit):
        require_confirmation(a_stack(development=False), "up")


@pytest.mark.parametrize(("terminal", "kind", "asks"), [(True, "xterm", True), (True, "dumb", False)])
def test_a_terminal_is_asked_in(*, terminal: bool, kind: str, asks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is one that Pulumi asks nothing in."""
    monkeypatch.delenv("PULUMI_SKIP_CONFIRMATIONS", raising=False)
    monkeypatch.setenv("TERM", kind)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: terminal))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: terminal, write=lambda _: None))
    if asks:
        require_confirmation(a_stack(development=False), "up")
    else:
        with pytest.raises(typer.Exit):
            require_confirmation(a_stack(development=False), "up")


def test_a_stack_that_was_never_made_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """And asking makes none: no verb that looks may change the state."""
    asked = []

    def answer(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command[:3])
        return subprocess.CompletedProcess([], 255, stdout="", stderr="error: no stack named 'x' found")

    monkeypatch.setattr(subprocess, "run", answer)
    assert pulumi_cli.state(a_stack(development=True)) == Known()
    assert asked == [["pulumi", "stack", "export"]]
