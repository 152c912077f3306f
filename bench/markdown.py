"""The figures as Markdown, with what they were measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from docker import DockerClient

from bench.report import NOTES, Section

GIB = 1024**3


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What the figures were measured on.

    Attributes:
        compose: Version of `docker compose`; empty when there was none.
        cores: Of the engine's machine.
        date: When.
        engine: Version of the engine.
        memory_gib: Of the engine's machine.
    """

    compose: str
    cores: int
    date: str
    engine: str
    memory_gib: float

    def sentence(self) -> str:
        """Says it."""
        compose = f", docker compose {self.compose}" if self.compose else ""
        return f"{self.date}: {self.cores} cores, {self.memory_gib:.0f} GiB, Docker engine {self.engine}{compose}"


def machine(engine: DockerClient, compose: str | None) -> Machine:
    """Returns what this is.

    Args:
        engine: The engine.
        compose: Version of `docker compose`.
    """
    info = engine.info()
    return Machine(
        compose=compose or "",
        cores=int(info["NCPU"]),
        date=datetime.now(UTC).date().isoformat(),
        engine=str(info["ServerVersion"]),
        memory_gib=int(info["MemTotal"]) / GIB,
    )


def markdown(found: Machine, sections: Sequence[Section]) -> str:
    """Returns the file's text.

    Args:
        found: What it was measured on.
        sections: The tables.
    """
    parts = ["# The flagship beside docker compose", found.sentence(), *map(_table, sections), NOTES]
    return "\n\n".join(parts)


def _table(section: Section) -> str:
    align = ["---", *("---:" for _ in section.columns[1:])]
    lines = [_row(section.columns), _row(align), *map(_row, section.rows)]
    return "\n".join([f"## {section.title.capitalize()}", "", *lines])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
