"""Mistakes of the person who runs the program, told all at once and without a traceback."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pulumi

from infra.places import Place


class UserError(pulumi.RunError):
    """A mistake outside the program; its message is all that is shown."""


@dataclass(frozen=True, order=True)
class Mistake:
    """One thing to correct.

    Attributes:
        place: Where.
        text: What is wrong, what is allowed, what to write. Never a value that may be secret.
    """

    place: Place
    text: str

    def __str__(self) -> str:
        """Returns the line a person reads."""
        return f"{self.place}: {self.text}"


def refuse(mistakes: Iterable[Mistake]) -> None:
    """Ends the program when there are mistakes.

    Args:
        mistakes: All that were found; they are told in the order in which they stand in their files.

    Raises:
        UserError: All of them, and what has not happened.
    """
    listed = [f"  {mistake}" for mistake in sorted(mistakes)]
    if listed:
        raise UserError("\n".join([f"configuration: {len(listed)} to correct, nothing was changed:", *listed]))


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """Returns the allowed word that was probably meant."""
    words = sorted(allowed)
    begun = [found for found in words if word and found.lower().startswith(word.lower())]
    near = difflib.get_close_matches(word, words, n=1) or begun
    return near[0] if near else None


def unknown(what: str, word: str, allowed: Collection[str], remedy: str = "Remove it.", listed: str = "") -> str:
    """Returns the text for a name that means nothing.

    Args:
        what: Kind of name, such as `key`.
        word: The name.
        allowed: Names that mean something.
        remedy: What to do when no other name was meant.
        listed: Where the names are listed, when they are too many for a message.
    """
    near = nearest(word, allowed)
    if near:
        return f'unknown {what} (did you mean "{near}"?)'
    return f"unknown {what} (allowed: {listed or ', '.join(sorted(allowed))}). {remedy}"
