"""Images of a registry: each must mean one image in production, and whoever runs a version past its day is told."""

from collections.abc import Mapping
from datetime import date

import pulumi

from components.base import lock
from infra.config import StackConfig
from infra.errors import UserError
from stacks.base import System

VERIFY = "make lock-images WRITE=1"


def require(config: StackConfig, systems: Mapping[str, System], stack: str, today: date) -> None:
    """Refuses images by tag alone in production; warns of versions past their day.

    Args:
        config: Checked configuration.
        systems: The kinds of systems it may name.
        stack: Stack name, for the command that helps.
        today: The day.

    Raises:
        UserError: Production would ask a registry for an image by its tag alone.
    """
    if config.image_source != "registry":
        return
    used = {image for name, settings in config.systems.items() for image in systems[name].images(settings)}
    pulled = [name for name in sorted(used - config.image_overrides.keys()) if lock.load()[name].registry]
    tagged = [f"{name} ({image.tagged})" for name in pulled if not (image := lock.registry(name)).digest]
    if tagged and config.production:
        raise UserError(
            f"by tag alone in components/images.lock: {', '.join(tagged)}. A tag may mean another image tomorrow, and "
            f"the next replacement would run what nobody has tried, so nothing was changed. '{VERIFY} STACK={stack}' "
            "writes the digest each tag has today; review and commit the file. For one stack alone, "
            "zapstack:imageOverrides names an image by digest."
        )
    if tagged:
        pulumi.log.info(
            f"by tag alone in components/images.lock: {', '.join(tagged)}. Production refuses them until '{VERIFY}' "
            "has written their digests."
        )
    say = pulumi.log.warn if config.production else pulumi.log.info
    for name in pulled:
        image = lock.registry(name)
        if image.support.over(today):
            say(
                f"image {name} ({image.tagged}) was safe until {image.support.until}: {image.support.text} "
                f"Source: {image.support.source}"
            )
