"""Which host ports a stack's systems want, and the offset at which a system finds all of its own free."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from stacks.base import System
from stacks.settings.base import Settings

LAST: Final = 65535
STEP: Final = 100
"""Between offered offsets: far enough that a system's own ports do not meet."""


@dataclass(frozen=True, kw_only=True, order=True)
class Wanted:
    """One port on the host.

    Attributes:
        number: The port, offset included.
        system: Who wants it.
        service: Which of its services.
    """

    number: int
    system: str
    service: str

    @property
    def name(self) -> str:
        """System and service, as messages name them."""
        return f"{self.system}.{self.service}"


def wanted(systems: Mapping[str, Settings], kinds: Mapping[str, System], *, production: bool) -> list[Wanted]:
    """Returns the ports that systems want on the host, ascending.

    Args:
        systems: System name to settings.
        kinds: System name to its kind.
        production: Whether the production defaults hold.
    """
    return sorted(
        Wanted(number=number, service=service, system=name)
        for name, settings in systems.items()
        for service, number in kinds[name].ports(settings, production).items()
    )


def offset(settings: Settings) -> int:
    """Returns a system's `portOffset`; 0 for one without."""
    found: int = getattr(settings, "port_offset", 0)
    return found


def free_offset(own: list[Wanted], present: int, taken: Callable[[int], bool]) -> int | None:
    """Returns the lowest offset at which none of a system's ports is taken, None when there is none.

    Args:
        own: Ports of the system, its present offset included.
        present: That offset.
        taken: Whether somebody else has or wants a port.
    """
    base = [row.number - present for row in own]
    for candidate in range(0, LAST - max(base, default=0) + 1, STEP):
        if candidate != present and not any(taken(number + candidate) for number in base):
            return candidate
    return None


def advice(system: str, found: int | None) -> str:
    """Returns the sentence that offers a free offset."""
    if found is None:
        return f"No portOffset of {system} is free for all of its ports: give it other ports"
    return f"Set zapstack:systems.{system}.portOffset to {found} (free)"
