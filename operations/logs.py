"""`logs`: what services print, each line with where it comes from."""

import threading
from collections.abc import Iterable, Iterator
from typing import cast

import typer
from rich.console import Console

from components.base.advice import for_stack, stack_of
from operations.found import Found, of_service, present
from operations.stack_file import StackFile

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "red")


def logs(stack: StackFile, service: str, *, follow: bool, tail: int) -> None:
    """Prints the last lines of one service, or of all.

    Args:
        stack: The stack.
        service: Service name; all when empty.
        follow: Whether to go on until Ctrl-C.
        tail: Last lines of each container.

    Raises:
        typer.Exit: There is no such service (2), no engine, or the stack is not up (1).
    """
    rows = of_service(stack, service) if service else [row for row in present(stack) if row.role == "service"]
    console = Console(soft_wrap=True, highlight=False)
    width = max((len(_name(row)) for row in rows), default=0)
    threads = [
        threading.Thread(
            args=(console, row, width, COLOURS[index % len(COLOURS)], follow, tail), daemon=True, target=_print
        )
        for index, row in enumerate(rows)
    ]
    for thread in threads:
        thread.start()
        if not follow:
            thread.join()  # one after the other reads better than mixed
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        typer.echo()


def _print(console: Console, row: Found, width: int, colour: str, follow: bool, tail: int) -> None:  # noqa: FBT001 a thread's arguments
    lines = row.container.logs(follow=follow, stream=True, tail=tail)
    for line in whole_lines(cast("Iterator[bytes]", lines)):
        console.print(f"[{colour}]{_name(row):<{width}} |[/] ", end="")
        # Our own jobs and tools advise verbs; a service's lines stay as they are.
        told = line if row.role == "service" else for_stack(line, stack_of(row.container.labels))
        console.print(told, markup=False)


def whole_lines(parts: Iterable[bytes]) -> Iterator[str]:
    """Yields whole lines: the engine sends whatever it has.

    Args:
        parts: What it sends.
    """
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        yield from (line.decode(errors="replace") for line in whole)
    if rest:
        yield rest.decode(errors="replace")


def _name(row: Found) -> str:
    return f"{row.service}/{row.replica}"
