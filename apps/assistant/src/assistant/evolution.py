"""Evolution's HTTP API as far as this application uses it, and what each failure says about a sent message.

Source: evolution-api 2.3.6 measured; routes `message/sendText`, `chat/findMessages`, `instance/connectionState`; its
source for what HTTP 400 means (`sendMessageWithTyping` of the WhatsApp channel, not measured). 2.3.7 for what HTTP 401
means: `src/api/guards/auth.guard.ts` refuses every token while the database is away, and
`src/api/guards/instance.guard.ts` answers then with an error for an instance it does not hold.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from assistant.addresses import NUMBER_SUFFIX
from assistant.transport import AiohttpTransport

CONNECT_SECONDS = 3.0
# Total time of one request; the outbox leaves a claimed reply alone for longer than this.
REQUEST_SECONDS = 10.0
READY_SECONDS = 3.0
# With a second request; less than who asks for readiness waits, more than a loaded machine takes.
EXPLAINED_SECONDS = 4.5
# Nobody's: whether it exists is looked up in Evolution's database, before any key is looked at.
UNKNOWN_INSTANCE = "zapstack.nobody"
# Evolution stamps messages in whole seconds, rounded down.
STAMP_SLACK_SECONDS = 1
_SETUP_MISTAKES = frozenset({401, 403, 404, 429})
_SAID_BY = {401: ": the token is wrong, or its database is away and it refuses every token"}
# Sending and storing are one step in Evolution, whatever fails in it an HTTP 400: the words tell which it was.
_STORING_FAILED = "prisma"
_DISCONNECTED = ("connection closed", "connection lost", "connection terminated", "reading 'sendmessage'")


class NotSentError(Exception):
    """The message certainly did not leave, for a reason that can pass: sending again is safe."""


class RejectedError(Exception):
    """Evolution refused this very message."""


class UncertainError(Exception):
    """The message may have left: look before sending again."""


class UnderWayError(UncertainError):
    """Nobody waits for the answer any more, and Evolution may still be at it."""


class UnrecordedError(Exception):
    """The message left and Evolution could not store it: looking would not find it, sending again repeat it."""


def evolution_http(url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """The connections to Evolution, shared by all instances; environment proxies are not for this.

    Args:
        url: Evolution's base address.
        transport: How it is reached; replaced in tests.
    """
    return httpx.AsyncClient(
        base_url=url,
        timeout=httpx.Timeout(REQUEST_SECONDS, connect=CONNECT_SECONDS),
        transport=transport or AiohttpTransport(),
        trust_env=False,
    )


def evolution_clients(http: httpx.AsyncClient, tokens: Mapping[str, str]) -> dict[str, "EvolutionClient"]:
    """One client for each instance, by its name."""
    return {instance: EvolutionClient(http, instance, token) for instance, token in tokens.items()}


class EvolutionClient:
    """One instance of Evolution."""

    def __init__(self, http: httpx.AsyncClient, instance: str, token: str) -> None:
        """Use an open client made by `evolution_http`, with the instance's own token."""
        self._http = http
        self._headers = {"apikey": token}
        self._instance = instance
        self._path = quote(instance, safe="")

    async def send_text(self, number: str, text: str) -> str:
        """Send a text and return the id Evolution gave it.

        Raises:
            NotSentError: If it certainly was not sent.
            RejectedError: If this message was refused.
            UncertainError: If it may have been sent.
            UnrecordedError: If it was sent, and Evolution does not know.
        """
        try:
            answer = await self._post("/message/sendText", {"number": number, "text": text})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSentError(f"no connection to Evolution ({type(error).__name__})") from error
        except httpx.TimeoutException as error:
            raise UnderWayError(f"no answer from Evolution ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise UncertainError(f"no answer from Evolution ({type(error).__name__})") from error
        if answer.status_code in _SETUP_MISTAKES:
            raise NotSentError(f"Evolution answered HTTP {answer.status_code}{_SAID_BY.get(answer.status_code, '')}")
        if answer.is_client_error:
            raise _refusal(answer)
        if not answer.is_success:
            raise UncertainError(f"Evolution answered HTTP {answer.status_code}")
        match _json(answer):
            case {"key": {"id": str(message_id)}} if message_id:
                return message_id
        raise UncertainError("Evolution accepted the message but named no id")

    async def find_sent(self, number: str, text: str, since: datetime) -> list[str]:
        """Ids of messages with this text that the instance sent to a number, oldest first.

        The EVOLUTION channel files what it sent under the bare number, the others under the full address.

        Args:
            number: As given to `send_text`.
            text: The exact text.
            since: Earlier messages do not count.

        Raises:
            NotSentError: If Evolution could not be asked.
        """
        addresses = [number] if "@" in number else [number, number + NUMBER_SUFFIX]
        earliest = int(since.timestamp()) - STAMP_SLACK_SECONDS
        found = [record for address in addresses for record in await self._messages_with(address)]
        return [
            record["key"]["id"]
            for record in sorted(found, key=_stamp)
            if record["key"].get("fromMe") and _text(record) == text and _stamp(record) >= earliest
        ]

    async def problem(self) -> str | None:
        """Why messages could not be sent through this instance's API now; a telephone that is offline is not one."""
        started = time.monotonic()
        try:
            answer = await self._state(self._path, READY_SECONDS)
        except httpx.HTTPError as error:
            return f"no answer ({type(error).__name__})"
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            return await self._why_refused(EXPLAINED_SECONDS - (time.monotonic() - started))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return f"the instance {self._instance} does not exist"
        return None if answer.is_success else f"HTTP {answer.status_code}"

    async def _why_refused(self, seconds: float) -> str:
        """Whether a refusal is about the token."""
        try:
            answer = await self._state(UNKNOWN_INSTANCE, seconds)
        except httpx.HTTPError:
            answered = False
        else:
            answered = not answer.is_server_error
        if answered:
            return "AUTH: the instance's token was refused (HTTP 401)"
        return "DATABASE: Evolution's own database does not answer, so it refuses every token (HTTP 401)"

    async def _state(self, path: str, seconds: float) -> httpx.Response:
        return await self._http.get(f"/instance/connectionState/{path}", headers=self._headers, timeout=seconds)

    async def _messages_with(self, address: str) -> list[dict[str, Any]]:
        """The newest messages exchanged with an address: Evolution's first page."""
        body = {"where": {"key": {"remoteJid": address}}}
        try:
            answer = await self._post("/chat/findMessages", body)
        except httpx.HTTPError as error:
            raise NotSentError(f"Evolution could not be asked ({type(error).__name__})") from error
        match _json(answer):
            case {"messages": {"records": list(records)}} if answer.is_success:
                return [record for record in records if isinstance(record, dict) and _has_id(record)]
        raise NotSentError(f"Evolution could not be asked (HTTP {answer.status_code})")

    async def _post(self, route: str, body: dict[str, Any]) -> httpx.Response:
        return await self._http.post(f"{route}/{self._path}", headers=self._headers, json=body)


def _refusal(answer: httpx.Response) -> Exception:
    said, status = answer.text.lower(), f"Evolution answered HTTP {answer.status_code}"
    if _STORING_FAILED in said:
        return UnrecordedError(f"{status}: its database failed after the message had left")
    if any(words in said for words in _DISCONNECTED):
        return UncertainError(f"{status}: not connected to WhatsApp")
    return RejectedError(status)


def _json(answer: httpx.Response) -> object:
    try:
        return answer.json()
    except ValueError:  # an error page of something in between: the status code is what counts
        return None


def _has_id(record: dict[str, Any]) -> bool:
    key = record.get("key")
    return isinstance(key, dict) and isinstance(key.get("id"), str)


def _text(record: dict[str, Any]) -> object:
    message = record.get("message")
    if not isinstance(message, dict):
        return None
    extended = message.get("extendedTextMessage")
    return message.get("conversation") or (extended.get("text") if isinstance(extended, dict) else None)


def _stamp(record: dict[str, Any]) -> int:
    stamp = record.get("messageTimestamp")
    return int(stamp) if isinstance(stamp, (int, float, str)) and str(stamp).isdigit() else 0
