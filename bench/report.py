"""The figures as rows of text: one form for the terminal and for Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.measures import ORDER, VERDICT_LIMIT_SECONDS, Measured
from bench.usage import Usage, total

NOTHING = "-"
NEVER = f"none within {VERDICT_LIMIT_SECONDS:.0f} s"
NOTES = """\
Times in seconds: the median, and every value where there are several. `up` and `down` are `pulumi up` and the
`pulumi destroy` of `make down`, beside `docker compose up --wait` and `docker compose down`; preview is
`pulumi preview`, beside `docker compose --dry-run up`.

Cold: images are there; containers, networks and data volumes are not, so databases are initialised and migrated, and
ours makes its passwords.

Compose runs the same containers: images, files, limits, health checks and order, while ours is down. It learns that a
service is ready from the health check, so its starts take what the checks' intervals add up to; the last column has
shorter ones.

The verdict counts from the death of the container to the end of the command that says why.

CPU in percent of one core; memory without the page cache that could be given back; both are means.
"""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A table.

    Attributes:
        columns: Their names; the first is what a row is called by.
        rows: Cells.
        title: What it is about.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str


def sections(measured: Sequence[Measured]) -> list[Section]:
    """Returns the tables.

    Args:
        measured: Every side.
    """
    whole = [found for found in measured if found.idle]
    load = f"loaded ({', '.join(f'{found.title}: {found.answered} of {found.written} answered' for found in whole)})"
    return [
        Section(
            title="times",
            columns=("seconds", *(found.title for found in measured)),
            rows=[(name, *(times(found.seconds.get(name, ())) for found in measured)) for name in ORDER],
        ),
        _usage("idle", [(found.title, found.idle) for found in whole]),
        _usage(load, [(found.title, found.loaded) for found in whole]),
    ]


def times(values: Sequence[float | None]) -> str:
    """Returns the median and all values of one measure."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return NEVER
    if not known:
        return NOTHING
    middle = f"{median(known):.1f}"
    return middle if len(known) == 1 else f"{middle} ({', '.join(f'{value:.1f}' for value in known)})"


def _usage(title: str, sides: Sequence[tuple[str, Mapping[str, Usage]]]) -> Section:
    services = sorted({service for _, rows in sides for service in rows})
    return Section(
        title=title,
        columns=("container", *(f"{side}: {what}" for side, _ in sides for what in ("CPU %", "MiB"))),
        rows=[
            *((service, *(cell for _, rows in sides for cell in _cells(rows.get(service)))) for service in services),
            ("all", *(cell for _, rows in sides for cell in _cells(total(rows)))),
        ],
    )


def _cells(used: Usage | None) -> tuple[str, str]:
    return (f"{used.cpu_percent:.1f}", f"{used.memory_mib:.0f}") if used else (NOTHING, NOTHING)
