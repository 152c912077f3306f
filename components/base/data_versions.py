"""Which image takes which data: comparisons of versions, without an engine."""

from collections.abc import Sequence

from components.base.spec_parts import DataFormat

NONE = "none"
"""Version of an image that lacks what would have one."""


def of_words(form: DataFormat, found: Sequence[str]) -> str | None:
    """Returns the version of data by what has been found in them; None where it cannot be told.

    Args:
        form: How it is told.
        found: What the last pattern has found, in its order.
    """
    if not form.marks:
        return found[0] if found else None
    whole = [version for version, marks in form.marks.items() if set(marks) <= set(found)]
    return max(whole, key=_numbers, default=None)


def takes(form: DataFormat, *, data: str, image: str) -> bool:
    """Returns whether an image takes data.

    Args:
        form: How versions are compared.
        data: Version of the data.
        image: Version of the image; it may say more than the data's: `7.4.9`.
    """
    shortened = _numbers(image)[: len(_numbers(data))]
    return _numbers(_oldest(form, image)) <= _numbers(data) <= shortened if form.oldest else _numbers(data) == shortened


def span(form: DataFormat, image: str) -> str:
    """Returns in words which data an image takes.

    Args:
        form: How versions are compared.
        image: Version of the image.
    """
    if not form.oldest:
        return f"{image} only"
    oldest = _oldest(form, image)
    return f"{oldest} to {image}" if any(_numbers(oldest)) else f"{image} and earlier"


def _oldest(form: DataFormat, image: str) -> str:
    before = [version for version in form.oldest if _numbers(version) <= _numbers(image)]
    return form.oldest[max(before, key=_numbers)] if before else image


def _numbers(version: str) -> tuple[int, ...]:
    """Returns the numbers of a version, with which words such as `none` compare as lower."""
    return tuple(int(part) if part.isdecimal() else -1 for part in version.split("."))
