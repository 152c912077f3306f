"""Wrong configurations, each as the files a person would have written, with the exact lines they are told.

They stand in `wrong/*.yaml`. The fast tests read the files as Pulumi does; engine tests can feed the same cases to the
real command line.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml


@dataclass(frozen=True, kw_only=True)
class Case:
    """One wrong configuration.

    Attributes:
        name: What is wrong with it.
        stack_file: The stack's file.
        told: The lines after the first, in order.
        env: The text of `.env`; None for no such file.
        stack: Stack name.
        passphrase: Value of PULUMI_CONFIG_PASSPHRASE.
        encrypted: Whether it has `secure:` in it, which the real command line takes for ciphertext.
        by_pulumi: What Pulumi itself says where it refuses the file before the program starts.
    """

    name: str
    stack_file: str
    told: tuple[str, ...]
    env: str | None = None
    stack: str = "dev"
    passphrase: str = "development"
    encrypted: bool = False
    by_pulumi: str = ""

    @property
    def message(self) -> str:
        """The whole message."""
        head = f"configuration: {len(self.told)} to correct, nothing was changed:"
        return "\n".join([head, *(f"  {line}" for line in self.told)])


def _read(path: Path) -> list[Case]:
    return [Case(**{**row, "told": tuple(row["told"])}) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


CASES: Final = [case for path in sorted(Path(__file__).parent.glob("wrong/*.yaml")) for case in _read(path)]
