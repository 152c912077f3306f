"""Settings, read from the environment only, secrets preferably from files named by `<NAME>_FILE`.

Every mistake is reported at once, so that a first start needs one correction and not five. Each process reads only
what it uses: a migration has no business with tokens.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from assistant.environment import SettingsError, read_value

_DATABASE_FORM = "DATABASE_URL is not of the form postgresql://user:password@host:5432/name"
_BROKER_FORM = "RABBITMQ_URL is not of the form amqp://user:password@host:5672/vhost"
_INSTANCES_FORM = 'EVOLUTION_INSTANCES is not a JSON object of the form {"instance": "token"}'


# Events of one process that may wait to be stored: what it stores in less than a second on a machine of two cores, so
# that what is accepted is also answered within one.
INTAKE_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """What the worker needs to know, checked.

    Attributes:
        database_url: Postgres address with the driver this application uses, credentials included.
        evolution_url: Base address of Evolution, without a trailing slash.
        instance: The main instance: readiness depends on it.
        rabbitmq_url: The broker's address, credentials included.
        tokens: For each instance whose messages are answered, the main one included, its token.
    """

    database_url: str = field(repr=False)
    evolution_url: str
    instance: str
    rabbitmq_url: str = field(repr=False)
    tokens: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AppSettings(WorkerSettings):
    """What the HTTP process needs to know.

    Attributes:
        intake_limit: How many events may wait to be stored before further ones are sent away, 1 or more.
        webhook_secret: What Evolution must present as `authorization: Bearer …`.
    """

    intake_limit: int = INTAKE_LIMIT
    webhook_secret: str = field(repr=False)


def load_app_settings(environment: Mapping[str, str]) -> AppSettings:
    """Read and check what the HTTP process uses.

    Args:
        environment: Usually `os.environ`.

    Raises:
        SettingsError: If anything is missing, given twice, unreadable or of the wrong form.
    """
    reader = _Reader(environment)
    settings = AppSettings(
        **_worker_values(reader), intake_limit=_intake_limit(reader), webhook_secret=reader.value("WEBHOOK_SECRET")
    )
    reader.finish("the assistant")
    return settings


def load_worker_settings(environment: Mapping[str, str]) -> WorkerSettings:
    """Read and check what the worker uses; arguments and errors as of `load_app_settings`."""
    reader = _Reader(environment)
    settings = WorkerSettings(**_worker_values(reader))
    reader.finish("the worker")
    return settings


def load_database_url(environment: Mapping[str, str]) -> str:
    """Read and check the database's address alone; arguments and errors as of `load_app_settings`."""
    reader = _Reader(environment)
    url = _database_url(reader)
    reader.finish("this command")
    return url


class _Reader:
    """Reads settings one after the other and keeps what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def value(self, name: str, *, default: str | None = None) -> str:
        """The setting, or an empty text after noting its problem."""
        try:
            return read_value(self._environment, name, default)
        except SettingsError as error:
            self.problems.append(str(error))
            return ""

    def finish(self, who: str) -> None:
        """Report everything noted, if anything was."""
        if self.problems:
            listed = "".join(f"\n  - {problem}" for problem in self.problems)
            raise SettingsError(f"{who} cannot start, {len(self.problems)} setting(s) to correct:{listed}")


class _WorkerValues(TypedDict):
    database_url: str
    evolution_url: str
    instance: str
    rabbitmq_url: str
    tokens: dict[str, str]


def _worker_values(reader: _Reader) -> _WorkerValues:
    instance = reader.value("EVOLUTION_INSTANCE")
    return {
        "database_url": _database_url(reader),
        "evolution_url": _evolution_url(reader),
        "instance": instance,
        "rabbitmq_url": _rabbitmq_url(reader),
        "tokens": {**_further_tokens(reader, instance), instance: reader.value("EVOLUTION_API_KEY")},
    }


def _database_url(reader: _Reader) -> str:
    """The address with this application's driver: documents and other tools write plain `postgresql://`."""
    value = reader.value("DATABASE_URL")
    if not value:
        return ""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):  # a port that is no number is a plain ValueError
        reader.problems.append(_DATABASE_FORM)
        return ""
    if url.get_backend_name() not in {"postgresql", "postgres"} or not url.host or not url.database:
        reader.problems.append(_DATABASE_FORM)
        return ""
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _rabbitmq_url(reader: _Reader) -> str:
    value = reader.value("RABBITMQ_URL")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        well_formed = parts.scheme in {"amqp", "amqps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        well_formed = False
    if not well_formed:
        reader.problems.append(_BROKER_FORM)
    return value


def _evolution_url(reader: _Reader) -> str:
    value = reader.value("EVOLUTION_URL")
    if value and not value.startswith(("http://", "https://")):
        reader.problems.append("EVOLUTION_URL does not begin with http:// or https://")
    return value.rstrip("/")


def _intake_limit(reader: _Reader) -> int:
    value = reader.value("INTAKE_LIMIT", default=str(INTAKE_LIMIT))
    if value.isascii() and value.isdigit() and int(value):
        return int(value)
    if value:
        reader.problems.append("INTAKE_LIMIT is not a whole number of 1 or more")
    return INTAKE_LIMIT


def _further_tokens(reader: _Reader, main_instance: str) -> dict[str, str]:
    value = reader.value("EVOLUTION_INSTANCES", default="{}")
    if not value:
        return {}
    try:
        tokens = json.loads(value)
    except ValueError:
        tokens = None
    if not isinstance(tokens, dict) or not all(
        name and token and isinstance(token, str) for name, token in tokens.items()
    ):
        reader.problems.append(_INSTANCES_FORM)
        return {}
    if main_instance in tokens:
        reader.problems.append(
            "EVOLUTION_INSTANCES repeats the instance of EVOLUTION_INSTANCE; it lists further ones only"
        )
    return tokens
