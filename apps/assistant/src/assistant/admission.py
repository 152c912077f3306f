"""The limit of what is taken in: more than can be stored within a second is sent away at once, to be sent again.

Without it the queue of those who wait would only grow: everybody would be answered later and later, at last later than
a sender waits, and each message would come again while its first delivery is still being stored. What is sent away
costs next to nothing, as it is neither read nor routed.

Source: evolution-api 2.3.7, src/api/integrations/event/webhook/webhook.controller.ts: what is answered 503 is repeated
after 5, 10, 20 … 300 s, ten tries in all. RFC 9110, section 10.2.3 (`Retry-After`).
"""

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.metrics import WEBHOOKS

WEBHOOKS_PATH = "/webhooks/"
# Evolution's first pause. A sender that reads it need not wait longer: by then what waits is stored.
RETRY_AFTER_SECONDS = 5


class Admission:
    """Stands before the application and sends webhooks away while too many wait."""

    def __init__(self, app: ASGIApp, is_full: Callable[[], bool]) -> None:
        """Stand before an application.

        Args:
            app: The application.
            is_full: Whether as many events are taken in and not stored yet as may be. Only those count, so that nobody
                without the secret, and no slow sender, can use the limit up.
        """
        self._app = app
        self._is_full = is_full

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] == "http" and scope["path"].startswith(WEBHOOKS_PATH) and self._is_full():
            WEBHOOKS.labels("overloaded").inc()
            await _BUSY(scope, receive, send)
            return
        await self._app(scope, receive, send)


_BUSY = JSONResponse(
    {"detail": "too many events wait to be stored; send this one again"},
    HTTPStatus.SERVICE_UNAVAILABLE,
    {"Retry-After": str(RETRY_AFTER_SECONDS)},
)
