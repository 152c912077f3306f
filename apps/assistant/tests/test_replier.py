"""Exactly one reply: what each outcome of a send leads to."""

import logging
from dataclasses import replace
from typing import Any

import httpx
import pytest
from scripted import CLAIM, FakeEvolution, FakeOutbox, accepted, answers, breaks, sent_record

from assistant.evolution import REQUEST_SECONDS
from assistant.replier import MAX_REJECTIONS, UNDER_WAY_SECONDS, Replier

pytestmark = pytest.mark.anyio
UNCERTAIN = replace(CLAIM, attempt=2, may_be_sent=True)


async def outcome(outbox: FakeOutbox, evolution: FakeEvolution) -> tuple[str, Any] | None:
    """What becomes of the one reply."""
    assert await Replier(outbox, evolution.clients()).answer(CLAIM.inbound_id) != "not_due"
    return outbox.outcome


async def test_a_reply_is_sent_and_its_id_recorded() -> None:
    """The ordinary case: one send, to the number."""
    evolution = FakeEvolution(accepted("R1"))
    assert await outcome(FakeOutbox(CLAIM), evolution) == ("answered", "R1")
    assert evolution.sent == [{"number": "5511988887777", "text": CLAIM.text}]


async def test_nothing_due_is_nothing_done() -> None:
    """An order that is delivered twice finds the reply taken."""
    outbox = FakeOutbox(CLAIM)
    outbox.pending.clear()
    assert await Replier(outbox, FakeEvolution().clients()).answer(CLAIM.inbound_id) == "not_due"


async def test_each_instance_answers_with_its_own_token() -> None:
    """The scripted Evolution refuses any other."""
    evolution = FakeEvolution(accepted("R1"))
    assert await outcome(FakeOutbox(replace(CLAIM, instance="smoke")), evolution) == ("answered", "R1")


async def test_the_result_says_what_became_of_the_order() -> None:
    """It is what the metrics count."""
    assert await Replier(FakeOutbox(CLAIM), FakeEvolution(accepted("R1")).clients()).answer(7) == "sent"
    assert await Replier(FakeOutbox(CLAIM), FakeEvolution(answers(500)).clients()).answer(7) == "postponed"
    found = FakeEvolution()
    found.records = [sent_record("R9")]
    assert await Replier(FakeOutbox(UNCERTAIN), found.clients()).answer(7) == "found"
    last = replace(CLAIM, attempt=MAX_REJECTIONS)
    assert await Replier(FakeOutbox(last), FakeEvolution(answers(400)).clients()).answer(7) == "given_up"
    overtaken = FakeOutbox(CLAIM)
    overtaken.taken_over = True
    assert await Replier(overtaken, FakeEvolution(accepted("R1")).clients()).answer(7) == "taken_over"


async def test_pauses_stay_bounded_for_ever() -> None:
    """Also after more attempts than a number can be doubled."""
    weeks = replace(CLAIM, attempt=5000)
    assert await outcome(FakeOutbox(weeks), FakeEvolution(breaks(httpx.ConnectError))) == ("waiting", 60.0)


@pytest.mark.parametrize(
    "send", [breaks(httpx.ConnectError), breaks(httpx.ConnectTimeout), answers(401), answers(404), answers(429)]
)
async def test_what_certainly_did_not_leave_is_sent_again(send: Any) -> None:  # noqa: ANN401 - a scripted send
    """No connection, or refused before anything happened: the next attempt need not look first."""
    assert await outcome(FakeOutbox(CLAIM), FakeEvolution(send)) == ("waiting", 1.0)


@pytest.mark.parametrize("send", [breaks(httpx.RemoteProtocolError), answers(500), answers(400, "no idea")])
async def test_what_may_have_left_is_looked_for_first(send: Any) -> None:  # noqa: ANN401 - a scripted send
    """The attempt stays uncertain."""
    assert await outcome(FakeOutbox(CLAIM), FakeEvolution(send)) == ("uncertain", REQUEST_SECONDS)


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.WriteTimeout])
async def test_what_evolution_may_still_be_at_gets_the_time(error: type[httpx.TimeoutException]) -> None:
    """Looking earlier would prove nothing: the message may leave after the look."""
    assert await outcome(FakeOutbox(CLAIM), FakeEvolution(breaks(error))) == ("uncertain", UNDER_WAY_SECONDS)


