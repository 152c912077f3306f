"""Who is who: the rows of one person, whichever address they came under, brought together and found.

A row has the hidden address (`lid`) whenever its event named it. So any row with both addresses says under which number
the others belong, in whatever order they arrive, and no list of addresses outlives the messages it was learned from.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Delete,
    Table,
    bindparam,
    delete,
    exists,
    or_,
    select,
    text,
    tuple_,
    union,
    update,
)

from assistant.addresses import HIDDEN_SUFFIX
from assistant.database.engine import Database
from assistant.database.tables import SENDING, changes, inbound_messages, replies, sent_events, set_aside
from assistant.messages import InboundMessage

# Pairs of addresses this process has settled: two texts each, so that a busy day stays below some ten megabytes.
MAX_SETTLED = 50_000
# An operator waits for this, and a table may have grown for years.
ERASE_MILLISECONDS = 600_000

_lid: BindParameter[str] = bindparam("hidden")
_named = (
    select(inbound_messages.c.lid, inbound_messages.c.remote_jid)
    .where(inbound_messages.c.lid == _lid, inbound_messages.c.remote_jid != _lid)
    .order_by(inbound_messages.c.id.desc())
    .limit(1)
    .cte("named")
)
# A reply that may be on its way keeps its address: that is where Evolution is asked for it.
_UNITE = (
    update(inbound_messages)
    .where(
        inbound_messages.c.lid == _named.c.lid,
        inbound_messages.c.remote_jid == _named.c.lid,
        ~exists().where(replies.c.inbound_id == inbound_messages.c.id, replies.c.state == SENDING),
    )
    .values(remote_jid=_named.c.remote_jid)
)


@dataclass(frozen=True, kw_only=True)
class Erased:
    """How many rows of a person there are, or were.

    Attributes:
        changes: Corrections and withdrawals of the messages.
        messages: Messages, each with its reply.
        set_aside: Events that were not answered.
    """

    changes: int
    messages: int
    set_aside: int


class People:
    """The people of the database."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._engine = database.engine
        self._settled: set[tuple[str, str]] = set()

    async def unite(self, message: InboundMessage) -> None:
        """After a message is stored: give everything of a hidden address to its number, once that is known.

        Whoever stores first, one of two processes that do this after storing sees both messages.
        """
        pair = (message.lid or "", message.remote_jid)
        if message.lid is None or pair in self._settled:
            return
        async with self._engine.connect() as connection:
            await connection.execute(_UNITE, {"hidden": message.lid})
        if not message.remote_jid.endswith(HIDDEN_SUFFIX):
            if len(self._settled) >= MAX_SETTLED:
                self._settled.clear()
            self._settled.add(pair)

    async def erase(self, numbers: Collection[str], *, rehearsal: bool) -> Erased:
        """Delete every row of the person that these forms of a number mean, all or none; returns how many there were.

        Args:
            numbers: See `addresses.number_forms`.
            rehearsal: Whether to take it back at the end.
        """
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="READ COMMITTED")
            async with connection.begin() as transaction:
                await connection.execute(text(f"SET LOCAL statement_timeout = {ERASE_MILLISECONDS}"))
                lids = [str(lid) for lid in await connection.scalars(_hidden_addresses(numbers))]
                counts = [(await connection.execute(statement)).rowcount for statement in _erasures(numbers, lids)]
                if rehearsal:
                    await transaction.rollback()
        changed, _, aside, _, messages = counts
        return Erased(changes=changed, messages=messages, set_aside=aside)


def _hidden_addresses(numbers: Collection[str]) -> CompoundSelect[tuple[str | None]]:
    """Under which hidden addresses these numbers are known."""
    tables = (inbound_messages, set_aside)
    return union(*(select(table.c.lid).where(table.c.lid.is_not(None), _of_number(table, numbers)) for table in tables))


def _erasures(numbers: Collection[str], lids: Collection[str]) -> tuple[Delete, ...]:
    """What deletes a person, in the order that references allow."""
    theirs = {table: _of_person(table, numbers, lids) for table in (inbound_messages, set_aside)}
    messages = select(inbound_messages).where(theirs[inbound_messages]).subquery()
    reply_ids = select(replies.c.instance, replies.c.reply_id).where(replies.c.inbound_id.in_(select(messages.c.id)))
    ids = select(messages.c.instance, messages.c.message_id)
    about_them = tuple_(set_aside.c.instance, set_aside.c.message_id).in_(ids)
    naming_them = set_aside.c.remote_jid.is_(None) & set_aside.c.data.regexp_match("|".join((*numbers, *lids)))
    return (
        delete(changes).where(tuple_(changes.c.instance, changes.c.message_id).in_(ids)),
        delete(sent_events).where(tuple_(sent_events.c.instance, sent_events.c.message_id).in_(reply_ids)),
        delete(set_aside).where(theirs[set_aside] | about_them | naming_them),
        delete(replies).where(replies.c.inbound_id.in_(select(messages.c.id))),
        delete(inbound_messages).where(theirs[inbound_messages]),
    )


def _of_person(table: Table, numbers: Collection[str], lids: Collection[str]) -> ColumnElement[bool]:
    return or_(_of_number(table, numbers), table.c.lid.in_(lids), table.c.remote_jid.in_(lids))


def _of_number(table: Table, numbers: Collection[str]) -> ColumnElement[bool]:
    """With agent and device as well: releases before this one kept addresses as they came."""
    return table.c.remote_jid.regexp_match(rf"^({'|'.join(numbers)})(_\d+)?(:\d+)?(@(s\.whatsapp\.net|c\.us|hosted))?$")
