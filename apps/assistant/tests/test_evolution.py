"""Why nothing could be sent through Evolution now, as readiness and the log tell it."""

import httpx
import pytest
from scripted import TOKENS

from assistant.evolution import (
    EXPLAINED_SECONDS,
    READY_SECONDS,
    UNKNOWN_INSTANCE,
    EvolutionClient,
    NotSentError,
    evolution_http,
)

pytestmark = pytest.mark.anyio

ASKERS_PATIENCE_SECONDS = 5.0
"""How long who asks this application for readiness waits: the smoke conversation."""


def client(own: int, unknown: int | type[httpx.HTTPError]) -> EvolutionClient:
    """A client of an Evolution that answers so for the instance, and for one that nobody has."""

    def answer(request: httpx.Request) -> httpx.Response:
        status = unknown if request.url.path.endswith(f"/{UNKNOWN_INSTANCE}") else own
        if isinstance(status, int):
            return httpx.Response(status)
        raise status("scripted")

    return EvolutionClient(
        evolution_http("http://evolution-api:8080", httpx.MockTransport(answer)), "bot", TOKENS["bot"]
    )


@pytest.mark.parametrize(
    ("own", "unknown", "said"),
    [
        (200, httpx.ReadTimeout, None),
        (401, 404, "AUTH: the instance's token was refused (HTTP 401)"),
        (401, 500, "DATABASE: Evolution's own database does not answer, so it refuses every token (HTTP 401)"),
        (401, httpx.ReadTimeout, "DATABASE: Evolution's own database does not answer"),
        (404, 404, "the instance bot does not exist"),
        (500, 500, "HTTP 500"),
    ],
)
async def test_a_refused_token_is_told_from_a_lost_database(
    own: int, unknown: int | type[httpx.HTTPError], said: str | None
) -> None:
    """Evolution refuses every token while its database is away, and says so of none."""
    problem = await client(own, unknown).problem()
    assert problem is None if said is None else problem and problem.startswith(said)


async def test_a_refusal_to_send_names_both_reasons() -> None:
    """In the log of whoever answers; the message is sent again."""
    with pytest.raises(NotSentError, match="HTTP 401: the token is wrong, or its database is away"):
        await client(401, 500).send_text("5511", "olá")


def test_readiness_is_told_in_time() -> None:
    """Else the smoke conversation would quote nothing."""
    assert READY_SECONDS < EXPLAINED_SECONDS < ASKERS_PATIENCE_SECONDS
