"""The one guard of this application: a bearer secret, compared in constant time, before the body is read."""

import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Request, status

from assistant.metrics import UNAUTHORIZED
from assistant.state import Assistant, current_assistant


async def require_bearer(request: Request, assistant: Annotated[Assistant, Depends(current_assistant)]) -> None:
    """Refuse a request that does not present the webhook secret.

    Asynchronous without awaiting: FastAPI gives every ordinary function a thread, which costs more than the check.

    Raises:
        HTTPException: 401. Evolution 2.3 does not repeat a webhook answered so.
    """
    # Latin-1 is how headers travel; bytes, because compare_digest refuses text outside ASCII.
    presented = request.headers.get("authorization", "").encode("latin-1", errors="replace")
    expected = f"Bearer {assistant.webhook_secret}".encode()
    if not hmac.compare_digest(presented, expected):
        UNAUTHORIZED.inc()
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED,
            detail="authorization must be the webhook's bearer secret",
            headers={"WWW-Authenticate": "Bearer"},
        )
