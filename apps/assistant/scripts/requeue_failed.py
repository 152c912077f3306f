"""Try the replies again that were given up: `python3 -m scripts.requeue_failed`.

A reply is given up when Evolution has refused it eight times, for instance because the number left WhatsApp, and at
once when Evolution sent it and could not store it. After the reason is gone, this owes all of them again and prints how
many; the relay does the rest. Each is looked for in Evolution first; one that was never stored there is sent again, so
look at the log for "had left" before.
"""

import asyncio
import os
import sys

from sqlalchemy.exc import SQLAlchemyError

from assistant.database.engine import Database
from assistant.database.outbox import Outbox
from assistant.environment import SettingsError
from assistant.settings import load_database_url


async def requeue(database_url: str) -> int:
    """Put every reply that was given up back to waiting and return how many there were."""
    async with Database(database_url) as database:
        return await Outbox(database, ()).requeue_failed()


def main() -> int:
    """Print the number, or why there is none."""
    try:
        count = asyncio.run(requeue(load_database_url(os.environ)))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (SQLAlchemyError, OSError) as error:
        sys.stderr.write(
            f"requeue_failed: the database cannot be used ({type(error).__name__}); nothing was changed. "
            "Check that it runs and that `alembic upgrade head` has been run, then repeat the command\n"
        )
        return 1
    sys.stdout.write(f"{count} given up replies are waiting again\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
