"""`import-env`: what is taken from an old compose `.env`, what is left out, what is refused; Pulumi is played."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from infra.handed_over import as_pulumi
from infra.places import PROJECT
from operations import compose_names, import_env, pulumi_cli, stack_file

STACK = "config:\n  zapstack:environment: production\n  zapstack:systems:\n    evolution: {}\n"
SECRET = "hunter-22-hunter"


class FakePulumi:
    """Keeps a stack's file as `pulumi config` does; what is encrypted there is `secure:` and its plain text."""

    def __init__(self, file: Path) -> None:
        """Plays for one file."""
        self.file = file
        self.commands: list[Sequence[str]] = []
        self.failing = ""

    @property
    def config(self) -> dict[str, Any]:
        """What the file holds."""
        found: dict[str, Any] = yaml.safe_load(self.file.read_text())["config"]
        return found

    @property
    def written(self) -> list[Sequence[str]]:
        """The commands that wrote."""
        return [command for command in self.commands if command[1:3] == ["config", "set"]]

    def __call__(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 as run's
        """Does what the command says."""
        self.commands.append(command)
        if self.failing and self.failing in " ".join(command):
            return subprocess.CompletedProcess(command, 1, "", "error: incorrect passphrase")
        if command[1:3] == ["config", "--json"]:
            rows, secret = as_pulumi(self.file.read_text())
            answer = {key: {"secret": key in secret, "value": text} for key, text in rows.items()}
            return subprocess.CompletedProcess(command, 0, json.dumps(answer), "")
        if command[1:3] == ["config", "set"]:
            self._set(command, options["input"])
        return subprocess.CompletedProcess(command, 0, "", "")

    def _set(self, command: list[str], stdin: str) -> None:
        value: Any = {"secure": stdin} if "--secret" in command else command[-1]
        if "--plaintext" in command and (command[-1].isdecimal() or command[-1] in {"true", "false"}):
            value = json.loads(command[-1])
        (key,) = [part for part in command if part.startswith(f"{PROJECT}:")]
        config = self.config
        *above, last = key.partition("[")[0].split(".")
        below: Any = config
        for part in above:
            below = below.setdefault(part, {})
        if "[" in key:
            below.setdefault(last, []).append(value)
        else:
            below[last] = value
        self.file.write_text(yaml.safe_dump({"config": config}))


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A production stack in a folder of its own."""
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(STACK)
    fake = FakePulumi(file)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "my own")
    for module in (import_env, pulumi_cli, stack_file):
        monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    monkeypatch.setattr(subprocess, "run", fake)
    return fake


def take(pulumi: FakePulumi, text: str, *app_secrets: str) -> None:
    """Runs the verb on an old file."""
    take_bytes(pulumi, text.encode(), *app_secrets)


def take_bytes(pulumi: FakePulumi, text: bytes, *app_secrets: str) -> None:
    """Runs the verb on an old file as it is on the disk."""
    old = pulumi.file.parent / "old.env"
    old.write_bytes(text)
    import_env.import_env(stack_file.read("prod"), str(old), app_secrets)


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Returns variable to what the report says of it."""
    rows = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines() if line.startswith("old.env")]
    return {name: text for _, name, text in rows}