@pytest.mark.parametrize(
    "said", ["Error: Connection Closed", "TypeError: Cannot read properties of undefined (reading 'sendMessage')"]
)
async def test_a_telephone_that_is_away_for_days_is_waited_for(said: str) -> None:
    """Evolution calls that a bad request; no reply is given up for it."""
    days = replace(CLAIM, attempt=5000)
    assert await outcome(FakeOutbox(days), FakeEvolution(answers(400, said))) == ("uncertain", 60.0)


async def test_what_left_without_being_stored_is_not_sent_again(caplog: pytest.LogCaptureFixture) -> None:
    """Evolution's database failed in the middle: a look would find nothing, and the contact has it already."""
    said = "PrismaClientKnownRequestError: Invalid `this.prismaRepository.message.create()` invocation"
    assert await outcome(FakeOutbox(CLAIM), FakeEvolution(answers(400, said))) == ("failed", 1)
    assert "had left" in str(vars(caplog.records[-1]))


async def test_an_accepted_message_without_id_is_uncertain() -> None:
    """It was sent; its id is found by looking."""
    evolution = FakeEvolution(lambda _: httpx.Response(201, json={"key": {}}))
    assert await outcome(FakeOutbox(CLAIM), evolution) == ("uncertain", REQUEST_SECONDS)


@pytest.mark.parametrize("jid", ["5511988887777", "5511988887777@s.whatsapp.net"])
async def test_a_reply_found_in_evolution_is_not_sent_again(jid: str) -> None:
    """Filed under the number or under the full address."""
    evolution = FakeEvolution()
    evolution.records = [sent_record("R9", jid=jid)]
    assert await outcome(FakeOutbox(UNCERTAIN), evolution) == ("answered", "R9")
    assert evolution.sent == []


@pytest.mark.parametrize(
    "record",
    [
        sent_record("R9", "Mensagem 2 recebida: olá"),
        sent_record("R9", stamp=1_699_999_990),
        {**sent_record("R9"), "key": {"fromMe": False, "id": "R9", "remoteJid": "5511988887777"}},
        {"key": None},
    ],
)
async def test_other_messages_are_not_taken_for_the_reply(record: dict[str, Any]) -> None:
    """Other words, older than the first attempt, the contact's own, or unreadable."""
    evolution = FakeEvolution(accepted("R1"))
    evolution.records = [{**record, "key": record["key"] or {"remoteJid": "5511988887777"}}]
    assert await outcome(FakeOutbox(UNCERTAIN), evolution) == ("answered", "R1")


async def test_the_reply_to_another_message_is_not_taken() -> None:
    """Equal words: an id recorded elsewhere is somebody else's."""
    evolution = FakeEvolution()
    evolution.records = [sent_record("R8"), sent_record("R9")]
    assert await outcome(FakeOutbox(UNCERTAIN, known=frozenset({"R8"})), evolution) == ("answered", "R9")


async def test_a_search_that_fails_leaves_the_attempt_uncertain() -> None:
    """Never send on a guess."""

    class Deaf(FakeEvolution):
        def _handle(self, request: httpx.Request) -> httpx.Response:
            return breaks(httpx.ConnectError)(request)

    evolution = Deaf()
    assert await outcome(FakeOutbox(UNCERTAIN), evolution) == ("uncertain", REQUEST_SECONDS)
    assert evolution.sent == []


async def test_a_refused_message_is_given_up_in_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Some refusals pass; a message that is refused every time does not block the others. No words are logged."""
    assert await outcome(FakeOutbox(CLAIM), FakeEvolution(answers(400))) == ("uncertain", REQUEST_SECONDS)
    last = replace(CLAIM, attempt=MAX_REJECTIONS)
    with caplog.at_level(logging.INFO):
        assert await outcome(FakeOutbox(last), FakeEvolution(answers(400))) == ("failed", MAX_REJECTIONS)
    assert "reply given up" in caplog.text
    assert "olá" not in caplog.text
