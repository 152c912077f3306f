"""Evolution's webhook: 2xx means that the message is safe, nothing more. The worker answers it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, status
from sqlalchemy.exc import SQLAlchemyError

from assistant.logs import log_event
from assistant.messages import InboundMessage, SentMessage
from assistant.metrics import WEBHOOKS
from assistant.payloads import Ignored, PayloadError, read_event
from assistant.security import require_bearer
from assistant.state import Assistant, current_assistant

router = APIRouter()
_LOGGER = logging.getLogger(__name__)


# The body is read here and not by FastAPI, which would read it before the guard.
@router.post("/webhooks/evolution", dependencies=[Depends(require_bearer)])
async def evolution_event(
    request: Request, assistant: Annotated[Assistant, Depends(current_assistant)]
) -> dict[str, str]:
    """Keep what an event says.

    Raises:
        HTTPException: 400 for a body that is no event (Evolution does not repeat those), 503 while the database is
            away (Evolution repeats those).
    """
    try:
        event = read_event(await request.body(), assistant.instances)
    except PayloadError as error:
        WEBHOOKS.labels("refused").inc()
        log_event(_LOGGER, logging.WARNING, "webhook refused", reason=str(error))
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail=str(error)) from error
    if isinstance(event, Ignored):
        WEBHOOKS.labels("ignored").inc()
        return {"status": "ignored", "reason": event.reason}
    try:
        result = await _keep(event, assistant)
    except (SQLAlchemyError, OSError) as error:
        WEBHOOKS.labels("unavailable").inc()
        log_event(_LOGGER, logging.ERROR, "event not stored", message_id=event.message_id, error=type(error).__name__)
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, detail="the database is away; try again") from error
    WEBHOOKS.labels(result).inc()
    log_event(_LOGGER, logging.INFO, f"message {result}", instance=event.instance, message_id=event.message_id)
    return {"status": result}


async def _keep(event: InboundMessage | SentMessage, assistant: Assistant) -> str:
    if isinstance(event, SentMessage):
        await assistant.inbox.mark_seen(event)
        return "seen"
    if not await assistant.inbox.store(event):
        return "duplicate"
    assistant.relay.wake()
    return "stored"
