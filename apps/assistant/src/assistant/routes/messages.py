"""How far a message has come, for the smoke test; says nothing about its content."""

from typing import Annotated

from fastapi import APIRouter, Depends

from assistant.contents import storable
from assistant.messages import MessageStatus
from assistant.routes import READING
from assistant.security import require_bearer
from assistant.state import Assistant, current_assistant

router = APIRouter()


@router.api_route("/messages/{instance}/{message_id}", methods=READING, dependencies=[Depends(require_bearer)])
async def message_status(
    instance: str, message_id: str, assistant: Annotated[Assistant, Depends(current_assistant)]
) -> MessageStatus:
    """Return what has happened to the message so far, step by step."""
    return await assistant.inbox.status(storable(instance), storable(message_id))
