"""The first source that works is used, and every reason against an earlier one is kept."""

from pathlib import Path

import pytest

from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.sources import Installed, Source, first_working, record, recorded


def unavailable(name: str, reason: str) -> Source:
    """Return a source that this machine cannot use."""

    def install() -> str:
        raise UnavailableError(reason)

    return Source(name=name, install=install)


def test_earlier_source_wins_and_later_ones_are_not_tried() -> None:
    """A machine with its own Pulumi downloads nothing."""
    tried: list[str] = []

    def never() -> str:
        tried.append("Go modules")
        return "0"

    chosen = first_working(
        "pulumi", [Source(name="PATH", install=lambda: "3.260.0"), Source(name="Go", install=never)], remedy=""
    )
    assert chosen == Installed(version="3.260.0", source="PATH", why="first choice")
    assert not tried


def test_reasons_against_earlier_sources_are_told() -> None:
    """Whoever waits eight minutes for a build learns why."""
    sources = [
        unavailable("PATH", "no pulumi"),
        unavailable("official release", "release host unreachable, no answer within 10 s"),
        Source(name="Go modules", install=lambda: "3.259.0"),
    ]
    chosen = first_working("pulumi", sources, remedy="")
    assert chosen.source == "Go modules"
    assert chosen.why == "PATH: no pulumi; official release: release host unreachable, no answer within 10 s"


def test_no_source_at_all_names_every_reason_and_the_way_out() -> None:
    """The one error says what was tried and what to do."""
    with pytest.raises(SetupError) as error:
        first_working("pulumi", [unavailable("PATH", "no pulumi"), unavailable("Go", "no go")], remedy="Set GOPROXY.")
    assert str(error.value).splitlines() == [
        "pulumi: none of its sources can be used on this machine",
        "  | PATH: no pulumi",
        "  | Go: no go",
        "Without it no stack can be previewed or created; 'make test' works without.",
        "Set GOPROXY.",
    ]


def test_record_survives_and_anything_else_counts_as_not_installed(tmp_path: Path) -> None:
    """A mark that is missing, cut off or of another shape means: install again."""
    mark = tmp_path / "pulumi.json"
    assert recorded(mark) is None
    record(mark, Installed(version="1", source="PATH", why="first choice"))
    assert recorded(mark) == Installed(version="1", source="PATH", why="first choice")
    for broken in ("", '{"version": "1"', '{"version": "1"}', "[]"):
        mark.write_text(broken, encoding="utf-8")
        assert recorded(mark) is None
