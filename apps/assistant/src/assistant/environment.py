"""One setting: the variable itself, or the file that `<NAME>_FILE` names."""

from collections.abc import Mapping
from pathlib import Path


class SettingsError(Exception):
    """One or more settings are missing or wrong; the message lists all of them, never their values."""


def read_value(environment: Mapping[str, str], name: str, default: str | None = None) -> str:
    """Return a setting without surrounding white space.

    Args:
        environment: Usually `os.environ`.
        name: The variable's name without `_FILE`.
        default: What an unset one is taken for; None when it must be set.

    Raises:
        SettingsError: If it is missing, given twice, unreadable or empty.
    """
    direct, file = environment.get(name, "").strip(), environment.get(f"{name}_FILE", "").strip()
    if direct and file:
        raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them")
    if direct:
        return direct
    if not file:
        if default is not None:
            return default
        raise SettingsError(f"{name} is not set; set {name}, or {name}_FILE to the path of a file holding it")
    try:
        content = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(f"{name}_FILE names {file}, which cannot be read: {reason}") from error
    if not content:
        raise SettingsError(f"{name}_FILE names {file}, which is empty")
    return content
