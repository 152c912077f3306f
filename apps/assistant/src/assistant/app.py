"""The FastAPI application: which routes there are and what lives as long as the process."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from assistant.admission import Admission
from assistant.drain import Drain
from assistant.logs import configure_logging
from assistant.routes import health, messages, metrics, webhooks
from assistant.runtime import running_assistant
from assistant.settings import load_app_settings
from assistant.state import Assistant


def create_app(start: Callable[[], AbstractAsyncContextManager[Assistant]]) -> FastAPI:
    """Build the application.

    Args:
        start: Opens everything the routes use and closes it at the end.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with start() as assistant:
            app.state.assistant = assistant
            yield

    # No generated pages: this port is reached by Evolution and the ingress, not by people. No telemetry: each request
    # would look for its providers, which nobody has installed, and that is a twentieth of a webhook.
    app = FastAPI(
        title="assistant",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"logs": False, "metrics": False, "tracing": False},
    )

    def is_full() -> bool:
        assistant: Assistant = app.state.assistant
        return assistant.inbox.waiting >= assistant.intake_limit

    app.add_middleware(Admission, is_full=is_full)
    app.include_router(health.router)
    app.include_router(messages.router)
    app.include_router(metrics.router)
    app.include_router(webhooks.router)
    return app


def from_environment() -> FastAPI:
    """The application for `uvicorn --factory --reload`, which replaces the process on every change of a file."""
    configure_logging()
    settings, drain = load_app_settings(os.environ), Drain()
    return create_app(lambda: running_assistant(settings, drain))
