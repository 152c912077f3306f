"""What may be set in a third-party image, besides what this product sets itself.

A setting that changes nothing, that undoes what the product relies on, or that keeps a server from starting is worse
than one that is refused before anything is changed. The names are in `components/<service>_contract.py`; what values
they take is said in the words of `components.base.setting_kinds`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.base.setting_kinds import Kind


@dataclass(frozen=True, kw_only=True)
class ImageContract:
    """The names one image reads.

    Attributes:
        free: Names that may be set.
        image: The program and the version whose names these are.
        listed: Where its makers list the names.
        misread: What the program does with a value it cannot read; a sentence.
        refused: Names that must not be set, and why; the reason completes "must not be set here: …".
        unknown: What the program does with a name it does not know; completes "<image> …".
        kinds: Free names to what they take. Others take text that only the program can judge.
        prefixes: Beginnings of names of which the same is true, unless they are free; the first that fits counts.
    """

    free: frozenset[str]
    image: str
    listed: str
    misread: str
    refused: Mapping[str, str]
    unknown: str
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def refusal(self, name: str) -> str:
        """Returns why a name may not be set; empty for one that may, or that nobody knows.

        Args:
            name: Name as the image reads it.
        """
        if name in self.free:
            return ""
        begun = (why for start, why in self.prefixes.items() if name.startswith(start))
        return self.refused.get(name) or next(begun, "")

    def allowed(self, name: str, value: str) -> str:
        """Returns what a name takes, when a value is none of it; empty for one that fits or that nobody can judge.

        Args:
            name: Name as the image reads it.
            value: What is to be set. An empty one counts as not set.
        """
        kind = self.kinds.get(name)
        return "" if kind is None or not value or kind.fits(value) else kind.words
