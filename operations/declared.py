"""What services have declared on servers, as a verb tells it: what differs, and what a person has to do."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import typer
from docker.models.containers import Container

from components.base import naming
from components.base.inquiry import Finding, look_from
from components.base.verdict import GOOD
from operations.found import engine
from operations.stack_file import StackFile
from operations.starting import look

AT_ONCE = 16


def findings(stack: StackFile, containers: Iterable[Container]) -> Mapping[str, Finding]:
    """Returns what each service has found.

    Args:
        stack: The stack.
        containers: Its containers with which nothing is wrong.

    Raises:
        typer.Exit: No engine answers (1).
    """
    client = engine(stack)
    good = {naming.key_of(container.labels): container for container in containers}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        answers = pool.map(lambda key: look_from(client, key, good), good)
        services = (container.labels[naming.SERVICE_LABEL] for container in good.values())
        return dict(zip(services, answers, strict=True))


def tell_notices(stack: StackFile) -> None:
    """Prints what a person has to do after an `up`, such as linking a telephone.

    Args:
        stack: The stack.

    Raises:
        typer.Exit: No engine answers (1).
    """
    good = [seen.found.container for seen in look(stack) if seen.state in GOOD]
    for finding in findings(stack, good).values():
        if finding.notice:
            typer.echo(f"\n{finding.notice}")
