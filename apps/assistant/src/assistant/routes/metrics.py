"""What Prometheus scrapes: this process's counters, and the outbox as the database has it at that moment."""

import asyncio
import math
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from assistant.metrics import OUTBOX_DEPTH, OUTBOX_GIVEN_UP, OUTBOX_OLDEST
from assistant.routes import READING
from assistant.state import Assistant, Backlog, current_assistant

router = APIRouter()
# Well inside Prometheus' own limit of 10 s, so that a lost database costs three figures and not the whole scrape.
BACKLOG_SECONDS = 3.0


@router.api_route("/metrics", methods=READING)
async def metrics(assistant: Annotated[Assistant, Depends(current_assistant)]) -> Response:
    """Return the text format; figures of the outbox are NaN while the database cannot be asked."""
    try:
        async with asyncio.timeout(BACKLOG_SECONDS):
            _show(await assistant.inbox.backlog())
    except (SQLAlchemyError, OSError):  # a time-out is an OSError
        for gauge in (OUTBOX_DEPTH, OUTBOX_GIVEN_UP, OUTBOX_OLDEST):
            gauge.set(math.nan)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _show(backlog: Backlog) -> None:
    OUTBOX_DEPTH.set(backlog.depth)
    OUTBOX_GIVEN_UP.set(backlog.given_up)
    OUTBOX_OLDEST.set(backlog.oldest_due_seconds)
