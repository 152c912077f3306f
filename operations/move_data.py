"""`move-data`: a store's data for the image that its configuration names, which does not take them as they are.

Servers of both versions work on copies. Only then is the volume filled with the result, and what was in it before stays
in a volume of another name.
"""

from collections.abc import Callable, Mapping
from typing import Final

import typer
from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container
from rich.console import Console

from components.base import data, inside, lock, naming, unfinished
from components.base.docker_api import has_image
from components.base.images import reference
from components.base.spec import DataFormat
from infra.state import Known, Store
from infra.stores import kept_source
from operations import images, pulumi_cli
from operations.found import WRONG_NAME, engine
from operations.moving import postgres, rabbitmq, redis
from operations.moving.workshop import MoveFailedError, Workshop
from operations.stack_file import StackFile

MOVES: Final[Mapping[str, Callable[..., str]]] = {
    "pgvector-16": postgres.move,
    "postgres-15": postgres.move,
    "postgres-16": postgres.move,
    "rabbitmq": rabbitmq.move,
    "redis": redis.move,
}
"""Image name to what moves its data."""

KEPT_ROLE: Final = "kept"
GRACE_SECONDS: Final = 60


def move_data(stack: StackFile, service: str) -> None:
    """Moves the data of one store; its server is stopped meanwhile, and `up` starts the next one.

    Args:
        stack: The stack.
        service: Service name of the store.

    Raises:
        typer.Exit: There is no such store (2); there is nothing to move, or the move failed (1).
    """
    client, known = engine(stack), pulumi_cli.state(stack)
    store = _store(known, service, stack)
    source = stack.image_source if stack.image_source_is_given else kept_source(stack.image_source, known)
    wanted = reference(store.image_name, stack.image_overrides, source)
    was_put_back = _put_back(client, store)
    if wanted == store.image and was_put_back:
        typer.echo(f"{service}: run 'make up STACK={stack.name}', which starts {store.image} on the earlier data.")
        return
    if wanted == store.image:
        raise _refusal(
            f"{service}: the configuration names {wanted}, which has the data already. Name the image they are for "
            "first, in zapstack:imageOverrides or by zapstack:images."
        )
    _provide(client, store, wanted)
    if not data.unreadable(client, before=store.image, image=wanted, labels=store.labels, rows=store.rows):
        raise _refusal(f"{service}: {wanted} takes the data as they are. Run 'make up STACK={stack.name}'.")
    kept = _kept_name(client, store)
    if inside.has_volume(client, kept):
        raise _refusal(
            f"{service}: volume {kept} keeps the data of an earlier move, and would be overwritten. "
            f"When nobody needs them any more: docker volume rm {kept}"
        )
    _move(client, store, wanted, kept)
    typer.echo(
        f"{service}: moved. Now run 'make up STACK={stack.name}'. What was there before is in volume {kept}; "
        f"when all is well: docker volume rm {kept}"
    )


class NotWholeError(Exception):
    """A volume has neither its earlier data nor the moved ones, which another volume has whole."""


def _move(client: DockerClient, store: Store, wanted: str, kept: str) -> None:
    """Moves the data, or leaves everything as it was."""
    service, volume = store.rows[0]["service"], store.rows[0]["volume"]
    servers = _servers(client, store)
    workshop = _workshop(client, store)
    may_start = True
    for server in servers:
        typer.echo(f"{service}: stopped for the time of the move")
        server.stop(timeout=GRACE_SECONDS)
    try:
        moved = MOVES[store.image_name](workshop, volume, old=store.image, new=wanted, service=service)
        typer.echo(f"{service}: {volume} is kept as {kept}, and filled with the moved data")
        exchange(workshop, volume=volume, moved=moved, kept=kept, image=store.image)
        may_start = False
    except NotWholeError as error:
        may_start = False
        raise _refusal(f"{service}: not moved, and its server stays stopped. {error}") from error
    except (APIError, MoveFailedError) as error:
        raise _refusal(f"{service}: not moved, the data are as they were. {error}") from error
    finally:
        workshop.clear()
        for server in servers if may_start else ():
            server.start()


