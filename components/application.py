"""What every process of an application has in common: its image, its variables, and how they reach it.

Owns how connections become variables. Deliberately not: which containers there are; those are in `components.app`,
`components.worker` and `components.migrations`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi

from components.base import not_serving
from components.base.spec import FILES_ROOT, Bind, Connection

USER: Final = "1000:1000"
START_FILE: Final = "start"


@dataclass(frozen=True, kw_only=True)
class Application:
    """One application, from whose image several containers are made.

    Attributes:
        image: Name by which the stack knows the built image.
        environment: Plain variables.
        secrets: Variables that hold secrets, name to value.
        uses: Connections of its processes.
        mounted: Folders and files of its source that lie over the image's, in development.
        user: Numeric `uid:gid` its processes run as.
        as_environment: Whether a process finds its secrets in the variables themselves, instead of in the files that
            NAME_FILE names. They are then read from the files by a small script that ends by becoming the process: the
            container's own configuration stays clean.
    """

    image: str
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    uses: Sequence[Connection] = ()
    as_environment: bool = False
    mounted: Sequence[Bind] = ()
    user: str = USER

    def process(self, name: str, command: Sequence[str]) -> dict[str, Any]:
        """Returns the part of a spec that its processes share.

        Args:
            name: Service name.
            command: Program and arguments; the image's own when empty, which `as_environment` excludes.

        Raises:
            ValueError: `as_environment` without a command: the script would have nothing to become.
        """
        files = f"{FILES_ROOT}/{name}"
        shared = {
            "binds": self.mounted,
            "command": tuple(command),
            "image": self.image,
            "secret_files": dict(self.secrets),
            "user": self.user,
            "uses": self.uses,
        }
        environment = {**self.environment, **(not_serving.ENVIRONMENT if self.mounted else {})}
        if not self.as_environment:
            named = {f"{variable}_FILE": f"{files}/{variable}" for variable in self.secrets}
            return {**shared, "environment": {**environment, **named}}
        if not command:
            raise ValueError(f"{name} gets its secrets as variables, so its command must be given")
        return {
            **shared,
            "entrypoint": ("/bin/sh", f"{files}/{START_FILE}"),
            "environment": environment,
            "files": {START_FILE: self._start(files)},
        }

    def health(self, command: Sequence[str]) -> tuple[str, ...]:
        """Returns the check whether a restart would help; none helps what a reloader holds for its repair."""
        return not_serving.held(command) if self.mounted else tuple(command)

    def readiness(self, command: Sequence[str]) -> tuple[str, ...]:
        """Returns the check whether it does its work, which it does not while a reloader holds it."""
        return not_serving.refused(command) if self.mounted else tuple(command)

    def _start(self, files: str) -> str:
        lines = [
            f'{variable}="$(cat {files}/{variable})" && export {variable} || exit 1\n' for variable in self.secrets
        ]
        return "".join([*sorted(lines), 'exec "$@"\n'])
