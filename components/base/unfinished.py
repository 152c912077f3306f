"""A volume that is being filled with another one's content has a mark in it, so that a copy that was cut off is known.

The mark is on disk before anything is deleted and goes when everything else is on disk.
"""

from collections.abc import Mapping

from docker import DockerClient
from docker.models.volumes import Volume

from components.base import inside, naming
from components.base.docker_api import has_image

MARK = ".zapstack-unfinished-copy"
KEEPS_LABEL = "zapstack.keeps"
"""Label of a volume that keeps the earlier data of another one: the other one's name."""

IMAGE_LABEL = "zapstack.copied-by"
"""Label of the same: an image that can copy them back."""


def script(*, durable: bool) -> str:
    """Returns what a shell runs to make /to hold exactly what /from holds; it has no single quote.

    Args:
        durable: Whether it must outlive a loss of power; that may wait for others who write.
    """
    steps = [
        f": > /to/{MARK}",
        *(["sync"] if durable else []),
        f"find /to -mindepth 1 ! -path /to/{MARK} -delete",
        "cp -a /from/. /to/",
        'differing="$(LC_ALL=C diff -r /from /to || true)"',
        f'{{ test "$differing" = "Only in /to: {MARK}" || {{ echo "$differing"; false; }}; }}',
        *(["sync"] if durable else []),
        f"rm /to/{MARK}",
        *(["sync"] if durable else []),
    ]
    return " && ".join(steps)


def command(kept: str, volume: str, image: str) -> str:
    """Returns the command by which a person gives a volume back what another one keeps; it may be run again.

    Args:
        kept: Volume that has everything.
        volume: Volume that has a part.
        image: Image with `find`, `cp`, `diff` and `sh`.
    """
    return (
        f"docker run --rm --network none --user 0:0 --entrypoint sh -v {kept}:/from:ro -v {volume}:/to {image} "
        f"-c '{script(durable=True)}'"
    )


def is_marked(client: DockerClient, volume: str, image: str, labels: Mapping[str, str]) -> bool:
    """Returns whether a volume has a part of a copy only.

    Args:
        client: The engine.
        volume: The volume, which need not exist.
        image: Any image the engine has; nothing in it is run.
        labels: Labels of the throw-away container.
    """
    if not inside.has_volume(client, volume):
        return False
    with inside.opened(client, image, labels, volume=volume) as container:
        return inside.head(client, container, f"{inside.VOLUME}/{MARK}", 1) is not None


def kept_volumes(client: DockerClient, stack_id: str) -> list[Volume]:
    """Returns the volumes of a stack that keep the earlier data of others.

    Args:
        client: The engine.
        stack_id: Value of the stack's label.
    """
    return client.volumes.list(filters={"label": [KEEPS_LABEL, f"{naming.STACK_LABEL}={stack_id}"]})


def refusals(client: DockerClient, stack_id: str) -> list[str]:
    """Returns a sentence for each volume of a stack that has a part of its data only.

    Args:
        client: The engine.
        stack_id: Value of the stack's label.
    """
    refused = []
    for kept in kept_volumes(client, stack_id):
        labels = kept.attrs["Labels"]
        volume, copier = labels[KEEPS_LABEL], labels[IMAGE_LABEL]
        # Nothing is run to look inside, so that any image will do.
        image = copier if has_image(client, copier) else next((str(row.id) for row in client.images.list()), "")
        if image and is_marked(client, volume, image, {naming.STACK_LABEL: stack_id}):
            refused.append(
                f"volume {volume} has a part of its data only: the move that filled it was cut off. A server would "
                f"start on that part. All of the data is in volume {kept.name}. "
                f"To put it back:\n{command(str(kept.name), volume, copier)}"
            )
    return refused
