"""One HTTP service: requests with a deadline, and failures told by the step that failed (DNS, TCP, HTTP)."""

import re
import socket
from collections.abc import Mapping
from typing import Any

import httpx

from probe.errors import ProbeError
from probe.waiting import Deadline

REQUEST_SECONDS = 10.0
CONNECT_SECONDS = 3.0
# What a request has when time is almost up: cut shorter, a slow service would be blamed for what was awaited in it.
LAST_SECONDS = 1.0
WORDS = 200

Form = Mapping[str, tuple[str | None, bytes, str | None]]
"""A form's fields: each a file's name and type, or neither, around its content."""


class SilentError(ProbeError):
    """A service took the connection, and gave no answer."""


class HttpService:
    """A service by its base address."""

    def __init__(self, name: str, url: str, deadline: Deadline) -> None:
        """Prepare; nothing connects yet.

        Args:
            name: How messages call the service.
            url: Base address.
            deadline: Connecting is tried again until then; every request ends by then, give or take a second.
        """
        self._name = name
        self._url = url.rstrip("/")
        self._deadline = deadline
        # Environment proxies are for the way out, not for services of the same system.
        self._client = httpx.Client(base_url=self._url, trust_env=False)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        form: Form | None = None,
    ) -> httpx.Response:
        """Send one request, connecting again while nothing was sent.

        Args:
            method: Method.
            path: Path and query.
            headers: Headers.
            body: Sent as JSON.
            form: A form of several parts, in place of a body.

        Raises:
            ProbeError: If no connection came about in time.
            SilentError: The answer did not come.
        """
        failure = ""

        def attempt() -> httpx.Response | None:
            nonlocal failure
            left = max(self._deadline.remaining_seconds, LAST_SECONDS)
            timeout = httpx.Timeout(min(REQUEST_SECONDS, left), connect=min(CONNECT_SECONDS, left))
            try:
                return self._client.request(
                    method,
                    path,
                    files=form,
                    headers=headers,
                    json=body,
                    timeout=timeout,
                )
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = _connection_failure(error, self._url)
                return None
            except httpx.HTTPError as error:
                shown = path.partition("?")[0]  # what follows may be a signature
                raise SilentError(
                    f"HTTP: {self._name} gave no answer to {method} {shown} ({type(error).__name__})"
                ) from error

        answer = self._deadline.until(attempt)
        if answer is None:
            raise ProbeError(f"{failure} ({self._name}, tried until the time was up)")
        return answer

    def unexpected(self, answer: httpx.Response) -> ProbeError:
        """The error for an answer that the caller has no use for, with the service's own words."""
        request = answer.request
        return ProbeError(
            f"{self._name} answered HTTP {answer.status_code} to {request.method} {request.url.path}{_words(answer)}"
        )


def json_of(answer: httpx.Response) -> Any:  # noqa: ANN401 - callers match on it
    """The answer's JSON, or None when it is none."""
    try:
        return answer.json()
    except ValueError:  # an error page of something in between
        return None


def _words(answer: httpx.Response) -> str:
    match json_of(answer):
        case {"response": {"message": message}} | {"detail": message} | {"message": message} | {"error": message}:
            said = str(message)
        case _ if answer.headers.get("content-type", "").startswith("text/"):  # such as the ingress's own pages
            said = re.sub(r"<[^>]*>", " ", answer.text)
        case _:
            said = ""
    said = " ".join(said.split())[:WORDS]
    return f": {said}" if said else ""


def _connection_failure(error: BaseException, url: str) -> str:
    """Which step of connecting failed; the cause is some exceptions down."""
    parsed = httpx.URL(url)
    address = f"{parsed.host}:{parsed.port or (443 if parsed.scheme == 'https' else 80)}"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return f"DNS: {parsed.host} cannot be resolved"
        if isinstance(cause, ConnectionRefusedError):
            return f"TCP: {address} refused the connection"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectTimeout):
        return f"TCP: {address} did not answer in {CONNECT_SECONDS:.0f} s"
    return f"TCP: no connection to {address} ({error})"
