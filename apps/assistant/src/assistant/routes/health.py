"""What the platform asks: is the process alive, can it serve, should it get new work."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Response, status

from assistant.routes import READING
from assistant.state import Assistant, current_assistant

router = APIRouter()
_Assistant = Annotated[Assistant, Depends(current_assistant)]


@router.api_route("/health", methods=READING)
async def health(assistant: _Assistant, response: Response) -> dict[str, str]:
    """Whether a restart would help: 503 only when the task that tells the broker is dead. Asks no other service."""
    if assistant.relay.running:
        return {"status": "ok"}
    response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {"status": "the relay has ended"}


@router.api_route("/ready", methods=READING)
async def ready(assistant: _Assistant, response: Response) -> dict[str, str]:
    """Whether everything this application needs can be used, each by name; 503 when something cannot."""
    problems = await asyncio.gather(*(dependency.problem() for dependency in assistant.dependencies.values()))
    if any(problems):
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {name: problem or "ok" for name, problem in zip(assistant.dependencies, problems, strict=True)}


@router.api_route("/up", methods=READING)
async def up(assistant: _Assistant, response: Response) -> dict[str, str]:
    """Whether the ingress should send new work here: 503 from SIGTERM on."""
    if assistant.drain.ask():
        return {"status": "up"}
    response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {"status": "draining"}
