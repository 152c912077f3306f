"""Settings as the original program reads them: the environment, and with `-dev` a file .env beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_PORT = "8080"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the server is started with.

    Attributes:
        api_key: What senders must know; with an empty one every call is answered with 500.
        port: Port it listens on.
    """

    api_key: str = field(repr=False)
    port: int


def read(arguments: list[str], environment: Mapping[str, str], folder: Path) -> Settings:
    """Return the settings.

    Args:
        arguments: Command line; `-dev` or `--dev` reads `.env`.
        environment: Variables; they win over the file.
        folder: Where `.env` is looked for.

    Raises:
        OSError: `.env` was asked for and cannot be read.
        ValueError: PORT is no port, or there is another argument.
    """
    unknown = set(arguments) - {"-dev", "--dev"}
    if unknown:
        raise ValueError(f"unknown arguments {sorted(unknown)}: the only one is -dev")
    values = {**(_dotenv((folder / ".env").read_text()) if arguments else {}), **environment}
    port = values.get("PORT") or DEFAULT_PORT
    if not (port.isdecimal() and 0 < int(port) < 1 << 16):
        raise ValueError(f"PORT is {port!r}: give a number from 1 to 65535")
    return Settings(api_key=values.get("API_KEY", ""), port=int(port))


def _dotenv(text: str) -> dict[str, str]:
    lines = [line.strip().removeprefix("export ") for line in text.splitlines()]
    rows = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip().strip("\"'") for name, _, value in rows}
