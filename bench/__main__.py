"""The command line behind `make bench`: `python -m bench`."""

import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from docker import DockerClient
from rich import box
from rich.console import Console
from rich.table import Column, Table

from bench import compose, markdown, measures, report, volumes
from bench.command import BenchFailedError
from bench.death import PROJECT_LABEL
from bench.ours import own_stack, remove_images
from components.base.docker_api import EngineUnreachableError, client
from operations.report import print_table
from tests.engine.checkout import remove_labelled

OFTEN_SECONDS = 5
"""How often a compose file written by hand asks for health."""


def main(
    out: Annotated[str, typer.Option(help="Markdown file to write; none when empty.")] = "",
    repeat: Annotated[int, typer.Option(help="How often what is timed is done.", min=1)] = 3,
) -> None:
    """Measure the flagship beside `docker compose` with the same containers."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(128 + signal.SIGTERM))  # so that it is cleaned up
    try:
        engine = client("")
        found = compose.version()
        if found is None:
            typer.echo(compose.INSTALL, err=True)
        machine = markdown.machine(engine, found)
        sections = report.sections(_measured(engine, repeat, with_compose=found is not None))
    except (BenchFailedError, EngineUnreachableError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for section in sections:
        print_table(_table(section))
    typer.echo(machine.sentence())
    if out:
        Path(out).write_text(markdown.markdown(machine, sections))


def _measured(engine: DockerClient, repeat: int, *, with_compose: bool) -> list[measures.Measured]:
    """Measures both sides, one after the other: they share ports, and neither shall disturb the other."""
    say = Console(stderr=True, highlight=False).log
    try:
        with tempfile.TemporaryDirectory(prefix="zapstack-bench-") as name:
            folder = Path(name)
            with own_stack(folder, engine) as ours:
                rows = [measures.everything(ours, engine, repeat, say)]
                if not with_compose:
                    return rows
                taken = compose.take(engine, ours)
            same = compose.Compose(engine=engine, file=folder / "compose.yaml", taken=taken)
            rows.append(measures.everything(same, engine, repeat, say))
            often = compose.often(same, OFTEN_SECONDS)
            rows.append(measures.starts(often, repeat, say))
            return rows
    finally:
        remove_labelled(engine, f"{PROJECT_LABEL}={compose.PROJECT}")
        remove_labelled(engine, volumes.LABEL)
        remove_images(engine)


def _table(section: report.Section) -> Table:
    first, *others = section.columns
    columns = [Column(first, no_wrap=True), *(Column(name, justify="right") for name in others)]
    table = Table(*columns, box=box.SIMPLE_HEAD, title=section.title, title_justify="left")
    for row in section.rows:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    typer.run(main)
