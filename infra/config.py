"""Reads and checks the configuration of a stack; nothing is registered before all of it is right."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pulumi
from pydantic import ValidationError

from components.base.lock import Source
from infra.errors import explain, refuse
from stacks.base import System
from stacks.registry import SYSTEMS
from stacks.settings import Settings

DEVELOPMENT_PASSPHRASE = "development"  # noqa: S105 a documented constant; see README, "State"
MACHINE_FILE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zapstack" / "machine.json"
"""What set-up found out about this machine."""

ENVIRONMENTS = ("development", "production")
IMAGE_SOURCES = ("auto", "registry", "local")


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """A checked configuration.

    Attributes:
        environment: Chooses the table of defaults.
        image_source: Where third-party images come from.
        docker_host: Engine address; empty means the environment's.
        image_overrides: Image name to reference.
        systems: System name to its settings.
    """

    environment: Literal["development", "production"]
    image_source: Source
    docker_host: str
    image_overrides: Mapping[str, str]
    systems: Mapping[str, Settings]

    @property
    def production(self) -> bool:
        """Whether the production defaults hold."""
        return self.environment == "production"


def load(stack: str, systems: Mapping[str, System] = SYSTEMS) -> StackConfig:
    """Returns the configuration of a stack.

    Args:
        stack: Stack name, which names the file.
        systems: The kinds of systems it may name.

    Raises:
        UserError: All mistakes at once.
    """
    config = pulumi.Config("zapstack")
    place = f"Pulumi.{stack}.yaml zapstack"
    mistakes: list[str] = []
    environment = _choice(config.get("environment"), ENVIRONMENTS, f"{place}:environment", mistakes)
    images = _choice(config.get("images") or "auto", IMAGE_SOURCES, f"{place}:images", mistakes)
    chosen = _systems(config.get_object("systems"), systems, f"{place}:systems", mistakes)
    overrides = config.get_object("imageOverrides") or {}
    if not isinstance(overrides, dict) or not all(isinstance(value, str) for value in overrides.values()):
        mistakes.append(f"{place}:imageOverrides: must map image names to references")
    if environment == "production" and os.environ.get("PULUMI_CONFIG_PASSPHRASE") == DEVELOPMENT_PASSPHRASE:
        mistakes.append(
            f"{place}:environment: production with the passphrase of development, which everybody knows. Secrets "
            "would be readable by all. Set PULUMI_CONFIG_PASSPHRASE to one of your own, or choose development."
        )
    refuse(mistakes)
    return StackConfig(
        docker_host=pulumi.Config("docker").get("host") or "",
        environment="production" if environment == "production" else "development",
        image_overrides=overrides,
        image_source=image_source(images),
        systems=chosen,
    )


def _choice(value: str | None, allowed: tuple[str, ...], place: str, mistakes: list[str]) -> str:
    if value not in allowed:
        mistakes.append(f"{place}: {'missing' if value is None else 'unknown value'} (allowed: {', '.join(allowed)})")
        return allowed[0]
    return value


def _systems(
    rows: Any,  # noqa: ANN401 checked here
    kinds: Mapping[str, System],
    place: str,
    mistakes: list[str],
) -> dict[str, Settings]:
    if not isinstance(rows, dict) or not rows:
        mistakes.append(f"{place}: name at least one system (allowed: {', '.join(sorted(kinds))})")
        return {}
    checked: dict[str, Settings] = {}
    for name, row in rows.items():
        kind = kinds.get(name)
        if kind is None:
            mistakes.append(f"{place}.{name}: unknown system (allowed: {', '.join(sorted(kinds))})")
            continue
        try:
            checked[name] = kind.settings.model_validate(row if row is not None else {})
        except ValidationError as error:
            mistakes += explain(error, place=f"{place}.{name}", model=kind.settings)
    return checked


def image_source(setting: str) -> Source:
    """Returns where images come from; `auto` is what set-up found, a registry where it has not looked."""
    if setting == "local":
        return "local"
    if setting == "auto" and MACHINE_FILE.exists():
        found: Source = json.loads(MACHINE_FILE.read_text())["images"]
        return found
    return "registry"
