"""Where things are: the checkout, the cache, the state, the tool chain that belongs to the present pins."""

import hashlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from scripts.setup import pins

KEY_DIGITS = 12  # of a SHA-256: enough to keep the few tool chains of one machine apart


def base_directory(variable: str, fallback: str) -> Path:
    """Return a base directory of the XDG specification.

    Args:
        variable: Its environment variable; relative values are ignored, as the specification demands.
        fallback: The place below the home directory that holds otherwise.
    """
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else Path.home() / fallback


@dataclass(frozen=True, kw_only=True)
class Places:
    """All directories the set-up reads and writes."""

    checkout: Path
    cache: Path
    state: Path

    @property
    def environment_directory(self) -> Path:
        """The project's virtual environment."""
        return self.checkout / ".venv"

    @property
    def pulumi_home(self) -> Path:
        """Pulumi's own directory: plugins, and the workspace settings of this project's stacks."""
        return self.cache / "pulumi-home"

    @property
    def toolchain(self) -> Path:
        """The tool chain of the present pins; other pins, other directory."""
        return self.cache / f"toolchain-{toolchain_key(self.checkout / 'toolchain')}"

    @property
    def logs(self) -> Path:
        """Full output of the commands that failed."""
        return self.cache / "logs"


def find_places() -> Places:
    """Return the places of this user and this checkout."""
    return Places(
        checkout=Path(__file__).resolve().parents[2],
        cache=base_directory("XDG_CACHE_HOME", ".cache") / "zapstack",
        state=base_directory("XDG_STATE_HOME", ".local/state") / "zapstack",
    )


def toolchain_key(sources: Path) -> str:
    """Return a short hash of everything that decides what the tool chain is.

    Args:
        sources: The directory of Go modules. Tests in it do not count: they are in no binary.
    """
    digest = hashlib.sha256()
    versions = (pins.PULUMI_VERSION, sorted(pins.PLUGINS.items()), platform.system(), platform.machine())
    digest.update(repr(versions).encode())
    for path in sorted(sources.rglob("*")):
        if path.suffix in {".go", ".mod", ".sum"} and not path.name.endswith("_test.go"):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(sources)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:KEY_DIGITS]
