"""What is wrong in a development stack's files is told before anything is installed or built."""

import subprocess
from pathlib import Path

import pytest
import typer

from components.base.lock import CHECKOUT
from operations import check, stack_file

RIGHT = "config:\n  zapstack:environment: development\n  zapstack:systems:\n    evolution: {}\n"
WRONG = RIGHT.replace("{}", "{app: {replica: 3}}")
TOLD = "Pulumi.dev.yaml:4 zapstack:systems.evolution.app.replica: unknown key"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout."""
    for module in (check, stack_file):
        monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    return tmp_path


def ended(folder: Path, text: str) -> int:
    """Returns the exit code for a stack's file."""
    (folder / "Pulumi.dev.yaml").write_text(text)
    try:
        check.check("dev")
    except typer.Exit as end:
        return end.exit_code
    return 0


def test_a_mistake_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the program's own words."""
    assert ended(folder, WRONG) == 1
    told = capsys.readouterr().err
    assert "configuration: 1 to correct, nothing was changed:" in told
    assert TOLD in told


def test_mistakes_of_the_env_file_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is read where the stack's file is."""
    (folder / ".env").write_text("POSTGRESS_USER=x\n")
    assert ended(folder, RIGHT) == 1
    assert ".env:1 POSTGRESS_USER: unknown variable" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        WRONG.replace("development", "production"),
        WRONG.replace("{app:", "{redis: {password: {secure: v1:AAAA}}, app:"),
    ],
    ids=["right", "production", "encrypted"],
)
def test_the_rest_is_left_to_the_program(folder: Path, text: str) -> None:
    """It has the passphrase."""
    assert ended(folder, text) == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [("config:\n  a: [hunter2\n", 3), ("\thunter2", 1), ('a: "hunter2" hunter2', 1)],
    ids=["list", "tab", "quotes"],
)
def test_what_is_no_yaml_is_one_message(folder: Path, capsys: pytest.CaptureFixture[str], text: str, line: int) -> None:
    """With the line's number, and without the line, in which a secret may stand."""
    assert ended(folder, text) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"Pulumi.dev.yaml:{line}: not YAML.")
    assert "hunter2" not in told
    assert told.count("\n") == 1


def test_no_such_stack(folder: Path) -> None:
    """Nor is a file without a map an error here."""
    assert ended(folder, "config: 3\n") == 0
    with pytest.raises(typer.Exit) as end:
        check.check("other")
    assert end.value.exit_code == 2


@pytest.mark.parametrize("verb", ["preview", "up"])
def test_it_comes_before_everything_that_takes_time(verb: str) -> None:
    """After the Python environment, which it needs."""
    done = subprocess.run(
        ["make", "--dry-run", verb, "STACK=mine"], capture_output=True, check=True, cwd=CHECKOUT, text=True
    )
    steps = ["setup.sh python", "operations check --stack mine", "setup.sh rest", f"operations {verb} --stack mine"]
    places = [done.stdout.index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("zapstack:enviroment: development", 'Pulumi.dev.yaml:2 zapstack:enviroment: unknown key (did you mean "envir'),
        ("zapstck:environment: development", 'Pulumi.dev.yaml:2 zapstck:environment: unknown key (did you mean "zaps'),
        ("zapstack:environment: develpment", 'environment: unknown value (got "develpment"; allowed: development, pro'),
        ("zapstack:environment: prodution", "Write production."),
        ("zapstack:environment:", "Pulumi.dev.yaml:2 zapstack:environment: empty (allowed: development, production)"),
        (
            "zapstack:images: local",
            "Pulumi.dev.yaml:1 zapstack:environment: missing (allowed: development, production)",
        ),
    ],
)
def test_which_environment_it_is_comes_before_any_passphrase(
    folder: Path, capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    """One mistake, told by every verb, with encrypted values in the file as well; its remedy is enough."""
    text = RIGHT.replace("zapstack:environment: development", line).replace(
        "{}", "{redis: {password: {secure: v1:AAAA}}}"
    )
    (folder / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(typer.Exit) as end:
        stack_file.read("dev")
    printed = capsys.readouterr().err
    assert end.value.exit_code == 1
    assert "configuration: 1 to correct, nothing was changed:" in printed
    assert told in printed
    assert ended(folder, text) == 1
    assert ended(folder, text.replace(line, "zapstack:environment: development")) == 0


@pytest.mark.parametrize("key", ["environment", "zapstack:environment", "zapstack:config:environment"])
def test_every_spelling_that_pulumi_takes_means_the_same(folder: Path, key: str) -> None:
    """A development stack stays one, with development's passphrase."""
    (folder / "Pulumi.dev.yaml").write_text(RIGHT.replace("zapstack:environment", key))
    assert stack_file.read("dev").development
