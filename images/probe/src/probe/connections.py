"""Tries every connection of a consumer before it starts, and says which step failed."""

import time
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from probe import bucket, stores
from probe.files import read_settings
from probe.models import Evolution, HttpAddress, Settings, Wanted
from probe.parallel import OK, report
from probe.steps import StepError, reach
from probe.waiting import Deadline

HTTP_SECONDS = 4.0
# For all that Evolution is asked; the limit of everything would call it a port that is closed.
ATTEMPT_SECONDS = 7.0
LAST_SECONDS = 0.5
UNAUTHORIZED = 401
LOGINS: dict[str, Any] = {
    "amqp": stores.amqp,
    "postgres": stores.postgres,
    "redis": stores.redis,
    "s3": bucket.prove,
}
DEFAULT_PORTS = {"http": 80, "https": 443}


def run(path: Path, seconds: float) -> int:
    """Try all at once and print a line each.

    Args:
        path: The settings file.
        seconds: Limit of it all.

    Returns:
        0 when all work, 1 otherwise.

    Raises:
        ProbeError: The settings file is wrong.
    """
    settings = read_settings(path, Settings)
    wanted = sorted(settings.connections, key=lambda connection: connection.name)
    return report([(connection.name, partial(_try, connection)) for connection in wanted], seconds)


def _try(wanted: Wanted) -> str:
    started = time.monotonic()
    try:
        if isinstance(wanted, HttpAddress):
            _http(wanted)
        else:
            reach(wanted.host, wanted.port)
            if wanted.kind in LOGINS:
                LOGINS[wanted.kind](wanted)
    except StepError as error:
        return str(error)
    return f"{OK} ({wanted.kind}, {(time.monotonic() - started) * 1000:.0f} ms)"


def _http(wanted: HttpAddress) -> None:
    deadline = Deadline(ATTEMPT_SECONDS)
    parts = urlsplit(wanted.url)
    host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
    reach(host, port)
    headers = {name: value.get_secret_value() for name, value in wanted.headers.items()}
    ask = _asked_of_evolution if isinstance(wanted, Evolution) else _asked
    status = ask(wanted, headers, deadline)
    if status in {401, 403}:
        raise StepError("AUTH", f"{host}:{port} refuses {wanted.key_name} (status {status})", stores.PASSWORD)
    if status not in wanted.expect:
        raise StepError("HTTP", f"{host}:{port}{parts.path} answers with status {status}", "Look at the service's log.")


def _asked(wanted: HttpAddress, headers: dict[str, str], _deadline: Deadline) -> int:
    return _status(wanted.url, headers, HTTP_SECONDS)


def _asked_of_evolution(wanted: HttpAddress, headers: dict[str, str], deadline: Deadline) -> int:
    """Ask; where it refuses or fails, first whether it has its database."""
    from probe.evolution import LOOK_AT_DATABASE, NO_DATABASE, UNKNOWN_INSTANCE, database_answers  # noqa: PLC0415 as below

    parts = urlsplit(wanted.url)
    try:
        status = _asked(wanted, headers, deadline)
        if status != UNAUTHORIZED and database_answers(status):
            return status
        said = f"refuses {wanted.key_name}" if status == UNAUTHORIZED else "fails"
        said += f" (status {status})"
    except StepError:
        said = "gives no answer"
    unknown: int | None
    try:
        unknown = _status(
            f"{parts.scheme}://{parts.netloc}{UNKNOWN_INSTANCE}", {}, max(deadline.remaining_seconds, LAST_SECONDS)
        )
    except StepError:
        unknown = None
    if not database_answers(unknown):
        raise StepError("DATABASE", f"{parts.netloc} {said}, and {NO_DATABASE}", LOOK_AT_DATABASE)
    return _status(
        wanted.url, headers, max(deadline.remaining_seconds, LAST_SECONDS)
    )  # the database may have come back in between


def _status(url: str, headers: dict[str, str], seconds: float) -> int:
    import httpx  # noqa: PLC0415 only when this kind is listed

    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or DEFAULT_PORTS[parts.scheme]}"
    try:
        return httpx.get(url, headers=headers, timeout=seconds).status_code
    except httpx.ConnectError:
        raise StepError("TLS", f"{where} offers no trusted certificate", "Is it the right name?") from None
    except httpx.HTTPError:
        raise StepError("HTTP", f"{where} did not answer in full", "Look at the service's log.") from None
