"""Local images must be built before the engine is asked for them: it would look for them in a registry."""

from collections.abc import Iterable, Mapping

import pulumi
from docker import DockerClient

from components.base import lock
from components.base.docker_api import has_image
from infra.config import StackConfig, image_source
from infra.errors import UserError
from stacks.base import System


def require(engine: DockerClient, config: StackConfig, systems: Mapping[str, System], stack: str) -> None:
    """Stops an update whose local images are not there; a preview needs none of them.

    Args:
        engine: The engine.
        config: Checked configuration.
        systems: The kinds of systems it may name.
        stack: Stack name, for the command that helps.

    Raises:
        UserError: The missing ones.
    """
    if config.image_source != "local":
        if config.production and image_source("auto") == "local":
            pulumi.log.warn(
                "set-up reached no registry from this machine; production takes its images from there all the same, "
                "and stops at the first one that the engine has not. For images built here, with an Evolution API that "
                f"reaches no telephone: pulumi config set zapstack:images local --stack {stack}"
            )
        return
    if config.production:
        pulumi.log.warn(
            "production on images built on this machine: they stand in for the official ones, and nobody else tests "
            f"them. Where a registry is reachable: pulumi config set zapstack:images registry --stack {stack}"
        )
    if pulumi.runtime.is_dry_run():
        return
    used = {image for name, settings in config.systems.items() for image in systems[name].images(settings)}
    wanted = used - config.image_overrides.keys()
    missing = [name for name in _references(wanted) if not has_image(engine, name)]
    if missing:
        raise UserError(
            f"local images are not built: {', '.join(missing)}. The engine would look for them in a registry, so "
            f"nothing was changed. Build them with 'make images STACK={stack}'."
        )


def _references(names: Iterable[str]) -> list[str]:
    return [lock.local_reference(name) for name in sorted(names) if lock.load()[name].local]
