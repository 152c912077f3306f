"""What the verbs need to know of a stack before Pulumi runs: its file, read without the program."""

from dataclasses import dataclass
from typing import Any

import typer
import yaml

from components.base.lock import CHECKOUT, Source
from infra.config import image_source
from stacks.registry import SYSTEMS

PROJECT = "zapstack"


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """The plain part of `Pulumi.<stack>.yaml`.

    Attributes:
        development: Whether it is a development stack.
        docker_host: Engine address; empty means the environment's.
        image_source: Where third-party images come from.
        name: Stack name.
        systems: Names of its systems.
    """

    development: bool
    docker_host: str
    image_source: Source
    name: str
    systems: tuple[str, ...]

    @property
    def images(self) -> list[str]:
        """Names in the lock file of the images its systems run on."""
        return sorted(
            {image for system in self.systems for image in (SYSTEMS[system].images if system in SYSTEMS else ())}
        )


def read(stack: str) -> StackFile:
    """Returns the plain part of a stack's file; the program checks the rest.

    Raises:
        typer.Exit: There is no such file.
    """
    path = CHECKOUT / f"Pulumi.{stack}.yaml"
    if not path.exists():
        known = ", ".join(sorted(found.name.split(".")[1] for found in CHECKOUT.glob("Pulumi.*.yaml")))
        typer.echo(f"{path.name}: there is no such stack (there are: {known}). Nothing was done.", err=True)
        raise typer.Exit(2)
    config: dict[str, Any] = (yaml.safe_load(path.read_text()) or {}).get("config") or {}
    systems = config.get("zapstack:systems")
    return StackFile(
        development=config.get("zapstack:environment") == "development",
        docker_host=str(config.get("docker:host") or ""),
        image_source=image_source(str(config.get("zapstack:images") or "auto")),
        name=stack,
        systems=tuple(systems) if isinstance(systems, dict) else (),
    )