def exchange(workshop: Workshop, *, volume: str, moved: str, kept: str, image: str) -> None:
    """Fills a volume with moved data, and keeps what was in it; it has that back when this fails or is interrupted.

    Args:
        workshop: Who copies.
        volume: The store's own volume.
        moved: Volume of the moved data.
        kept: Volume to be made, for what was there before.
        image: Image that copies.

    Raises:
        MoveFailedError: Something could not be copied; the volume is as it was.
        NotWholeError: It could not be given back what it had.
    """
    labels = {
        **workshop.labels,
        naming.ROLE_LABEL: KEPT_ROLE,
        unfinished.IMAGE_LABEL: image,
        unfinished.KEEPS_LABEL: volume,
    }
    workshop.engine.volumes.create(kept, labels=labels)
    try:
        workshop.copy(volume, kept, image, durable=True)
    except BaseException:
        workshop.remove(kept)  # part of a copy, and all of it is still there
        raise
    try:
        workshop.copy(moved, volume, image, durable=True)
    except BaseException as reason:
        try:
            workshop.copy(kept, volume, image, durable=True)
        except (APIError, MoveFailedError) as error:
            raise NotWholeError(f"{reason}\n{error}\n{_only_copy(kept, volume, image)}") from error
        workshop.remove(kept)
        raise


def _only_copy(kept: str, volume: str, image: str) -> str:
    """Returns how a volume is given back by hand what a move that failed has kept."""
    return (
        f"All of the data is in volume {kept}, and {volume} may have a part of it only. To put it back:\n"
        f"{unfinished.command(kept, volume, image)}"
    )


def _put_back(client: DockerClient, store: Store) -> bool:
    """Undoes a move that was killed: its containers go, and a volume with a part of its data has them back.

    Returns:
        Whether the volume had a part only.
    """
    volume = store.rows[0]["volume"]
    workshop = _workshop(client, store)
    workshop.sweep()
    was_part = False
    for kept in unfinished.kept_volumes(client, store.labels[naming.STACK_LABEL]):
        name = str(kept.name)
        if kept.attrs["Labels"][unfinished.KEEPS_LABEL] != volume:
            continue
        if unfinished.is_marked(client, name, store.image, store.labels):
            workshop.remove(name)  # part of a copy, and the volume has all of it
        elif unfinished.is_marked(client, volume, store.image, store.labels):
            workshop.copy(name, volume, store.image, durable=True)
            workshop.remove(name)
            typer.echo(f"{volume}: the last move was cut off, and what was there before it is put back")
            was_part = True
    return was_part


def _workshop(client: DockerClient, store: Store) -> Workshop:
    return Workshop(
        engine=client,
        labels=store.labels,
        prefix=store.rows[0]["volume"],
        tell=typer.echo,
        user=lock.user(store.image_name),
    )


def _store(known: Known, service: str, stack: StackFile) -> Store:
    stores = {str(store.rows[0]["service"]): store for store in known.stores}
    if service not in stores:
        there = ", ".join(sorted(stores)) or f"none; run 'make up STACK={stack.name}' with the image that takes them"
        typer.echo(f"SERVICE={service}: the state has no such store (there are: {there}). Nothing was done.", err=True)
        raise typer.Exit(WRONG_NAME)
    return stores[service]


def _provide(client: DockerClient, store: Store, wanted: str) -> None:
    """Has the engine get both images."""
    try:
        if lock.load()[store.image_name].local and wanted == lock.local_reference(store.image_name):
            images.ensure(client, [store.image_name], Console())
        for image in (store.image, wanted):
            if not has_image(client, image):
                typer.echo(f"{image} is pulled")
                client.images.pull(image)
    except (APIError, images.BuildFailedError) as error:
        raise _refusal(f"image {wanted} is not to be had, nothing was done: {error}") from error


def _servers(client: DockerClient, store: Store) -> list[Container]:
    names = (naming.STACK_LABEL, naming.SYSTEM_LABEL, naming.SERVICE_LABEL)
    labels = [f"{name}={store.labels[name]}" for name in names]
    return client.containers.list(filters={"label": [*labels, f"{naming.ROLE_LABEL}=service"]}, ignore_removed=True)


def _kept_name(client: DockerClient, store: Store) -> str:
    """Returns the name under which the earlier data stay: the volume's, with their version."""
    row = store.rows[0]
    forms = [DataFormat(**form) for form in row["formats"]]
    versions = [data.of_volume(client, form, row["volume"], store.image, store.labels) for form in forms]
    return f"{row['volume']}-{next(version for version in versions if version)}"


def _refusal(text: str) -> typer.Exit:
    typer.echo(text, err=True)
    return typer.Exit(1)
