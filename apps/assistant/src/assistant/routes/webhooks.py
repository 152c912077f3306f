"""Evolution's webhook: 2xx means that the message is safe, nothing more. The reply comes from the background task."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, status
from sqlalchemy.exc import SQLAlchemyError

from assistant.logs import log_event
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
    """Store a message once and wake the replier.

    Raises:
        HTTPException: 400 for a body that is no event (Evolution does not repeat those), 503 while the database is
            away (Evolution repeats those).
    """
    try:
        event = read_event(await request.body(), assistant.instance)
    except PayloadError as error:
        log_event(_LOGGER, logging.WARNING, "webhook refused", reason=str(error))
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail=str(error)) from error
    if isinstance(event, Ignored):
        return {"status": "ignored", "reason": event.reason}
    try:
        is_new = await assistant.inbox.store(event)
    except (SQLAlchemyError, OSError) as error:
        log_event(_LOGGER, logging.ERROR, "message not stored", message_id=event.message_id, error=type(error).__name__)
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, detail="the database is away; try again") from error
    log_event(_LOGGER, logging.INFO, "message stored" if is_new else "message known", message_id=event.message_id)
    assistant.worker.wake()
    return {"status": "stored" if is_new else "duplicate"}
