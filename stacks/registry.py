"""The systems a stack may name under `zapstack:systems`."""

from collections.abc import Mapping
from typing import Final

from stacks import evolution
from stacks.base import System

SYSTEMS: Final[Mapping[str, System]] = {evolution.NAME: evolution.SYSTEM}
