"""The official release of the Pulumi CLI: pinned, and verified against the checksum file published beside it."""

import platform
import re
import shutil
import tarfile
from functools import cache
from pathlib import Path

from scripts.setup import pins
from scripts.setup.atomic import new_file
from scripts.setup.bounded import bounded
from scripts.setup.download import download, fetch_text
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.report import progress

SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_CHECKSUM = re.compile(r"(?P<digest>[0-9a-f]{64})\s+\*?(?P<name>\S+)")


def archive_name(system: str, machine: str) -> str:
    """Return the archive's name for a kind of machine, as ``platform.system()`` and ``.machine()`` call it.

    Raises:
        UnavailableError: There is no release for it.
    """
    try:
        return f"pulumi-v{pins.PULUMI_VERSION}-{SYSTEMS[system]}-{MACHINES[machine.lower()]}.tar.gz"
    except KeyError as error:
        raise UnavailableError(f"none for {system} on {machine}") from error


@cache
def published_checksums() -> str | UnavailableError:
    """Return the release's checksum file, or why it cannot be had; asked once per run.

    It doubles as the test whether the release host can be reached at all, and gives up after ten seconds however
    the network fails.
    """
    url = f"{pins.RELEASES}/v{pins.PULUMI_VERSION}/pulumi-{pins.PULUMI_VERSION}-checksums.txt"
    seconds = pins.RELEASE_GIVE_UP_SECONDS
    try:
        return bounded(seconds, lambda: fetch_text(url, seconds=seconds))
    except UnavailableError as error:
        return UnavailableError(f"release host unreachable, {error}")


def require_release_host() -> str:
    """Return the checksum file.

    Raises:
        UnavailableError: The release host cannot be reached.
    """
    answer = published_checksums()
    if isinstance(answer, UnavailableError):
        raise answer
    return answer


def expected_checksum(text: str, name: str) -> str:
    """Return the SHA-256 that a checksum file gives for a name.

    Raises:
        UnavailableError: The file does not mention it, e.g. because a proxy answered with a page of its own.
    """
    for line in text.splitlines():
        found = _CHECKSUM.fullmatch(line.strip())
        if found and found["name"] == name:
            return found["digest"]
    raise UnavailableError(f"its checksum file does not mention {name}")


def install_release(binaries: Path) -> str:
    """Download, verify and install the CLI with its Python language host; return the version.

    Args:
        binaries: The directory that takes the programs.

    Raises:
        UnavailableError: The release cannot be reached, or there is none for this machine.
        SetupError: What arrived is not what was published.
    """
    name = archive_name(platform.system(), platform.machine())
    expected = expected_checksum(require_release_host(), name)
    archive = binaries.parent / name
    archive.parent.mkdir(parents=True, exist_ok=True)
    try:
        with progress("pulumi") as shown:
            digest = download(f"{pins.RELEASES}/v{pins.PULUMI_VERSION}/{name}", archive, shown)
        if digest != expected:
            raise SetupError(
                f"pulumi: {name} has SHA-256 {digest}, published is {expected}",
                "Something between this machine and the release host changes downloads; nothing was installed.",
                "Find out what (a proxy? a mirror?), or put a trusted 'pulumi' on PATH, then run 'make setup' again.",
            )
        unpack(archive, binaries)
    finally:
        archive.unlink(missing_ok=True)
    return pins.PULUMI_VERSION


def unpack(archive: Path, binaries: Path) -> None:
    """Install the CLI and what Python programs need; the other languages of the archive are left in it."""
    with tarfile.open(archive) as content:
        for member in content:
            name = Path(member.name).name  # never a path of the archive's choosing
            wanted = name == "pulumi" or (name.startswith("pulumi-") and "python" in name)
            source = content.extractfile(member) if wanted and member.isfile() else None
            if source:
                with new_file(binaries / name) as target, target.open("wb") as file:
                    shutil.copyfileobj(source, file)
