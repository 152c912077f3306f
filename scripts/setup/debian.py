"""Installing packages where that is ours to do: as root on Debian and Ubuntu."""

import os
import shutil
from pathlib import Path

from scripts.setup.failure import SetupError
from scripts.setup.processes import CommandError, run
from scripts.setup.report import progress

LOCK_SECONDS = 120  # unattended upgrades hold apt's lock for about this long
SILENCE_SECONDS = 300
OS_RELEASE = Path("/etc/os-release")


def is_debian(os_release: str) -> bool:
    """Tell whether the content of /etc/os-release is that of Debian, Ubuntu or a relative."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    names = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return bool({"debian", "ubuntu"} & set(names))


def can_install() -> bool:
    """Tell whether this program may and can install packages here."""
    on_debian = OS_RELEASE.is_file() and is_debian(OS_RELEASE.read_text(encoding="utf-8"))
    return os.geteuid() == 0 and on_debian and shutil.which("apt-get") is not None


def install(name: str, packages: tuple[str, ...], consequence: str) -> None:
    """Install packages and nothing they merely recommend.

    Args:
        name: The step, for its progress.
        packages: What to install.
        consequence: What does not work without them, for the error message.

    Raises:
        SetupError: apt failed.
    """
    options = ("--quiet", "-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}", "-o", "Dpkg::Use-Pty=0")
    commands = (
        ("dpkg", "--configure", "-a"),  # finishes what an interrupted run left half installed; else does nothing
        ("apt-get", *options, "update"),
        ("apt-get", *options, "install", "--yes", "--no-install-recommends", *packages),
    )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with progress(name) as shown:
        for command in commands:
            try:
                run(command, env=env, on_line=shown.update, on_wait=shown.tick, silence_seconds=SILENCE_SECONDS)
            except CommandError as error:
                raise SetupError(
                    f"{name}: 'apt-get install {' '.join(packages)}' failed: {error.reason}",
                    consequence,
                    "Run 'apt-get update' and that command by hand to see what is missing, then 'make setup' again.",
                    error.lines[-5:],
                ) from error
