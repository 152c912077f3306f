"""The bench's figures: how they are averaged, and how they are told."""

from collections.abc import Sequence

import pytest

from bench import markdown, report, usage
from bench.measures import COLD, VERDICT, Measured
from bench.usage import Look, Usage
from operations.status import MIB, used_bytes


def measured(title: str, *, whole: bool = True) -> Measured:
    """Returns what was measured of a side."""
    found = Measured(title=title)
    found.seconds = {COLD: [30.04, 20.0, 40.0]}
    if whole:
        found.idle = {"db": Usage(cpu_percent=1.0, memory_mib=50.4), "app": Usage(cpu_percent=2.25, memory_mib=100)}
        found.loaded = {"db": Usage(cpu_percent=10.0, memory_mib=60)}
        found.answered, found.written = 599, 600
    return found


def test_cpu_is_what_was_used_between_the_first_look_and_the_last() -> None:
    """In percent of one core; memory is the mean of all looks."""
    looks = [
        Look(at=10.0, cpu_seconds=5.0, memory_bytes=100 * MIB),
        Look(at=12.0, cpu_seconds=9.0, memory_bytes=400 * MIB),
        Look(at=20.0, cpu_seconds=10.0, memory_bytes=100 * MIB),
    ]
    assert usage.between(looks) == Usage(cpu_percent=50.0, memory_mib=200.0)


@pytest.mark.parametrize(
    ("stats", "used"),
    [
        pytest.param({"total_inactive_file": 30, "inactive_file": 1}, 70, id="cgroup v1"),
        pytest.param({"inactive_file": 20}, 80, id="cgroup v2"),
        pytest.param({}, 100, id="neither"),
    ],
)
def test_memory_leaves_out_the_cache_it_could_give_back(stats: dict[str, int], used: int) -> None:
    """Both generations of the kernel's accounting."""
    assert used_bytes({"stats": stats, "usage": 100}) == used


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param([30.04, 20.0, 40.0], "30.0 (30.0, 20.0, 40.0)", id="several"),
        pytest.param([1.0, 2.0], "1.5 (1.0, 2.0)", id="even"),
        pytest.param([7.25], "7.2", id="one"),
        pytest.param([None], "none within 60 s", id="ended"),
        pytest.param([], "-", id="not measured"),
    ],
)
def test_a_time_is_its_median_and_every_value(values: Sequence[float | None], said: str) -> None:
    """So that a reader sees how far they are apart."""
    assert report.times(values) == said


def test_the_sides_stand_side_by_side() -> None:
    """One that was not measured in full has times only, and a container that only one side has is told."""
    compose_side = measured("docker compose")
    compose_side.idle = {"db": Usage(cpu_percent=3.0, memory_mib=51)}
    times, idle, loaded = report.sections([measured("zapstack"), compose_side, measured("often", whole=False)])
    assert times.columns == ("seconds", "zapstack", "docker compose", "often")
    assert times.rows[0] == (COLD, *["30.0 (30.0, 20.0, 40.0)"] * 3)
    assert {row[0]: row[1:] for row in times.rows}[VERDICT] == ("-", "-", "-")
    assert idle.columns == (
        "container",
        "zapstack: CPU %",
        "zapstack: MiB",
        "docker compose: CPU %",
        "docker compose: MiB",
    )
    assert idle.rows == [
        ("app", "2.2", "100", "-", "-"),
        ("db", "1.0", "50", "3.0", "51"),
        ("all", "3.2", "150", "3.0", "51"),
    ]
    assert "zapstack: 599 of 600 answered" in loaded.title


def test_markdown_says_what_it_was_measured_on() -> None:
    """A table for each section, numbers to the right."""
    machine = markdown.Machine(compose="2.40.3", cores=2, date="2026-11-26", engine="20.10.24", memory_gib=23.5)
    text = markdown.markdown(
        machine, [report.Section(columns=("seconds", "ours"), rows=[("up", "1.0")], title="times")]
    )
    assert "2026-11-26: 2 cores, 24 GiB, Docker engine 20.10.24, docker compose 2.40.3" in text
    assert "## Times\n\n| seconds | ours |\n| --- | ---: |\n| up | 1.0 |\n" in text
    assert text.endswith("are means.\n")


def test_a_machine_without_compose_names_none() -> None:
    """Only our column is there, and nobody wonders which version it was."""
    machine = markdown.Machine(compose="", cores=2, date="2026-11-26", engine="20.10.24", memory_gib=4)
    assert machine.sentence().endswith("Docker engine 20.10.24")
