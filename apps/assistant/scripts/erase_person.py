"""Erase a person: `python3 -m scripts.erase_person 5511988887777 [--yes]`.

Deletes every row of whoever has this telephone number: messages and replies, what changed them, and what was not
answered; under the number in all its forms, and under the hidden addresses it is known to have. Without `--yes` it
counts, and deletes nothing.

This is the database of this application. Evolution keeps messages, contacts and media of its own.
"""

import argparse
import asyncio
import os
import sys

from sqlalchemy.exc import SQLAlchemyError

from assistant.addresses import number_forms
from assistant.database.engine import Database
from assistant.database.people import Erased, People
from assistant.environment import SettingsError
from assistant.settings import load_database_url


async def erase(database_url: str, numbers: tuple[str, ...], *, rehearsal: bool) -> Erased:
    """Erase the person, or only count, and return how many rows there are or were."""
    async with Database(database_url) as database:
        return await People(database).erase(numbers, rehearsal=rehearsal)


def main(arguments: list[str] | None = None) -> int:
    """Print the numbers of rows, or why there are none."""
    parser = argparse.ArgumentParser(prog="python3 -m scripts.erase_person")
    parser.add_argument("number", help="the telephone number with its country code")
    parser.add_argument("--yes", action="store_true", help="delete; without it, count")
    options = parser.parse_args(arguments)
    numbers = number_forms(options.number)
    if not numbers:
        sys.stderr.write(
            "erase_person: that is no telephone number (8 to 15 digits, country code first); nothing was deleted. "
            "Write it like 5511988887777\n"
        )
        return 1
    try:
        rows = asyncio.run(erase(load_database_url(os.environ), numbers, rehearsal=not options.yes))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (SQLAlchemyError, OSError) as error:
        sys.stderr.write(
            f"erase_person: the database cannot be used ({type(error).__name__}); nothing was deleted. "
            "Check that it runs and that `alembic upgrade head` has been run, then repeat the command\n"
        )
        return 1
    what = f"{rows.messages} messages with their replies, {rows.changes} changes, {rows.set_aside} other events"
    sys.stdout.write(f"erased: {what}\n" if options.yes else f"there are {what}; --yes deletes them\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
