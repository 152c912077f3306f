"""What values the settings of third-party images take: words, numbers with or without a unit, or text of a form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

INT_MAX: Final = 2**31 - 1
"""The highest number of 32 bits, where nothing lower is the limit."""

_WHOLE: Final = r"[+-]?[0-9]{1,20}"
_FRACTION: Final = r"[+-]?(?:[0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What one setting takes.

    Attributes:
        words: The same for a person; completes "allowed: …".
        caseless: Whether capital letters mean the same.
        form: Regular expression of texts it takes; empty for none.
        fraction: Whether a number may have a fraction.
        least: Lowest number; None when it takes none.
        listed: Whether it takes several of these, with commas between them.
        most: Highest number.
        named: Words it takes.
        units: What may stand behind a number, to how many times the number that is.
    """

    words: str
    caseless: bool = False
    form: str = ""
    fraction: bool = False
    least: float | None = None
    listed: bool = False
    most: float = INT_MAX
    named: tuple[str, ...] = ()
    units: Mapping[str, float] = field(default_factory=dict)

    def fits(self, value: str) -> bool:
        """Returns whether the image reads a value as it is meant.

        Args:
            value: What is to be set.
        """
        return all(map(self._one, value.split(",") if self.listed else (value,)))

    def _one(self, value: str) -> bool:
        if value in self.named or (self.caseless and value.lower() in self.named):
            return True
        if self.form and re.fullmatch(self.form, value):
            return True
        match = re.fullmatch(rf"\s*({_FRACTION if self.fraction else _WHOLE})\s*([A-Za-z%]*)\s*", value)
        if self.least is None or match is None:
            return False
        units = {key.lower(): times for key, times in self.units.items()} if self.caseless else self.units
        unit = match[2].lower() if self.caseless else match[2]
        if unit and unit not in units:
            return False
        return self.least <= float(match[1]) * units.get(unit, 1) <= self.most


def words(*named: str, caseless: bool = False, listed: bool = False) -> Kind:
    """Returns a kind that takes some words alone.

    Args:
        named: The words, in small letters where capital ones mean the same.
        caseless: Whether they do.
        listed: Whether it takes several, with commas between them.
    """
    several = "several with commas between them, of " if listed else ""
    return Kind(caseless=caseless, listed=listed, named=named, words=several + ", ".join(named))


def number(
    least: float,
    most: float = INT_MAX,
    *also: str,
    caseless: bool = False,
    fraction: bool = False,
    listed: bool = False,
    unit: str = "",
    units: Mapping[str, float] | None = None,
) -> Kind:
    """Returns a kind that takes numbers.

    Args:
        least: Lowest.
        most: Highest.
        also: Words it takes besides.
        caseless: Whether capital letters mean the same, in these words and in units.
        fraction: Whether a number may have a fraction.
        listed: Whether it takes several, with commas between them.
        unit: What a number alone counts.
        units: What may stand behind a number, to how many times `unit` that is.
    """
    said = f"{'a number' if fraction else 'a whole number'} from {least:.15g} to {most:.15g}"
    if listed:
        said = f"several with commas between them, each {said}"
    if unit:
        said += f" in {unit}"
    if units:
        said += f", or with {', '.join(units)} behind it"
    return Kind(
        caseless=caseless,
        fraction=fraction,
        least=least,
        listed=listed,
        most=most,
        named=also,
        units=units or {},
        words="; ".join((said, *also)),
    )


def text(form: str, said: str) -> Kind:
    """Returns a kind that takes text of a form.

    Args:
        form: Regular expression of the whole.
        said: The same for a person.
    """
    return Kind(form=form, words=said)


def by_name(*rows: tuple[Kind, Iterable[str]]) -> Mapping[str, Kind]:
    """Returns name to kind.

    Args:
        rows: Kinds, each with the names that take it.
    """
    return {name: kind for kind, names in rows for name in names}
