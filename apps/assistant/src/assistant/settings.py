"""Settings, read from the environment only, secrets preferably from files named by `<NAME>_FILE`.

Every mistake is reported at once, so that a first start needs one correction and not five.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message lists all of them, never their values."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the assistant needs to know, checked.

    Attributes:
        database_url: Postgres address with the driver this application uses, credentials included.
        evolution_api_key: Token of the instance (not Evolution's global key).
        evolution_instance: Name of the instance whose messages are answered.
        evolution_url: Base address of Evolution, without a trailing slash.
        webhook_secret: What Evolution must present as `authorization: Bearer …`.
    """

    database_url: str = field(repr=False)
    evolution_api_key: str = field(repr=False)
    evolution_instance: str
    evolution_url: str
    webhook_secret: str = field(repr=False)


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Read and check all settings.

    Args:
        environment: Usually `os.environ`.

    Raises:
        SettingsError: If anything is missing, given twice, unreadable or of the wrong form.
    """
    problems: list[str] = []

    def read(name: str) -> str:
        try:
            return _value(environment, name)
        except SettingsError as error:
            problems.append(str(error))
            return ""

    database_url = _database_url(read("DATABASE_URL"), problems)
    settings = Settings(
        database_url=database_url,
        evolution_api_key=read("EVOLUTION_API_KEY"),
        evolution_instance=read("EVOLUTION_INSTANCE"),
        evolution_url=_http_url(read("EVOLUTION_URL"), problems),
        webhook_secret=read("WEBHOOK_SECRET"),
    )
    if problems:
        listed = "".join(f"\n  - {problem}" for problem in problems)
        raise SettingsError(f"the assistant cannot start, {len(problems)} setting(s) to correct:{listed}")
    return settings


def _value(environment: Mapping[str, str], name: str) -> str:
    """The setting itself or the content of the file that `<name>_FILE` names, without surrounding white space."""
    direct, file = environment.get(name, "").strip(), environment.get(f"{name}_FILE", "").strip()
    if direct and file:
        raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them")
    if direct:
        return direct
    if not file:
        raise SettingsError(f"{name} is not set; set {name}, or {name}_FILE to the path of a file holding it")
    try:
        content = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(f"{name}_FILE names {file}, which cannot be read: {reason}") from error
    if not content:
        raise SettingsError(f"{name}_FILE names {file}, which is empty")
    return content


def _database_url(value: str, problems: list[str]) -> str:
    """The address with this application's driver: documents and other tools write plain `postgresql://`."""
    if not value:
        return ""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):  # a port that is no number is a plain ValueError
        problems.append("DATABASE_URL is not of the form postgresql://user:password@host:5432/name")
        return ""
    if url.get_backend_name() not in {"postgresql", "postgres"} or not url.host or not url.database:
        problems.append("DATABASE_URL is not of the form postgresql://user:password@host:5432/name")
        return ""
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _http_url(value: str, problems: list[str]) -> str:
    if value and not value.startswith(("http://", "https://")):
        problems.append("EVOLUTION_URL does not begin with http:// or https://")
    return value.rstrip("/")
