"""Both languages of the README say the same."""

import re
from collections.abc import Callable

import pytest

from components.base.lock import CHECKOUT

LANGUAGES = {"README.md": "README.pt-BR.md", "README.pt-BR.md": "README.md"}
"""Each file to the one its first lines link to."""

TEXTS = {name: (CHECKOUT / name).read_text() for name in LANGUAGES}
ENGLISH, PORTUGUESE = TEXTS.values()


def headings(text: str) -> list[int]:
    """Returns the level of each heading, in order; comments in code are none."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """Returns kind and lines of each code block; comments are left out, and what is neither sh nor yaml is not read."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [
        (kind, [re.sub(r"\s*(^|\s)#.*", "", line).rstrip() for line in body.splitlines()] if kind else [])
        for kind, body in found
    ]


def rows(text: str) -> list[int]:
    """Returns the number of cells of each row of a table, in order."""
    return [line.count("|") for line in text.splitlines() if line.startswith("|")]


def verbs(text: str) -> list[str]:
    """Returns what is written of `make`, sorted: verb and variables."""
    return sorted(re.findall(r"`(make(?: [^`]*)?)`", text))


def links(text: str) -> list[str]:
    """Returns what is linked, in order, without the other language and without places within the page."""
    found = re.findall(r"\]\(([^)]+)\)", text)
    return [target for target in found if target not in LANGUAGES and not target.startswith("#")]


@pytest.mark.parametrize("said", [headings, blocks, rows, verbs, links])
def test_both_have_the_same_shape(said: Callable[[str], object]) -> None:
    """Who reads one of them misses nothing of the other."""
    assert said(PORTUGUESE) == said(ENGLISH)


@pytest.mark.parametrize(("name", "other"), LANGUAGES.items())
def test_each_links_to_the_other_at_the_top(name: str, other: str) -> None:
    """In the line below the title."""
    assert f"]({other})" in TEXTS[name].splitlines()[2]


@pytest.mark.parametrize("name", LANGUAGES)
def test_places_within_the_page_exist(name: str) -> None:
    """Their names follow from the headings, which are translated."""
    titles = re.findall(r"^#+ (.+)$", TEXTS[name], re.MULTILINE)
    places = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    for place in re.findall(r"\]\(#([^)]+)\)", TEXTS[name]):
        assert place in places, place
