"""Settings: everything wrong is reported at once, files and variables are alternatives, values never show."""

from pathlib import Path

import pytest

from assistant.settings import SettingsError, load_settings

COMPLETE = {
    "DATABASE_URL": "postgresql://app:s3cret@db:5432/chat",
    "EVOLUTION_API_KEY": "token",
    "EVOLUTION_INSTANCE": "bot",
    "EVOLUTION_URL": "http://evolution-api:8080/",
    "WEBHOOK_SECRET": "hook",
}


def test_complete_settings_are_normalised() -> None:
    """The database driver is chosen here, and a trailing slash does no harm."""
    settings = load_settings(COMPLETE)
    assert settings.database_url == "postgresql+psycopg://app:s3cret@db:5432/chat"
    assert settings.evolution_url == "http://evolution-api:8080"


def test_a_secret_comes_from_its_file_without_the_newline(tmp_path: Path) -> None:
    """Files written by an editor end in a newline that is not part of the secret."""
    (tmp_path / "hook").write_text("from file\n", encoding="utf-8")
    without = {name: value for name, value in COMPLETE.items() if name != "WEBHOOK_SECRET"}
    assert load_settings({**without, "WEBHOOK_SECRET_FILE": str(tmp_path / "hook")}).webhook_secret == "from file"


def test_everything_missing_is_listed_at_once() -> None:
    """One start shows all there is to correct."""
    with pytest.raises(SettingsError, match=r"5 setting\(s\) to correct") as caught:
        load_settings({})
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
        ({"EVOLUTION_URL": "evolution-api:8080"}, "EVOLUTION_URL does not begin with http:// or https://"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(changes: dict[str, str], message: str) -> None:
    """The message helps, and can be pasted anywhere."""
    with pytest.raises(SettingsError) as caught:
        load_settings({**COMPLETE, **changes})
    assert message in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_settings_do_not_show_secrets() -> None:
    """A settings object in a log or a traceback gives nothing away."""
    assert not any(secret in repr(load_settings(COMPLETE)) for secret in ("s3cret", "token", "hook"))
