"""What becomes of the data of stores when their images change: refused before anything is registered.

`Prepare` compares the same for a service by itself. By then others may have been stopped, because `up` goes on with one
while it looks at another.
"""

from dataclasses import replace

import pulumi
from docker import DockerClient

from components.base import data, unfinished
from components.base.images import reference
from components.base.lock import Source
from infra.config import StackConfig
from infra.errors import UserError
from infra.state import Known


def kept_source(auto: Source, known: Known) -> Source:
    """Returns where images come from under `zapstack:images: auto`: a stack with data stays with what it has.

    Args:
        auto: What a stack without data would take.
        known: What the state knows.
    """
    return known.image_source or auto if known.volumes else auto


def keep_source(config: StackConfig, known: Known) -> StackConfig:
    """Returns a configuration whose images' source a stack with data keeps, unless a person has named one.

    Args:
        config: Checked configuration.
        known: What the state knows.
    """
    kept = kept_source(config.image_source, known)
    if config.image_source_is_given or kept == config.image_source:
        return config
    pulumi.log.info(
        f"zapstack:images is auto, which would be {config.image_source} on this machine. The data of this stack are of "
        f"servers from source {kept}, so it stays with that. To change it: "
        f"pulumi config set zapstack:images {config.image_source} --stack {pulumi.get_stack()}"
    )
    return replace(config, image_source=kept)


def refuse_unreadable(engine: DockerClient, config: StackConfig, known: Known) -> None:
    """Stops when the images of stores change to such as do not take their data.

    Args:
        engine: The engine.
        config: Checked configuration.
        known: What the state knows.

    Raises:
        UserError: Every store with its data's version, what the image takes, and the way over.
    """
    refused = []
    for store in known.stores:
        wanted = reference(store.image_name, config.image_overrides, config.image_source)
        if wanted != store.image:
            refused += data.unreadable(engine, before=store.image, image=wanted, labels=store.labels, rows=store.rows)
    if refused:
        raise UserError(
            "\n".join(
                [
                    "data: an image would not take what is there, nothing was changed:",
                    *(f"  {line}" for line in refused),
                ]
            )
        )


def refuse_unfinished(engine: DockerClient, stack_id: str) -> None:
    """Stops when a move of data was cut off while it filled a volume, whatever image is to use it.

    Args:
        engine: The engine.
        stack_id: Value of the stack's label.

    Raises:
        UserError: Every such volume, and how it has its data back.
    """
    refused = unfinished.refusals(engine, stack_id)
    if refused:
        raise UserError("\n".join(["data: a volume is not whole, nothing was changed:", *refused]))
