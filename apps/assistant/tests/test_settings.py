"""Settings: everything wrong is reported at once, files and variables are alternatives, values never show."""

from pathlib import Path

import pytest

from assistant.environment import SettingsError
from assistant.settings import INTAKE_LIMIT, load_app_settings, load_database_url, load_worker_settings

COMPLETE = {
    "DATABASE_URL": "postgresql://app:s3cret@db:5432/chat",
    "EVOLUTION_API_KEY": "token",
    "EVOLUTION_INSTANCE": "bot",
    "EVOLUTION_URL": "http://evolution-api:8080/",
    "RABBITMQ_URL": "amqp://app:s3cret@rabbitmq:5672/chat",
    "WEBHOOK_SECRET": "hook",
}


def test_complete_settings_are_normalised() -> None:
    """The database driver is chosen here, and a trailing slash does no harm."""
    settings = load_app_settings(COMPLETE)
    assert settings.database_url == "postgresql+psycopg://app:s3cret@db:5432/chat"
    assert settings.evolution_url == "http://evolution-api:8080"


def test_a_secret_comes_from_its_file_without_the_newline(tmp_path: Path) -> None:
    """Files written by an editor end in a newline that is not part of the secret."""
    (tmp_path / "hook").write_text("from file\n", encoding="utf-8")
    without = {name: value for name, value in COMPLETE.items() if name != "WEBHOOK_SECRET"}
    assert load_app_settings({**without, "WEBHOOK_SECRET_FILE": str(tmp_path / "hook")}).webhook_secret == "from file"


def test_everything_missing_is_listed_at_once() -> None:
    """One start shows all there is to correct."""
    with pytest.raises(SettingsError, match=r"6 setting\(s\) to correct") as caught:
        load_app_settings({})
    assert all(name in str(caught.value) for name in COMPLETE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"WEBHOOK_SECRET_FILE": "/x"}, "WEBHOOK_SECRET and WEBHOOK_SECRET_FILE are both set"),
        ({"WEBHOOK_SECRET": "", "WEBHOOK_SECRET_FILE": "/absent"}, "names /absent, which cannot be read: No such file"),
        ({"WEBHOOK_SECRET": "", "WEBHOOK_SECRET_FILE": "/dev/null"}, "names /dev/null, which is empty"),
        ({"DATABASE_URL": "mysql://app:s3cret@db/chat"}, "DATABASE_URL is not of the form postgresql://"),
        ({"DATABASE_URL": "postgresql://app:s3cret@db:port/chat"}, "DATABASE_URL is not of the form postgresql://"),
        ({"DATABASE_URL": "postgresql://app:s3cret@db"}, "DATABASE_URL is not of the form postgresql://"),
        ({"RABBITMQ_URL": "http://app:s3cret@rabbitmq:5672/chat"}, "RABBITMQ_URL is not of the form amqp://"),
        ({"RABBITMQ_URL": "amqp://app:s3cret@rabbitmq:port/chat"}, "RABBITMQ_URL is not of the form amqp://"),
        ({"RABBITMQ_URL": "amqp:///chat"}, "RABBITMQ_URL is not of the form amqp://"),
        ({"EVOLUTION_INSTANCES": '{"smoke": "s3cret"'}, "EVOLUTION_INSTANCES is not a JSON object"),
        ({"EVOLUTION_INSTANCES": '["s3cret"]'}, "EVOLUTION_INSTANCES is not a JSON object"),
        ({"EVOLUTION_INSTANCES": '{"smoke": ""}'}, "EVOLUTION_INSTANCES is not a JSON object"),
        ({"EVOLUTION_INSTANCES": '{"bot": "s3cret"}'}, "EVOLUTION_INSTANCES repeats the instance"),
        ({"EVOLUTION_INSTANCES_FILE": "/absent"}, "EVOLUTION_INSTANCES_FILE names /absent"),
        ({"EVOLUTION_URL": "evolution-api:8080"}, "EVOLUTION_URL does not begin with http:// or https://"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(changes: dict[str, str], message: str) -> None:
    """The message helps, and can be pasted anywhere."""
    with pytest.raises(SettingsError) as caught:
        load_app_settings({**COMPLETE, **changes})
    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_settings_do_not_show_secrets() -> None:
    """A settings object in a log or a traceback gives nothing away."""
    assert not any(secret in repr(load_app_settings(COMPLETE)) for secret in ("s3cret", "token", "hook"))


def test_further_instances_come_with_their_tokens(tmp_path: Path) -> None:
    """The main one is among them; without the setting it is alone."""
    (tmp_path / "instances").write_text('{"smoke": "smoke-token"}\n', encoding="utf-8")
    settings = load_app_settings({**COMPLETE, "EVOLUTION_INSTANCES_FILE": str(tmp_path / "instances")})
    assert settings.tokens == {"bot": "token", "smoke": "smoke-token"}
    assert load_app_settings(COMPLETE).tokens == {"bot": "token"}


def test_each_process_reads_only_what_it_uses() -> None:
    """The worker knows no webhook secret, a migration knows the database only."""
    without_hook = {name: value for name, value in COMPLETE.items() if name != "WEBHOOK_SECRET"}
    assert load_worker_settings(without_hook).tokens == {"bot": "token"}
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET is not set"):
        load_app_settings(without_hook)
    assert load_database_url({"DATABASE_URL": COMPLETE["DATABASE_URL"]}).startswith("postgresql+psycopg://")
    with pytest.raises(SettingsError, match=r"1 setting\(s\) to correct"):
        load_database_url({})


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_limit_of_intake_is_a_number(value: str) -> None:
    """Of 1 or more: with none the application would take nothing in."""
    assert load_app_settings({**COMPLETE, "INTAKE_LIMIT": "7"}).intake_limit == 7
    assert load_app_settings(COMPLETE).intake_limit == INTAKE_LIMIT
    with pytest.raises(SettingsError, match="INTAKE_LIMIT is not a whole number of 1 or more"):
        load_app_settings({**COMPLETE, "INTAKE_LIMIT": value})
