"""Versions are read from what the programs really print."""

import pytest

from scripts.setup.versions import Version, at_least, parse_version, show


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go version go1.27 darwin/arm64", (1, 27)),
        ("v3.259.0", (3, 259, 0)),
        ("v3.260.0-alpha.xb2cd", (3, 260, 0)),
        ("uv 0.13.9 (x86_64-unknown-linux-gnu)", (0, 13, 9)),
        ("command not found", None),
    ],
)
def test_first_dotted_number_is_the_version(printed: str, expected: Version | None) -> None:
    """The number is found behind ``v``, ``go`` or a name, and nothing is made up."""
    assert parse_version(printed) == expected


def test_comparison_is_by_number_not_by_text() -> None:
    """3.1000 is newer than 3.259, and an unknown version is never good enough."""
    assert at_least((3, 1000, 0), (3, 259))
    assert at_least((3, 259, 0), (3, 259))
    assert not at_least((3, 99, 0), (3, 259))
    assert not at_least(None, (0,))


def test_versions_are_shown_as_people_write_them() -> None:
    """No tuple reaches the user."""
    assert show((1, 26, 8)) == "1.26.8"
