"""Reads settings and secrets from mounted files."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from probe.errors import ProbeError


class SettingsModel(BaseModel):
    """Base of all settings files: unknown keys are mistakes, values are never quoted in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


_Model = TypeVar("_Model", bound=BaseModel)


def read_settings(path: Path, model: type[_Model]) -> _Model:
    """Read a JSON file into its model.

    Raises:
        ProbeError: If it cannot be read or is wrong, all mistakes at once.
    """
    try:
        return model.model_validate_json(_read(path))
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(str(part) for part in detail['loc']) or 'file'}: {detail['msg']}"
            for detail in error.errors(include_input=False, include_url=False)
        )
        raise ProbeError(f"{path}: {mistakes}") from error


def read_secret(path: Path) -> str:
    """Read a secret, without the newline an editor may have left.

    Raises:
        ProbeError: If the file cannot be read or is empty.
    """
    secret = _read(path).strip()
    if not secret:
        raise ProbeError(f"{path} is empty; it must hold a secret")
    return secret


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProbeError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProbeError(f"{path} is not UTF-8 text") from error
