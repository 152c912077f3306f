"""The application's own word on how far a message has come, asked through the ingress as everybody reaches it."""

from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, ValidationError

from probe.errors import ProbeError
from probe.http import HttpService, json_of
from probe.waiting import Deadline

NAME = "app (through ingress)"
READY_SECONDS = 5.0


class NoStatusRouteError(Exception):
    """The application does not tell how far a message has come. No mistake: the route is an offer, not a duty."""


class MessageStatus(BaseModel):
    """How far a message has come; an application may say more."""

    model_config = ConfigDict(frozen=True, strict=True)

    stored: bool
    queued: bool
    taken: bool
    reply_id: str | None
    seen: bool


class Application:
    """An application behind its ingress."""

    def __init__(self, url: str, secret: str, instance: str, deadline: Deadline) -> None:
        """Prepare.

        Args:
            url: Base address of the ingress.
            secret: The webhook secret, which also opens the status route.
            instance: The instance whose messages are asked for.
            deadline: Bounds everything but `complaints`.
        """
        self._headers = {"authorization": f"Bearer {secret}"}
        self._instance = instance
        self._service = HttpService(NAME, url, deadline)
        self._url = url

    def status(self, message_id: str) -> MessageStatus:
        """How far a message has come.

        Raises:
            NoStatusRouteError: The application has no such route.
            ProbeError: It refuses the secret, or its answer is of no use.
        """
        answer = self._service.request("GET", f"/messages/{self._instance}/{message_id}", headers=self._headers)
        match answer.status_code:
            case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
                raise NoStatusRouteError
            case HTTPStatus.UNAUTHORIZED:
                raise ProbeError(
                    "AUTH: app refused the webhook secret (HTTP 401), so it refuses evolution-api's webhook as well. "
                    "Look at app: does it run with this stack's WEBHOOK_SECRET?"
                )
            case HTTPStatus.OK:
                return _status(json_of(answer))
        raise self._service.unexpected(answer)

    def complaints(self) -> str:
        """What `/ready` says is wrong, as the end of a sentence; empty when that says nothing of use."""
        try:
            # Time may be up, which is when this is asked: it has a little of its own.
            service = HttpService(NAME, self._url, Deadline(READY_SECONDS))
            content = json_of(service.request("GET", "/ready"))
        except ProbeError as error:
            return f", and {error}"
        if not isinstance(content, dict):
            return ""
        wrong = [f"{name}: {said}" for name, said in content.items() if isinstance(said, str) and said != "ok"]
        return f", and app says of what it needs: {'; '.join(wrong)}" if wrong else ""


def _status(content: object) -> MessageStatus:
    try:
        return MessageStatus.model_validate(content)
    except ValidationError as error:
        raise ProbeError(
            f"{NAME} answers GET /messages/... with something else than {', '.join(MessageStatus.model_fields)}. An "
            "application without this route must answer 404: then only its reply is waited for"
        ) from error
