"""What a command says: one fact per line, at once, so that a log follower sees progress."""

import sys


def say(line: str) -> None:
    """Print a line about progress."""
    print(line, flush=True)


def complain(line: str) -> None:
    """Print a line about a failure."""
    print(line, file=sys.stderr, flush=True)