def test_settings_are_written_in_their_own_kind(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """A telephone number stays text, a port becomes a number, other names in circulation are understood."""
    take(
        pulumi, "export POSTGRES_PORT=6001\nEVOLUTION_NUMBER='5511988887777'\nDB_NAME=shop # ours\nDEL_INSTANCE=true\n"
    )
    assert pulumi.config["zapstack:systems"]["evolution"] == {
        "db": {"database": "shop", "port": 6001},
        "evolutionApi": {"number": "5511988887777", "settings": {"DEL_INSTANCE": "true"}},
    }
    assert said(capsys)["DB_NAME"] == "taken as evolution.db.database"
    assert [command[4:6] for command in pulumi.written if "5511988887777" in command] == [["--type", "string"]]


def test_secrets_are_encrypted_and_seen_by_nobody(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """They go through standard input: not in arguments, not in what is printed."""
    take(pulumi, f"POSTGRES_PASSWORD={SECRET}\nOPENAI_API_KEY='{SECRET}-$x'\n", "OPENAI_API_KEY")
    evolution = pulumi.config["zapstack:systems"]["evolution"]
    assert evolution["db"]["password"] == {"secure": SECRET}
    assert evolution["app"]["secretEnvironment"] == ["OPENAI_API_KEY"]
    assert pulumi.config["zapstack:OPENAI_API_KEY"] == {"secure": f"{SECRET}-$x"}
    printed = capsys.readouterr()
    assert SECRET not in f"{pulumi.commands}{printed}"
    assert "taken as evolution.db.password, encrypted" in printed.out
    assert "taken as a secret of the application (evolution.app.secretEnvironment), encrypted" in printed.out


def test_a_second_time_changes_nothing(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """Though every encryption of the same text looks different."""
    text = f"POSTGRES_PASSWORD={SECRET}\nPOSTGRES_PORT=6001\nOPENAI_API_KEY=a\nSMTP=b\n"
    take(pulumi, text, "OPENAI_API_KEY", "SMTP")
    before, first = pulumi.file.read_text(), len(pulumi.written)
    capsys.readouterr()
    take(pulumi, text, "OPENAI_API_KEY", "SMTP")
    assert (pulumi.file.read_text(), len(pulumi.written)) == (before, first)
    assert {text.split()[0] for text in said(capsys).values()} == {"already"}


def test_a_secret_that_stands_in_the_open_is_encrypted(pulumi: FakePulumi) -> None:
    """The same value, and yet not the same."""
    pulumi.file.write_text(STACK.replace("{}", f"{{db: {{password: {SECRET}}}}}"))
    take(pulumi, f"POSTGRES_PASSWORD={SECRET}\n")
    assert pulumi.config["zapstack:systems"]["evolution"]["db"]["password"] == {"secure": SECRET}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("RABBITMQ_DEFAULT_USER=guest", "left out: the console's user is admin; the application's is app"),
        ("CACHE_REDIS_URI=redis://${X}:6379", "left out: follows from the services this one is connected to"),
        ("POSTGRES_PASSWORD=", "left out: empty"),
        ("POSTGRES_PASSWD=x", 'left out: unknown (did you mean "POSTGRES_PASSWORD"?)'),
        ("S3_REGIO=x", 'left out: unknown (did you mean "S3_REGION"?)'),
        ("QRCODE_LIMITS=30", 'left out: unknown (did you mean "QRCODE_LIMIT"?)'),
        ("SMTP_HOST=mail", "left out: unknown. What is no secret belongs into your application's image"),
        ("PROXY_HOST=10.0.0.1", "left out: one for all, with a password in plain text; give an instance its own"),
        ("SSL_CONF_PRIVKEY=/a", "left out: TLS ends in the ingress: ingress.tls"),
        ("EVENT_EMITTER_MAX_LISTENERS=50", "left out: is only the number from which the server warns of itself"),
        ("REDIS_HOST=redis", "left out: Redis keeps what Evolution API must not lose, and serves nobody else"),
        (
            "LOG_LEVEL=ERROR",
            "left out: the application's, or Evolution API's? Then write it into evolutionApi.settings",
        ),
        (
            "SENTRY_DSN=https://a@b",
            "left out: the application's, or Evolution API's? Then write it into evolutionApi.se",
        ),
        ("SERVER_URL=https://a", "left out: is the address at which the application finds the server; nobody else re"),
        ("SMTP_PASSWORD=x", "left out: unknown. A secret that your application reads is taken with APP_SECRETS=SMTP_"),
    ],
)
def test_what_is_left_out_says_why(
    line: str, reason: str, pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is written."""
    take(pulumi, line)
    assert said(capsys)[line.partition("=")[0]].startswith(reason)
    assert pulumi.written == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("POSTGRES_PORT=70000", "old.env:1 POSTGRES_PORT out of range (got 70000; allowed: 1 to 65535)"),
        ("\nPOSTGRES_USER=pg_x", "old.env:2 POSTGRES_USER does not fit (allowed: lower-case letters, digits"),
        ("REDIS_PASSWORD=p@ss", "old.env:1 REDIS_PASSWORD has characters that Evolution API would misread"),
        ("AUTHENTICATION_API_KEY=BQYHJGJHJ", "old.env:1 AUTHENTICATION_API_KEY a key that everybody knows"),
        ("EVOLUTION_INSTANCE=smoke", 'old.env:1 EVOLUTION_INSTANCE "smoke" is the instance of the smoke conversation'),
        ("DB_USER=a\nPOSTGRES_USER=b", "old.env:2 POSTGRES_USER sets evolution.db.user, as DB_USER in line 1 does"),
        ("APP_PORT=1\nAPP_PORT=2", "old.env:2 APP_PORT set again; the first is in line 1"),
        ("hunter 2", "old.env:1 not a variable. Write NAME=value"),
        ("MINE=a${B}", "old.env:1 MINE has a $, in whose place compose puts another value"),
        ("POSTGRES_PASSWORD=${SERVICE_PASSWORD_POSTGRES}", "old.env:1 POSTGRES_PASSWORD has a $, in whose place"),
        ("mine=x", "old.env:1 mine no name of a secret (allowed: capital letters, digits and underscores)"),
        ("QRCODE_LIMIT=trinta", 'old.env:1 QRCODE_LIMIT Evolution API 2.3.7 cannot read this value (got "trinta"; all'),
        ("MINE=", "old.env:1 MINE empty. The application would run without it"),
        ("A=1", "old.env MINE named in APP_SECRETS and not in the file"),
    ],
)
def test_what_is_wrong_stops_all_of_it(
    text: str, reason: str, pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its line and what is allowed; what is right beside it is not written either."""
    with pytest.raises(typer.Exit) as left:
        take(pulumi, f"{text}\nPOSTGRES_DB=shop\n", *(name for name in ("MINE", "mine") if f"{name} " in reason))
    printed = capsys.readouterr()
    assert left.value.exit_code == 1
    assert reason in " ".join(printed.out.split()).replace(" wrong: ", " ")
    assert "1 to correct, nothing was changed" in printed.err
    assert pulumi.file.read_text() == STACK
    assert "hunter" not in printed.out


@pytest.mark.parametrize("name", ["POSTGRES_USER", "POSTGRES_USERNAME", "DATABASE_URL"])
def test_what_this_product_decides_is_no_secret_of_the_application(
    name: str, pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    """An old address would win over the right one."""
    with pytest.raises(typer.Exit):
        take(pulumi, f"{name}=x\n", name)
    assert "Leave it out of APP_SECRETS" in said(capsys)[name]


@pytest.mark.parametrize(
    "template", ["DATABASE_CONNECTION_URI=postgresql://a:b@postgres/evolution", "POSTGRES_USERNAME=evo"]
)
def test_whose_postgres_is_asked_back(template: str, pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """Evolution API's own templates name its server so; either answer that the message gives is taken."""
    text = f"{template}\nPOSTGRES_DATABASE=evolution\nPOSTGRES_PASSWORD={SECRET}\n"
    with pytest.raises(typer.Exit):
        take(pulumi, text)
    told = said(capsys)
    assert pulumi.file.read_text() == STACK
    assert all(told[name].startswith("wrong: whose Postgres?") for name in ("POSTGRES_DATABASE", "POSTGRES_PASSWORD"))
    for name, text_ in told.items():
        first = re.search(r"Rename it to (\S+), or to (\S+) if", text_)
        if first:
            text = text.replace(name, first[2 if name == "POSTGRES_PASSWORD" else 1], 1)
    take(pulumi, text)
    evolution = pulumi.config["zapstack:systems"]["evolution"]
    assert evolution["evolutionPostgres"]["database"] == "evolution"
    assert evolution["db"]["password"] == {"secure": SECRET}


def test_a_file_that_names_both_servers_asks_nothing(pulumi: FakePulumi) -> None:
    """Then the names are this product's."""
    take(
        pulumi,
        f"DATABASE_CONNECTION_URI=postgresql://x\nPOSTGRES_USER=shop\nEVOLUTION_POSTGRES_USER=evo\nDB_PASSWORD={SECRET}\n",
    )
    evolution = pulumi.config["zapstack:systems"]["evolution"]
    assert (evolution["db"]["user"], evolution["evolutionPostgres"]["user"]) == ("shop", "evo")


S3 = (
    f"S3_ENDPOINT=s3.example.com\nS3_ACCESS_KEY=AKIAEXAMPLE1\nS3_SECRET_KEY={SECRET}\nS3_USE_SSL=true\n"
    "S3_BUCKET=media\n"
)


@pytest.mark.parametrize("switch", ["false", "False", "0"])
def test_s3_that_was_off_stays_off(switch: str, pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """Evolution API reads nothing of it then, and the example file has all of it."""
    take(pulumi, f"S3_ENABLED={switch}\n{S3}")
    assert set(said(capsys).values()) == {
        "left out: S3_ENABLED is not true, so nothing read it; media stay with the stack's own server"
    }
    assert pulumi.written == []


def test_a_boolean_is_written_as_one(pulumi: FakePulumi) -> None:
    """Python's own spelling would be text to Pulumi, and the file would be refused by the next preview."""
    take(pulumi, f"S3_ENABLED=true\n{S3}")
    assert pulumi.config["zapstack:systems"]["evolution"]["s3"]["useSsl"] is True
    (text,) = [command[-1] for command in pulumi.written if "zapstack:systems.evolution.s3.useSsl" in command]
    assert text == "true"


def test_what_is_missing_beside_a_setting_is_told_in_the_old_file(
    pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the variable to write, and it is enough."""
    text = S3.replace("S3_ENDPOINT=s3.example.com\n", "\n")
    with pytest.raises(typer.Exit):
        take(pulumi, text)
    assert "old.env:2    S3_ENDPOINT" in capsys.readouterr().out
    take(pulumi, f"{text}S3_ENDPOINT=s3.example.com\n")
    assert pulumi.config["zapstack:systems"]["evolution"]["s3"]["host"] == "s3.example.com"


def test_what_pulumi_wrote_is_read_again(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """Before it is called written; the file is as it was when the two differ."""
    keep = pulumi._set
    pulumi._set = lambda command, stdin: keep([*command[:-1], "wrong"], stdin)  # type: ignore[method-assign]
    with pytest.raises(typer.Exit):
        take(pulumi, "POSTGRES_DB=shop\n")
    assert "What Pulumi wrote is not what was meant" in capsys.readouterr().err
    assert pulumi.file.read_text() == STACK


@pytest.mark.parametrize("name", ["AUTHENTICATION_API_KEY", "EVOLUTION_API_KEY", "AUDIO_CONVERTER_API_KEY"])
def test_keys_may_be_base64(name: str, pulumi: FakePulumi) -> None:
    """They stand in files that this product writes and in a header, never in an address."""
    take(pulumi, f"{name}=k3y+base64/of/openssl==\n")
    assert "k3y+base64/of/openssl==" in pulumi.file.read_text()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-be"])
def test_files_of_other_editors_are_read(encoding: str, pulumi: FakePulumi) -> None:
    """Those that say what they are."""
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    take_bytes(pulumi, mark + "POSTGRES_DB=shop\r\nPOSTGRES_PORT=6001\r\n".encode(encoding))
    assert pulumi.config["zapstack:systems"]["evolution"]["db"] == {"database": "shop", "port": 6001}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (
            "A=1\nOPENAI_API_KEY=senha-é".encode("latin-1"),
            "old.env:2 wrong: not UTF-8. Nothing of it was read. Save it",
        ),
        ("OPENAI_API_KEY=a".encode("utf-16-le"), "old.env:1 wrong: not text, or UTF-16 without the mark that says so."),
    ],
)
def test_what_cannot_be_read_is_named(
    raw: bytes, told: str, pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    """A letter put in place of what is no UTF-8 would be a wrong password."""
    with pytest.raises(typer.Exit):
        take_bytes(pulumi, raw)
    assert told in " ".join(capsys.readouterr().out.split())
    assert pulumi.written == []


def test_other_forms_of_compose_are_read(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """`NAME: value`, items of a list, a name alone; a text with a colon in it stays what it is."""
    text = "environment:\n  POSTGRES_DB: shop # ours\n  - POSTGRES_PORT=6001\n- POSTGRES_USER: 'shop'\nTZ\n"
    text += f"KEY='a: b\nc: {SECRET}'\n"
    take(pulumi, text, "KEY")
    assert pulumi.config["zapstack:systems"]["evolution"]["db"] == {"database": "shop", "port": 6001, "user": "shop"}
    assert pulumi.config["zapstack:KEY"] == {"secure": f"a: b\nc: {SECRET}"}
    assert said(capsys)["TZ"] == "left out: empty"


def test_a_secret_of_either_is_taken_for_the_application(
    pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the report advises."""
    take(pulumi, "SENTRY_DSN=https://a@b\n")
    (advice,) = re.findall(r"APP_SECRETS=(\w+)", capsys.readouterr().out)
    take(pulumi, "SENTRY_DSN=https://a@b\n", advice)
    assert pulumi.config["zapstack:SENTRY_DSN"] == {"secure": "https://a@b"}


def test_a_failure_half_way_leaves_the_file_as_it_was(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """All of it or nothing."""
    pulumi.failing = "--secret"
    with pytest.raises(typer.Exit):
        take(pulumi, f"POSTGRES_DB=shop\nPOSTGRES_PASSWORD={SECRET}\n")
    assert len(pulumi.written) == 2
    assert pulumi.file.read_text() == STACK
    assert "PULUMI_CONFIG_PASSPHRASE" in capsys.readouterr().err


def test_development_is_refused(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """Its secrets would be readable by everybody who has the checkout."""
    pulumi.file.write_text(STACK.replace("production", "development"))
    with pytest.raises(typer.Exit) as left:
        take(pulumi, "POSTGRES_DB=shop\n")
    assert left.value.exit_code == 2
    assert "development stacks read .env themselves" in capsys.readouterr().err
    assert pulumi.commands == []


@pytest.mark.parametrize(("file", "problem"), [("", "no file was named"), ("no.env", "no.env: there is no such file")])
def test_no_file(file: str, problem: str, pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """Says how the verb is written."""
    with pytest.raises(typer.Exit):
        import_env.import_env(stack_file.read("prod"), file, ())
    assert f"{problem}. Nothing was changed. Run: make import-env FILE=old.env" in capsys.readouterr().err
    assert pulumi.commands == []


def test_a_stack_that_is_wrong_already(pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own mistakes come first."""
    pulumi.file.write_text(STACK.replace("{}", "{db: {port: 0}}"))
    with pytest.raises(typer.Exit):
        take(pulumi, "POSTGRES_DB=shop\n")
    assert "Pulumi.prod.yaml is wrong already" in capsys.readouterr().err


def test_every_reason_is_about_a_name_that_is_left_out() -> None:
    """A name that became a setting has no reason any more."""
    assert [name for name in compose_names.LEFT_OUT if compose_names.path_of(name)] == []
    assert [name for name in compose_names.RENAMED if not compose_names.path_of(name)] == []
