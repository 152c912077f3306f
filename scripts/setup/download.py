"""Fetching from the release host; proxies and certificates are those of the environment."""

import hashlib
import urllib.request
from pathlib import Path

from scripts.setup.failure import UnavailableError
from scripts.setup.report import Progress

CHUNK_BYTES = 1 << 20
STALLED_SECONDS = 30  # without a byte, in the middle of a download
MEBIBYTE = 1 << 20


def fetch_text(url: str, *, seconds: float) -> str:
    """Return a small text.

    Raises:
        UnavailableError: It could not be fetched.
    """
    try:
        with urllib.request.urlopen(url, timeout=seconds) as response:  # noqa: S310 - the address is a pinned https one
            return str(response.read().decode())
    except (OSError, ValueError) as error:
        raise UnavailableError(reason_of(error)) from error


def download(url: str, target: Path, shown: Progress) -> str:
    """Write a large file and return its SHA-256 in hexadecimal digits.

    Raises:
        UnavailableError: The connection failed or stalled.
    """
    digest = hashlib.sha256()
    received = 0
    try:
        with urllib.request.urlopen(url, timeout=STALLED_SECONDS) as response, target.open("wb") as file:  # noqa: S310
            total = int(response.headers.get("Content-Length") or 0)
            while chunk := response.read(CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
                received += len(chunk)
                of = f" of {total // MEBIBYTE}" if total else ""
                shown.update(f"{received // MEBIBYTE}{of} MiB of {url.rpartition('/')[2]}")
    except (OSError, ValueError) as error:
        raise UnavailableError(reason_of(error)) from error
    if total and received != total:
        raise UnavailableError(f"the connection ended after {received} of {total} bytes")
    return digest.hexdigest()


def reason_of(error: Exception) -> str:
    """Return the short reason inside what urllib raises."""
    inner = getattr(error, "reason", error)
    return str(getattr(inner, "strerror", None) or inner or type(error).__name__)
