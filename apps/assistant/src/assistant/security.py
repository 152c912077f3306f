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
    # The name of a scheme is written in any case, with one space or more after it: RFC 9110, section 11.1.
    scheme, _, presented = request.headers.get("authorization", "").strip().partition(" ")
    # Latin-1 is how headers travel; bytes, because compare_digest refuses text outside ASCII.
    secret = presented.strip().encode("latin-1", errors="replace")
    if scheme.lower() != "bearer" or not hmac.compare_digest(secret, assistant.webhook_secret.encode()):
        UNAUTHORIZED.inc()
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED,
            detail="authorization must be the webhook's bearer secret",
            headers={"WWW-Authenticate": "Bearer"},
        )
