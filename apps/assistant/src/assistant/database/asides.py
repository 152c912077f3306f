"""What changes a message, and what is not answered at all: kept once each, however often it is delivered."""

from sqlalchemy.dialects.postgresql import insert

from assistant.database.engine import Database
from assistant.database.tables import changes, set_aside
from assistant.messages import Change, SetAside


class Asides:
    """Keeps what is no message to answer."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._engine = database.engine

    async def keep(self, event: Change | SetAside) -> bool:
        """Keep an event for good; False when it was already there."""
        table = changes if isinstance(event, Change) else set_aside
        # What has no value is left to the column's default.
        values = {name: value for name, value in vars(event).items() if value is not None}
        async with self._engine.connect() as connection:
            return (await connection.execute(insert(table).values(values).on_conflict_do_nothing())).rowcount == 1
