"""Which owed replies the broker has yet to be told of; several relays share the work without waiting for each other.

`handed_at` is the mark that the broker knows: a relay sets it, a worker's claim takes it away again. So a claim that
nobody finishes is handed over again as soon as it falls due, and a reply whose order the broker lost is found by being
marked, due and untouched while the queue is empty.

No statement here waits for a reply that a worker is changing: that worker's change says more, and two who wait for each
other's rows would be a deadlock.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import CTE, ColumnElement, func, select, update

from assistant.database.engine import Database
from assistant.database.tables import OWED, replies

# Handed over this long ago, still untouched and nothing in the queue: the order is lost.
LOST_SECONDS = 15


class Handover:
    """The replies of some instances, as far as the broker is concerned."""

    def __init__(self, database: Database, instances: Collection[str]) -> None:
        """Use an open database."""
        self._engine = database.engine
        self._due = (replies.c.instance.in_(instances), replies.c.state.in_(OWED), replies.c.due_at <= func.now())

    async def take(self, limit: int) -> list[int]:
        """Take replies that are due and that nobody has handed over, those due longest first."""
        due = _free(*self._due, replies.c.handed_at.is_(None), first=limit)
        take = update(replies).where(replies.c.inbound_id == due.c.inbound_id).values(handed_at=func.now())
        async with self._engine.connect() as connection:
            return list((await connection.scalars(take.returning(replies.c.inbound_id))).all())

    async def confirm(self, inbound_ids: Collection[int]) -> None:
        """Note that the broker keeps these orders."""
        await self._change(_free(replies.c.inbound_id.in_(inbound_ids)), queued_at=func.now())

    async def release(self, inbound_ids: Collection[int]) -> None:
        """Leave these for another try: the broker has not confirmed them."""
        await self._change(_free(replies.c.inbound_id.in_(inbound_ids)), handed_at=None)

    async def release_lost(self) -> int:
        """With an empty queue: release what was handed over long ago and is still untouched; returns how many."""
        long_ago = replies.c.handed_at < func.now() - timedelta(seconds=LOST_SECONDS)
        return await self._change(_free(*self._due, long_ago), handed_at=None)

    async def _change(self, free: CTE, **values: object) -> int:
        statement = update(replies).where(replies.c.inbound_id == free.c.inbound_id).values(**values)
        async with self._engine.connect() as connection:
            return (await connection.execute(statement)).rowcount


def _free(*conditions: ColumnElement[bool], first: int | None = None) -> CTE:
    """Replies that nobody else is changing, those due longest first.

    A materialised expression: as a plain subquery the planner may run it more than once, past its limit.
    """
    wanted = select(replies.c.inbound_id).where(*conditions).order_by(replies.c.due_at).limit(first)
    return wanted.with_for_update(skip_locked=True).cte("free")
