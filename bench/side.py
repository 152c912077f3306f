"""What the bench asks of both sides: ours, and plain compose."""

from contextlib import AbstractContextManager
from typing import Protocol

from bench.command import Ended
from tests.engine.flagship import Conversation

BROKEN_SERVICE = "app"
BROKEN_EXIT = 3
BROKEN_COMMAND = ("python3", "-c", f"print('no licence found'); raise SystemExit({BROKEN_EXIT})")
"""A release that dies at start and says why."""


class Side(Protocol):
    """One way to run the containers."""

    @property
    def title(self) -> str:
        """Name of its column."""

    @property
    def project(self) -> str:
        """Value of compose's project label, which the containers of both sides carry."""

    def up(self, limit_seconds: float) -> Ended:
        """Makes everything run as described and waits until it serves."""

    def preview(self) -> Ended:
        """Says what `up` would do."""

    def down(self) -> Ended:
        """Removes containers and networks; data stay."""

    def clear(self) -> None:
        """Leaves nothing but the images, so that the next `up` is a cold one."""

    def broken(self) -> AbstractContextManager[None]:
        """Describes, while it lasts, an application that dies at start."""

    def talk(self) -> Conversation:
        """Returns the conversation with what runs now."""
