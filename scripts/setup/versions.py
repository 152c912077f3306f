"""Reading version numbers out of what programs print."""

import re

Version = tuple[int, ...]

_NUMBER = re.compile(r"(?<![\w.])(?:v|go)?(\d+(?:\.\d+)+)")


def parse_version(text: str) -> Version | None:
    """Return the first dotted number in a text: ``"go version go1.26.8 linux/amd64"`` gives ``(1, 26, 8)``."""
    found = _NUMBER.search(text)
    return tuple(int(part) for part in found.group(1).split(".")) if found else None


def at_least(version: Version | None, minimum: Version) -> bool:
    """Tell whether a version is known and not older than the minimum."""
    return version is not None and version >= minimum


def show(version: Version) -> str:
    """Return a version as people write it."""
    return ".".join(str(part) for part in version)
