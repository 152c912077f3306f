"""What every system of a stack is: its settings, what it is built with, and what it hands to the stack's outputs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base.engines.containers import ContainersEngine
from stacks.settings.base import Settings


@dataclass(frozen=True, kw_only=True)
class SystemOutputs:
    """Addresses, credentials and services of one system.

    Attributes:
        credentials: Service to its credentials; secret as a whole once exported.
        services: Long-running services.
        urls: Service to its address on the host.
    """

    credentials: Mapping[str, Mapping[str, pulumi.Input[str]]]
    services: Sequence[str]
    urls: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class SystemArgs:
    """What a system is given.

    Attributes:
        production: Whether it is a production stack.
        settings: Its own settings.
        user_secrets: Secret variables of the user's own, name to value.
    """

    production: bool
    settings: Any
    user_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class System:
    """A kind of system that a stack may hold.

    Attributes:
        build: Registers it: logical name, what it is given, engine, options with the parent.
        images: Images of the lock file it runs on, or builds its own from, by its settings.
        ports: Service to its port on the host, from settings and whether it is production.
        settings: Model of its settings.
    """

    build: Callable[[str, SystemArgs, ContainersEngine, pulumi.ResourceOptions], SystemOutputs]
    images: Callable[[Any], Sequence[str]]
    ports: Callable[[Any, bool], Mapping[str, int]]
    settings: type[Settings]
