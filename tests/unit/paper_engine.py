"""An engine on paper: images, a volume with files, one container; enough to look inside and to ask."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from docker.errors import ImageNotFound, NotFound

from components.base import inside

VOLUME = "store-data"


class PaperEngine:
    """A client of an engine with at most one container and at most one volume."""

    def __init__(
        self,
        *,
        exits: Mapping[str, int] | None = None,
        files: Mapping[str, str] | None = None,
        images: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Takes what there is.

        Args:
            exits: Program to its exit code in the container; None where there is no container.
            files: Path in the volume to content; None where there is no volume.
            images: Reference to variables of the environment, and to files, which begin with a slash.
            names: Tags of every image.
        """
        self.api = self.containers = self
        self.images = SimpleNamespace(get=self._image)
        self.volumes = SimpleNamespace(get=self._volume)
        self.status = "running"
        self.opened: list[str] = []
        self.left = 0
        self._names = list(names)
        self._exits, self._files, self._images = exits, files, images or {}
        self._inside: dict[str, dict[str, str]] = {}

    def get(self, name: str) -> "PaperEngine":
        """Finds the container when there is one."""
        if self._exits is None:
            raise NotFound(name)
        return self

    id = "container"

    def create(self, image: str, **options: Any) -> Any:  # noqa: ANN401 the client's own
        """Creates a container that is never started."""
        assert options["entrypoint"] == ["/never-started"]
        assert not options["volumes"] or self._files is not None, "the engine would make the volume"
        name = f"{image} {len(self.opened)}"
        mounted = {f"{inside.VOLUME}/{path}": text for path, text in (self._files or {}).items()}
        self._inside[name] = {**self._images[image], **(mounted if options["volumes"] else {})}
        self.opened.append(image)
        self.left += 1
        return SimpleNamespace(id=name, remove=self._remove)

    def get_archive(self, id_: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        """Returns a file."""
        if path not in self._inside[id_]:
            raise NotFound(path)
        content = self._inside[id_][path].encode()
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            entry = tarfile.TarInfo(path.rpartition("/")[2])
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        return [buffer.getvalue()], {}

    def exec_create(self, id_: str, command: list[str]) -> dict[str, str]:
        """Remembers the command."""
        assert id_ == self.id
        return {"Id": command[0]}

    def exec_start(self, id_: str, *, detach: bool) -> None:
        """Runs nothing."""
        assert id_
        assert detach

    def exec_inspect(self, id_: str) -> dict[str, int]:
        """Returns the exit code."""
        assert self._exits is not None
        return {"ExitCode": self._exits[id_]}

    def _remove(self, *, force: bool, v: bool) -> None:
        assert force
        assert v
        self.left -= 1

    def _image(self, reference: str) -> Any:  # noqa: ANN401 as the client's
        if reference not in self._images:
            raise ImageNotFound(reference)
        rows = self._images[reference].items()
        lines = [f"{name}={value}" for name, value in rows if not name.startswith("/")]
        return SimpleNamespace(
            attrs={"Architecture": "amd64", "Config": {"Env": lines or None}, "RepoTags": self._names}
        )

    def _volume(self, name: str) -> None:
        if self._files is None or name != VOLUME:
            raise NotFound(name)
