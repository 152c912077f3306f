"""Where data are moved: copies of a volume, and servers that nobody but the move reaches."""

import contextlib
import secrets as random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container
from docker.types import Mount

from components.base import files, unfinished
from components.base.failure import LOG_LINES, ended

FILES_PATH: Final = "/moving"
"""Where servers find the files they are given."""

PAUSE_SECONDS: Final = 0.5
START_SECONDS: Final = 180
STOP_SECONDS: Final = 120
MEMORY: Final = "1g"


class MoveFailedError(Exception):
    """Data could not be moved; the original is as it was."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server of a move.

    Attributes:
        command: Program and arguments.
        data: Volume of its data.
        image: Its image.
        path: Where its data are mounted.
        ready: Command that succeeds in it when it is ready.
        environment: Its variables.
        extra: Volume of its files, mounted at `FILES_PATH`.
        hostname: Its host name.
        network: Its network; none when empty.
        writable: Directories that are writable and forgotten at the end.
    """

    command: Sequence[str]
    data: str
    image: str
    path: str
    ready: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    extra: str = ""
    hostname: str = ""
    network: str = ""
    writable: Sequence[str] = ("/tmp",)  # noqa: S108 inside the container


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """The engine's objects of one move, each with the stack's label, all removed at its end.

    Attributes:
        engine: The engine.
        labels: Labels of everything it makes.
        prefix: What their names begin with.
        tell: Takes lines for the person who waits.
        user: Numeric `uid:gid` that owns the data.
    """

    engine: DockerClient
    labels: Mapping[str, str]
    prefix: str
    tell: Callable[[str], None]
    user: str
    _made: list[str] = field(default_factory=list)

    def volume(self, role: str) -> str:
        """Makes an empty volume that belongs to the data's owner.

        Args:
            role: Ending of its name.
        """
        name = f"{self.prefix}-{role}"
        self._made.append(name)
        self.remove(name)  # a move that was killed has left it half-way
        self.engine.volumes.create(name, labels=dict(self.labels))
        return name

    def own(self, volume: str, image: str, content: Mapping[str, str] | None = None) -> None:
        """Gives a volume to the data's owner, and writes files that only that owner can read.

        Args:
            volume: The volume.
            image: An image the engine has.
            content: File name to content.
        """
        fill = files.VolumeFill(name=volume, mode=0o700, files=content or {})
        files.fill_volumes(self.engine, fills=[fill], image=image, labels=self.labels, user=self.user)

    def copy(self, source: str, target: str, image: str, *, durable: bool = False) -> None:
        """Makes one volume hold exactly what another one holds, owners, modes and times included.

        Args:
            source: The one that is read.
            target: The one that is emptied and filled.
            image: An image with `find`, `cp`, `diff` and `sh`.
            durable: Whether it must outlive a loss of power from now on; that may wait for others who write.

        Raises:
            MoveFailedError: Something could not be written.
        """
        mounts = [_mount(source, "/from", read_only=True), _mount(target, "/to")]
        with self._started(image, ["sh", "-c", unfinished.script(durable=durable)], mounts, user="0:0") as copying:
            code = copying.wait()["StatusCode"]
            if code:
                raise MoveFailedError(f"{source} could not be copied to {target}:\n{_lines(copying)}")

    @contextlib.contextmanager
    def network(self) -> Iterator[str]:
        """Yields a network without a way out."""
        network = self.engine.networks.create(f"{self.prefix}-moving", internal=True, labels=dict(self.labels))
        try:
            yield str(network.name)
        finally:
            network.remove()

    @contextlib.contextmanager
    def server(self, plan: Server) -> Iterator[Container]:
        """Yields a server that is ready; at the end it is stopped and given time to write everything.

        Args:
            plan: The server.

        Raises:
            MoveFailedError: It ended, was not ready in time, or did not stop well.
        """
        mounts = [_mount(plan.data, plan.path)]
        if plan.extra:
            mounts.append(_mount(plan.extra, FILES_PATH, read_only=True))
        with self._started(
            plan.image,
            plan.command,
            mounts,
            plan.network,
            cap_drop=["ALL"],
            environment=dict(plan.environment),
            hostname=plan.hostname or None,
            mem_limit=MEMORY,
            read_only=True,
            tmpfs=dict.fromkeys(plan.writable, "mode=1777"),
            user=self.user,
        ) as server:
            self._await(server, plan.ready)
            yield server
            server.stop(timeout=STOP_SECONDS)
            server.reload()
            if server.attrs["State"]["ExitCode"]:
                raise MoveFailedError(f"{plan.image} {ended(server.attrs['State'])} when stopped:\n{_lines(server)}")

    def run(self, server: Container, command: Sequence[str]) -> str:
        """Returns what a command in a server has printed.

        Args:
            server: The server.
            command: Program and arguments.

        Raises:
            MoveFailedError: It failed.
        """
        done: Any = server.exec_run(list(command))  # the stubs think of streams, which are not asked for
        text = str(done.output.decode(errors="replace"))
        if done.exit_code:
            image = server.attrs["Config"]["Image"]
            raise MoveFailedError(f"{' '.join(command[:3])} ended with {done.exit_code} in {image}:\n{text}")
        return text

    def sweep(self) -> None:
        """Removes containers and networks of a move that was killed; one of its copies may still be running."""
        labels = [f"{name}={value}" for name, value in self.labels.items()]
        filters: dict[str, str | list[str] | bool] = {"label": labels, "name": self.prefix}
        for container in self.engine.containers.list(all=True, filters=filters, ignore_removed=True):
            container.remove(force=True, v=True)
        for network in self.engine.networks.list(filters=filters):
            network.remove()

    def clear(self) -> None:
        """Removes the volumes it has made."""
        for name in self._made:
            self.remove(name)

    def remove(self, volume: str) -> None:
        """Removes a volume, which need not exist.

        Args:
            volume: The volume.
        """
        with contextlib.suppress(NotFound):
            self.engine.volumes.get(volume).remove(force=True)

    @contextlib.contextmanager
    def _started(
        self,
        image: str,
        command: Sequence[str],
        mounts: list[Mount],
        network: str = "",
        **options: Any,  # noqa: ANN401 the client's own
    ) -> Iterator[Container]:
        options |= {"network": network} if network else {"network_mode": "none"}
        container = self.engine.containers.create(
            image,
            command=list(command[1:]),
            entrypoint=[command[0]],
            labels=dict(self.labels),
            mounts=mounts,
            name=f"{self.prefix}-{random.token_hex(4)}",
            security_opt=["no-new-privileges:true"],
            **options,
        )
        try:
            container.start()
            yield container
        finally:
            container.remove(force=True, v=True)

    def _await(self, server: Container, ready: Sequence[str]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            server.reload()
            state = server.attrs["State"]
            if not state["Running"]:
                raise MoveFailedError(f"{server.attrs['Config']['Image']} {ended(state)}:\n{_lines(server)}")
            if server.exec_run(list(ready)).exit_code == 0:
                return
            if time.monotonic() > deadline:
                raise MoveFailedError(
                    f"{server.attrs['Config']['Image']} was not ready within {START_SECONDS} s:\n{_lines(server)}"
                )
            time.sleep(PAUSE_SECONDS)


def _mount(volume: str, path: str, *, read_only: bool = False) -> Mount:
    # Without no_copy the engine gives an empty volume the owner and mode of the image's own directory.
    return Mount(path, volume, type="volume", read_only=read_only, no_copy=True)


def _lines(container: Container) -> str:
    return container.logs(tail=LOG_LINES).decode(errors="replace").strip()
