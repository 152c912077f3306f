"""`restart`: a service's containers, one after the other, each ready before the next one."""

import json
import time

import typer

from components.base import naming, not_serving
from components.base.docker_api import client
from components.base.failure import LOG_LINES
from components.base.memory import explanation
from components.base.readiness import PROBE_SECONDS, succeeds
from operations.found import Found, of_service
from operations.stack_file import StackFile

BUDGET_SECONDS = 120
PAUSE_SECONDS = 0.25
DEFAULT_GRACE_SECONDS = 10


def restart(stack: StackFile, service: str) -> None:
    """Restarts a service; its neighbours and the stack's state are not touched.

    Args:
        stack: The stack.
        service: Service name.

    Raises:
        typer.Exit: There is no such service (2), or it did not become ready (1).
    """
    for row in of_service(stack, service):
        if row.role != "service":
            typer.echo(f"{service} is a {row.role}: 'make up STACK={stack.name}' runs it when it is due", err=True)
            raise typer.Exit(2)
        started = time.monotonic()
        grace = row.container.attrs["Config"].get("StopTimeout") or DEFAULT_GRACE_SECONDS
        row.container.restart(timeout=int(grace))
        if not _ready(stack, row):
            lines = row.container.logs(tail=LOG_LINES).decode(errors="replace").strip()
            why = f" {not_serving.reason(row.container.attrs) or explanation(row.container)}".rstrip()
            what = f"{service}/{row.replica} was restarted and is not ready.{why}"
            typer.echo(f"{what} Its last lines:\n{lines}", err=True)
            raise typer.Exit(1)
        typer.echo(f"{service}/{row.replica} restarted, ready after {time.monotonic() - started:.1f} s")


def _ready(stack: StackFile, row: Found) -> bool:
    command = json.loads(row.container.attrs["Config"]["Labels"][naming.READINESS_LABEL])
    deadline = time.monotonic() + BUDGET_SECONDS
    while not succeeds(client(stack.docker_host), row.container, command, PROBE_SECONDS):
        row.container.reload()
        hopeless = row.container.attrs["RestartCount"] or not_serving.reason(row.container.attrs)
        if hopeless or time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True
