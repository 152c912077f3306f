"""Reads and checks the configuration of a stack; nothing is registered before all of it is right."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from components.base.lock import Source
from infra.checks import environment, host_ports, image_settings, keys, overrides, own_secrets, rules, values
from infra.checks.rules import DEVELOPMENT_PASSPHRASE
from infra.draft import begin
from infra.errors import refuse
from infra.models import DOCKER_HOST
from stacks.base import System
from stacks.registry import SYSTEMS
from stacks.settings.base import Settings

__all__ = ["DEVELOPMENT_PASSPHRASE", "MACHINE_FILE", "StackConfig", "image_source", "load"]

MACHINE_FILE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zapstack" / "machine.json"
"""What set-up found out about this machine."""


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """A checked configuration.

    Attributes:
        environment: Chooses the table of defaults.
        image_source: Where third-party images come from.
        docker_host: Engine address; empty means the environment's.
        image_overrides: Image name to reference.
        systems: System name to its settings.
        image_source_is_given: Whether a person has named that source, so that it may change under existing data.
        protect_data: Whether data volumes are protected in development as well.
        user_secrets: Variable to value, for those that `app.secretEnvironment` of a system names.
    """

    environment: Literal["development", "production"]
    image_source: Source
    docker_host: str
    image_overrides: Mapping[str, str]
    systems: Mapping[str, Settings]
    image_source_is_given: bool = False
    protect_data: bool = False
    user_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def production(self) -> bool:
        """Whether the production defaults hold."""
        return self.environment == "production"

    @property
    def protects_data(self) -> bool:
        """Whether destroy refuses to delete data volumes: always in production."""
        return self.production or self.protect_data


def load(stack: str, systems: Mapping[str, System] = SYSTEMS) -> StackConfig:
    """Returns the configuration of a stack.

    Args:
        stack: Stack name, which names the file.
        systems: The kinds of systems it may name.

    Raises:
        UserError: All mistakes at once.
    """
    draft = begin(stack, systems)
    checks = (
        keys.check,
        environment.check,
        values.check,
        own_secrets.check,
        overrides.check,
        image_settings.check,
        rules.check,
    )
    for check in checks:
        check(draft)
    secrets = own_secrets.collect(draft)
    host_ports.check(draft)
    refuse(draft.mistakes)
    checked = draft.model.model_validate_json(json.dumps(draft.tree))
    return StackConfig(
        docker_host=draft.rows.get(DOCKER_HOST, ""),
        environment=checked.environment,
        image_overrides=checked.image_overrides,
        image_source=image_source(checked.images, production=checked.environment == "production"),
        image_source_is_given=checked.images != "auto",
        protect_data=bool(checked.protect_data),
        systems=draft.valid,
        user_secrets=secrets,
    )


def image_source(setting: str, *, production: bool = False) -> Source:
    """Returns where images come from.

    Args:
        setting: `zapstack:images`; `auto` is what set-up found, a registry where it has not looked.
        production: Whether only a person may choose local images: a registry that did not answer once must not replace
            servers that hold data, and Evolution by one that reaches no telephone.
    """
    if setting == "local":
        return "local"
    if setting == "auto" and not production and MACHINE_FILE.exists():
        found: Source = json.loads(MACHINE_FILE.read_text())["images"]
        return found
    return "registry"
