"""The statements every reply passes through, composed once: doing that anew costs as much as executing them.

Parameters: `inbound_id`; `seen_id` and `seen_attempts`, which prove that nobody has taken over; `words`; `answer`.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, case, exists, func, select, update

from assistant.database.tables import ANSWERED, OWED, SENDING, WAITING, WITHDRAWN, changes, inbound_messages, replies

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

_is_due = replies.c.state.in_(OWED) & (replies.c.due_at <= func.now())
_is_seen = (replies.c.inbound_id == bindparam("seen_id")) & (replies.c.attempts == bindparam("seen_attempts"))

# The message and its reply, if that is due.
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
    .where(replies.c.inbound_id == bindparam("inbound_id"), _is_due)
)

# Take it, unless another process was faster.
BEGIN = (
    update(replies)
    .where(_is_seen, _is_due)
    .values(
        attempts=replies.c.attempts + 1,
        due_at=after(CLAIM_SECONDS),
        first_attempt_at=func.coalesce(replies.c.first_attempt_at, func.now()),
        handed_at=None,
        state=SENDING,
        text=bindparam("words"),
    )
    .returning(replies.c.first_attempt_at)
)

# Owe it no longer, unless another process was faster: the message was withdrawn.
WITHDRAW = update(replies).where(_is_seen, _is_due).values(state=WITHDRAWN)

# Keep its answer, unless another process has taken over.
RECORD = (
    update(replies)
    .where(_is_seen, replies.c.state == SENDING)
    .values(answered_at=func.now(), reply_id=bindparam("answer"), state=ANSWERED)
    .returning(replies.c.answered_at)
)
