"""Compose's side: `docker compose` with a file generated from the containers of our running stack."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import docker.errors
from docker import DockerClient

from bench import compose_file, state, volumes
from bench.command import LIMIT_SECONDS, Ended, run
from bench.ours import SCOPE, Ours
from components.base import naming
from tests.engine.checkout import containers, exported, names
from tests.engine.flagship import Conversation

PROJECT = "zapstack-bench-compose"
OLDEST = 2
INSTALL = (
    "docker compose: version 2 or later is not installed, so only zapstack is measured. To install it: apt-get install "
    "docker-compose-plugin (Docker's own packages) or docker-compose-v2 (Ubuntu's), or go install "
    "github.com/docker/compose/v2/cmd@v2.40.3 && install -D ~/go/bin/cmd ~/.docker/cli-plugins/docker-compose"
)


def version() -> str | None:
    """Returns the version of `docker compose`; None where there is none that can be asked to wait."""
    try:
        asked = subprocess.run(
            ["docker", "compose", "version", "--short"], capture_output=True, check=False, env=_environment(), text=True
        )
    except FileNotFoundError:
        return None
    found = asked.stdout.strip().removeprefix("v")
    number = found.partition(".")[0]
    return found if asked.returncode == 0 and number.isdecimal() and int(number) >= OLDEST else None


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What compose is given of ours.

    Attributes:
        content: The compose file.
        data: Those who have data, whose volumes are made anew for each cold start.
        names: Our volume to compose's.
        talk: The conversation: logins and addresses are the same.
    """

    content: Mapping[str, Any]
    data: tuple[state.Prepared, ...]
    names: Mapping[str, str]
    talk: Conversation


def take(engine: DockerClient, ours: Ours) -> Taken:
    """Writes the compose file of our running stack, and copies its files volumes.

    Args:
        engine: The engine.
        ours: Our side, up.
    """
    resources = exported(ours.checkout)["deployment"]["resources"]
    rows = [
        row
        for row in containers(engine, SCOPE.stack_id).values()
        if row["Config"]["Labels"][naming.ROLE_LABEL] in {"service", "job"}
    ]
    services = {row["Config"]["Labels"][naming.SERVICE_LABEL] for row in rows}
    prepared = [row for row in state.prepared(resources) if row.service in services]
    renamed = {name: f"{PROJECT}-{row.service}-files" for row in prepared for name in (row.files,)}
    renamed |= {name: name.replace(ours.project, PROJECT) for row in prepared for name in row.data}
    for row in prepared:
        volumes.copy(engine, row.files, renamed[row.files], row.image)
    content = compose_file.compose_file(
        rows,
        [engine.networks.get(name).attrs for name in names(engine, SCOPE.stack_id)["networks"]],
        initialised=state.initialised(resources),
        needs=state.needs(resources),
        volumes=renamed,
    )
    return Taken(content=content, data=tuple(row for row in prepared if row.data), names=renamed, talk=ours.talk())


@dataclass(frozen=True, kw_only=True)
class Compose:
    """The project.

    Attributes:
        engine: The engine.
        file: Its compose file.
        taken: What it was given of ours.
        title: Name of its column.
        content: What the file says; as taken, unless given.
    """

    engine: DockerClient
    file: Path
    taken: Taken
    title: str = "docker compose"
    project: str = PROJECT
    content: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Writes the file."""
        self._write(self.content or self.taken.content)

    def up(self, limit_seconds: float = LIMIT_SECONDS) -> Ended:
        """Makes everything run as described and waits until all is healthy."""
        return self._compose("up", "--detach", "--wait", limit_seconds=limit_seconds)

    def preview(self) -> Ended:
        """Says what `up` would do."""
        return self._compose("--dry-run", "up", "--detach")

    def down(self) -> Ended:
        """Removes containers and networks; the volumes are external and stay."""
        return self._compose("down")

    def clear(self) -> None:
        """Leaves nothing but images and files."""
        self.down().must("docker compose down")
        for row in self.taken.data:
            for volume in row.data:
                remove_volume(self.engine, self.taken.names[volume])
            volumes.empty(self.engine, row, self.taken.names)

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Describes, while it lasts, an application that dies at start."""
        good = self.content or self.taken.content
        self._write(compose_file.with_broken_application(good))
        try:
            yield
        finally:
            self._write(good)

    def talk(self) -> Conversation:
        """Returns the conversation with what runs now."""
        return self.taken.talk

    def _write(self, content: Mapping[str, Any]) -> None:
        self.file.write_text(json.dumps(content, indent=2))  # JSON is YAML

    def _compose(self, *arguments: str, limit_seconds: float = LIMIT_SECONDS) -> Ended:
        return run(
            ["docker", "compose", "--project-name", self.project, "--file", str(self.file), *arguments],
            cwd=self.file.parent,
            environment=_environment(),
            limit_seconds=limit_seconds,
        )


def often(side: Compose, seconds: int) -> Compose:
    """Returns the same project with health checks that come more often.

    Args:
        side: The project.
        seconds: Longest interval.
    """
    content = compose_file.with_checks_every(side.taken.content, seconds)
    return replace(side, content=content, title=f"{side.title}, checks every {seconds} s")


def remove_volume(engine: DockerClient, name: str) -> None:
    """Removes a volume; one that is not there is no error."""
    try:
        engine.volumes.get(name).remove(force=True)
    except docker.errors.NotFound:
        return


def _environment() -> dict[str, str]:
    """Returns the caller's environment without settings of compose's own, such as another file or profile."""
    return {key: value for key, value in os.environ.items() if not key.startswith("COMPOSE_")}
