"""Evolution's webhook: 2xx means that what the event says is safe, nothing more. The worker answers messages.

No body is refused once the secret is right: Evolution does not repeat what is answered 400 or 422, and would lose it.
"""

import logging

from fastapi import APIRouter, HTTPException, Request, status
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.requests import ClientDisconnect

from assistant.logs import log_event
from assistant.messages import Change, InboundMessage, SentMessage, SetAside
from assistant.metrics import WEBHOOKS
from assistant.payloads import NOT_STORABLE, TOO_LONG, Ignored, read_event, set_aside
from assistant.routes.bodies import read_body
from assistant.security import require_bearer
from assistant.state import Assistant, current_assistant

router = APIRouter()
_LOGGER = logging.getLogger(__name__)


async def evolution_event(request: Request) -> JSONResponse:
    """Keep what an event says, once the guard has let it in; its body is read after that.

    Raises:
        HTTPException: 503 while the database is away (Evolution repeats those).
    """
    assistant = await current_assistant(request)
    await require_bearer(request, assistant)
    return JSONResponse(await _kept(request, assistant))


# Plain routes: FastAPI's own look for dependencies and validate answers, for a third of what a webhook costs.
# The longer path is where Evolution posts while somebody has switched `webhookByEvents` on.
for _path in ("/webhooks/evolution", "/webhooks/evolution/{event}"):
    router.add_route(_path, evolution_event, methods=["POST"])


async def _kept(request: Request, assistant: Assistant) -> dict[str, str]:
    try:
        body, whole = await read_body(request)
    except ClientDisconnect as error:  # nobody hears this answer, and Evolution tries again
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail="the connection ended before the body did") from error
    event = read_event(body, assistant.instances) if whole else set_aside(body, TOO_LONG)
    if isinstance(event, Ignored):
        WEBHOOKS.labels("ignored").inc()
        return {"status": "ignored", "reason": event.reason}
    try:
        try:
            result = await _keep(event, assistant)
        # Of this event, and for ever: it is kept in a form that no database refuses.
        except (DataError, UnicodeError) as error:
            log_event(_LOGGER, logging.ERROR, "event not storable", error=type(error).__name__)
            event = set_aside(body, NOT_STORABLE)
            result = await _keep(event, assistant)
    except (SQLAlchemyError, OSError) as error:
        WEBHOOKS.labels("unavailable").inc()
        log_event(_LOGGER, logging.ERROR, "event not stored", message_id=event.message_id, error=type(error).__name__)
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, detail="the database is away; try again") from error
    WEBHOOKS.labels(result).inc()
    why = {"reason": event.reason} if isinstance(event, SetAside) else {}
    log_event(_LOGGER, logging.INFO, f"message {result}", instance=event.instance, message_id=event.message_id, **why)
    return {"status": result, **why}


async def _keep(event: InboundMessage | SentMessage | Change | SetAside, assistant: Assistant) -> str:
    if isinstance(event, SentMessage):
        await assistant.inbox.mark_seen(event)
        return "seen"
    if isinstance(event, SetAside):
        await assistant.asides.keep(event)
        return "set_aside"
    if isinstance(event, Change):
        await assistant.asides.keep(event)
        return "withdrawn" if event.text is None else "corrected"
    is_new = await assistant.inbox.store(event)
    await assistant.people.unite(event)
    if not is_new:
        return "duplicate"
    assistant.relay.wake()
    return "stored"
