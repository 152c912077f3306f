"""The statements every reply passes through, many at a time; composed once, which costs as much as executing them.

Parameters are lists, a value for each reply: `inbound_id`; `attempts`, which proves that nobody has taken over; `text`;
`reply_id`.
"""

from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    TableValuedAlias,
    and_,
    case,
    exists,
    false,
    func,
    select,
    true,
    update,
)

from assistant.database.tables import ANSWERED, OWED, SENDING, WAITING, WITHDRAWN, changes, inbound_messages, replies
from assistant.database.together import together

# Longer than any attempt can take (10 s, see `assistant.evolution.REQUEST_SECONDS`), so that no two overlap.
CLAIM_SECONDS = 15


def after(seconds: float) -> ColumnElement[datetime]:
    """A time that far from now, by the database's clock."""
    return func.now() + timedelta(seconds=seconds)


def _place() -> ScalarSelect[int]:
    """The message's place among its contact's, from 1."""
    earlier = inbound_messages.alias("earlier")
    return (
        select(func.count())
        .where(
            earlier.c.instance == inbound_messages.c.instance,
            earlier.c.remote_jid == inbound_messages.c.remote_jid,
            earlier.c.id <= inbound_messages.c.id,
        )
        .scalar_subquery()
    )


_of_message = (changes.c.instance == inbound_messages.c.instance) & (
    changes.c.message_id == inbound_messages.c.message_id
)
_correction = (
    select(changes.c.text)
    .where(_of_message, changes.c.text.is_not(None))
    .order_by(changes.c.said_at.desc())
    .limit(1)
    .scalar_subquery()
)
_is_withdrawn = exists().where(_of_message, changes.c.text.is_(None))


def checked(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that is looked at once a reply is found by its number.

    Left as it is, the planner takes the index of what is due for it. Its statistics call that index empty, for they are
    of a time without a backlog; with one, each statement would read the whole of it for each of its replies.
    """
    return case((condition, true()), else_=false())


def _batch(*names: str) -> TableValuedAlias:
    return together({name: replies.c[name].type for name in ("inbound_id", *names)})


def _is_seen(batch: TableValuedAlias) -> ColumnElement[bool]:
    return and_(replies.c.inbound_id == batch.c.inbound_id, replies.c.attempts == batch.c.attempts)


_is_due = checked(replies.c.state.in_(OWED) & (replies.c.due_at <= func.now()))
_is_being_sent = checked(replies.c.state == SENDING)
_asked, _withdrawn = _batch(), _batch("attempts")
_taken, _sent = _batch("attempts", "text"), _batch("attempts", "reply_id")

# Messages and their replies, those of them that are due.
DUE = (
    select(
        inbound_messages,
        replies.c.attempts,
        replies.c.state,
        # Nobody has seen the words of a reply that was certainly not sent: they follow a correction.
        case((replies.c.state != WAITING, replies.c.text)).label("reply_text"),
        case(((replies.c.state == WAITING) | replies.c.text.is_(None), _place())).label("place"),
        _correction.label("correction"),
        _is_withdrawn.label("is_withdrawn"),
    )
    .select_from(inbound_messages.join(replies))
    .where(replies.c.inbound_id.in_(select(_asked.c.inbound_id)), _is_due)
)

# Take them, those that no other process was faster with.
BEGIN = (
    update(replies)
    .where(_is_seen(_taken), _is_due)
    .values(
        attempts=replies.c.attempts + 1,
        due_at=after(CLAIM_SECONDS),
        first_attempt_at=func.coalesce(replies.c.first_attempt_at, func.now()),
        handed_at=None,
        state=SENDING,
        text=_taken.c.text,
    )
    .returning(replies.c.inbound_id, replies.c.first_attempt_at)
)

# Owe them no longer, those that no other process was faster with: their messages were withdrawn.
WITHDRAW = update(replies).where(_is_seen(_withdrawn), _is_due).values(state=WITHDRAWN)

# Keep their answers, those that no other process has taken over.
RECORD = (
    update(replies)
    .where(_is_seen(_sent), _is_being_sent)
    .values(answered_at=func.now(), reply_id=_sent.c.reply_id, state=ANSWERED)
    .returning(replies.c.inbound_id, replies.c.answered_at)
)
