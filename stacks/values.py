"""Types of single settings: one named type per kind of value, with what it allows in words."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

PUBLIC_KEYS: Final = frozenset({"429683C4C977415CAAFCCE10F7D57E11", "BQYHJGJHJ"})
"""Keys that Evolution API ships in its example file and in its code: everybody knows them.

Source: `.env.example` and `src/config/env.config.ts` of https://github.com/EvolutionAPI/evolution-api
"""

RESERVED: Final = frozenset({"data_owner", "postgres", "template0", "template1"})
"""The superuser, the databases of every server, and the role that owns an application's data."""

SECRET_CHARACTERS: Final = "[A-Za-z0-9_-]*"  # noqa: S105 what a secret looks like
KEY_CHARACTERS: Final = "[A-Za-z0-9+/=_-]*"
S3_SECRET_CHARACTERS: Final = "[A-Za-z0-9+/=_.-]*"  # noqa: S105 what a secret looks like
SECRET_MIN: Final = 8
SECRET_MAX: Final = 128


@dataclass(frozen=True)
class Allowed:
    """What a type allows, in words for messages and documentation.

    Attributes:
        words: Completes "allowed: …".
    """

    words: str


def _secret(value: SecretStr) -> SecretStr:
    return _secret_text(_private(value), SECRET_CHARACTERS)


def _key(value: SecretStr) -> SecretStr:
    return _secret_text(_private(value), KEY_CHARACTERS)


def _private(value: SecretStr) -> SecretStr:
    if value.get_secret_value() in PUBLIC_KEYS:
        raise PydanticCustomError("secret_public", "a key that everybody knows")
    return value


def _s3_secret(value: SecretStr) -> SecretStr:
    return _secret_text(value, S3_SECRET_CHARACTERS)


def _secret_text(value: SecretStr, characters: str) -> SecretStr:
    text = value.get_secret_value()
    if not re.fullmatch(characters, text):
        raise PydanticCustomError("secret_text", "a secret with other characters")
    if not SECRET_MIN <= len(text) <= SECRET_MAX:
        raise PydanticCustomError("secret_length", "a secret of another length")
    return value


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise PydanticCustomError("repeated", "the same name twice")
    return names


def _reserved(name: str) -> str:
    if name in RESERVED or name.startswith("pg_"):
        raise PydanticCustomError("reserved", "a name that Postgres or this product uses itself")
    return name


BucketName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"),
    Allowed("3 to 63 lower-case letters, digits and hyphens, no hyphen first or last"),
]
"""Without the dots S3 allows as well: certificates for hosts below a name do not cover them."""

Command = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=4096)], ...],
    Allowed("program and arguments, each a text of its own"),
]
"""A command without a shell."""

Email = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}$"),
    Allowed("an address such as ana@example.com"),
]

HostName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$", max_length=253),
    Allowed("a host name with a dot, lower-case, without scheme, port and path"),
]
"""With a dot: Evolution API refuses links to bare names."""

HttpPath = Annotated[
    str, Field(pattern=r"^/[A-Za-z0-9._~/-]{0,200}$"), Allowed('a path that begins with "/", without query')
]

Memory = Annotated[int, Field(ge=64, le=1048576)]
"""MiB."""

ServerMemory = Annotated[int, Field(ge=256, le=1048576)]
"""MiB, for a program that does not start with less than 256."""

Identifier = Annotated[
    str,
    Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$"),
    AfterValidator(_reserved),
    Allowed(
        "lower-case letters, digits and underscores, no digit first, 63 at most; not postgres, template0, template1, "
        "data_owner or pg_…"
    ),
]
"""A Postgres identifier that needs no quoting and is not taken."""

InstanceName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$"), Allowed('letters, digits, "-" and "_", 64 at most')
]

LoginName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{3,62}$"), Allowed('3 to 62 letters, digits, "-" and "_"')]

MessageText = Annotated[
    str,
    Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,1000}$"),
    Allowed("1 to 1000 characters on one line"),
]

PhoneNumber = Annotated[
    str,
    Field(pattern=r"^[1-9][0-9]{7,14}$"),
    Allowed("8 to 15 digits with the country code first, without plus sign and spaces"),
]
"""E.164 without the plus sign."""

Port = Annotated[int, Field(ge=1, le=65535)]

RegionName = Annotated[
    str, Field(pattern=r"^[a-z0-9-]{1,32}$"), Allowed("lower-case letters, digits and hyphens, 32 at most")
]

Rotation = Annotated[int, Field(ge=0, le=1000000)]
"""How often the generated passwords have been changed."""

Key = Annotated[
    SecretStr,
    AfterValidator(_key),
    Allowed(f'{SECRET_MIN} to {SECRET_MAX} letters, digits and "+/=-_"'),
]
"""A key that stands in no address: only files that this product writes and a header of requests have it."""

S3Secret = Annotated[
    SecretStr,
    AfterValidator(_s3_secret),
    Allowed(f'{SECRET_MIN} to {SECRET_MAX} letters, digits and "+/=-_."'),
]
"""A key that somebody else has made: those of most providers are base64."""

Secret = Annotated[
    SecretStr,
    AfterValidator(_secret),
    Allowed(f'{SECRET_MIN} to {SECRET_MAX} letters, digits, "-" and "_"'),
]
"""A password or key; other characters would need quoting somewhere.

Evolution API does not decode percent signs in its database address, and its settings file is cut at `#`.
"""

PLAIN_CHARACTERS: Final = r"[^'\"\\`$\x00-\x1f\x7f-\x9f]"
PLAIN_WORDS: Final = "without quotes, backslashes, dollar signs, line breaks and other control characters"

SettingValue = Annotated[
    str,
    Field(pattern=rf"^{PLAIN_CHARACTERS}{{0,1000}}$"),
    Allowed(f"text {PLAIN_WORDS}; numbers and true in quotes"),
]
"""A value that an environment file, a shell and a command line read alike."""

LineValue = Annotated[
    str,
    Field(pattern=rf"^{PLAIN_CHARACTERS}{{1,1000}}$"),
    Allowed(f"text {PLAIN_WORDS}, not empty; numbers and true in quotes"),
]
"""A value that stands unquoted on a line of a configuration file, where an empty one would be no value."""

PythonLiteral = Annotated[
    str,
    Field(pattern=r"^(True|False|[0-9]{1,9})$"),
    Allowed("a whole number of at most nine digits, True or False, in quotes"),
]
"""A value in a file of Python, where any other text would be an expression that is run."""

SourcePath = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,100}$"), Allowed("a name directly in the source folder")
]

VariableName = Annotated[
    str,
    Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$"),
    Allowed("capital letters, digits and underscores, a letter first, 64 at most"),
]

VariableNames = Annotated[tuple[VariableName, ...], AfterValidator(_once)]


def revealed(secret: SecretStr | None) -> str | None:
    """Returns a secret of the user's own, for the one place that makes it an `Output`; None where it is generated."""
    return None if secret is None else secret.get_secret_value()
