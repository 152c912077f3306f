"""Which owed replies the broker has yet to be told of; several relays share the work without waiting for each other.

`handed_at` is the mark that the broker knows: a relay sets it, a worker's claim takes it away again. So a claim that
nobody finishes is handed over again as soon as it falls due, and a reply whose order the broker lost is found by being
marked, due and untouched while the queue is empty.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import CursorResult, Update, func, select, update

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
        # A materialised expression: as a plain subquery the planner may run it more than once, past its limit.
        due = (
            select(replies.c.inbound_id)
            .where(*self._due, replies.c.handed_at.is_(None))
            .order_by(replies.c.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        take = update(replies).where(replies.c.inbound_id == due.c.inbound_id).values(handed_at=func.now())
        async with self._engine.connect() as connection:
            return list((await connection.scalars(take.returning(replies.c.inbound_id))).all())

    async def confirm(self, inbound_ids: Collection[int]) -> None:
        """Note that the broker keeps these orders."""
        await self._change(update(replies).where(replies.c.inbound_id.in_(inbound_ids)).values(queued_at=func.now()))

    async def release(self, inbound_ids: Collection[int]) -> None:
        """Leave these for another try: the broker has not confirmed them."""
        await self._change(update(replies).where(replies.c.inbound_id.in_(inbound_ids)).values(handed_at=None))

    async def release_lost(self) -> int:
        """With an empty queue: release what was handed over long ago and is still untouched; returns how many."""
        long_ago = replies.c.handed_at < func.now() - timedelta(seconds=LOST_SECONDS)
        return (await self._change(update(replies).where(*self._due, long_ago).values(handed_at=None))).rowcount

    async def _change(self, statement: Update) -> CursorResult[tuple[object, ...]]:
        async with self._engine.connect() as connection:
            return await connection.execute(statement)
