"""An engine of paper: lists, answers and a note of every call that would have changed something."""

from http import HTTPStatus
from typing import Any

import requests
from docker.errors import APIError, ImageNotFound, NotFound

from components.base.files import VolumeFill, archive


class PaperEngine:
    """Stands for a Docker client and for its low-level half at once."""

    def __init__(self, inspected: dict[str, dict[str, Any]] | None = None, images: set[str] | None = None) -> None:
        """Takes containers, id to inspect, and the references of the images it has."""
        self.api = self
        self.containers = self
        self.images = self
        self.calls: list[str] = []
        self.archives: list[tuple[str, bytes]] = []
        self.held = archive(VolumeFill(name="db-files", mode=0o755, files={}), "0", "0:0")
        self.root = archive(VolumeFill(name="db-data", mode=0o700, files={}), "data", "999:999")
        self._inspected = inspected or {}
        self._images = images or set()

    def __call__(self, *, all: bool, filters: dict[str, str]) -> list[dict[str, str]]:  # noqa: A002 the client's own name
        """Lists containers, as `api.containers` does."""
        assert all
        assert filters["label"].startswith("zapstack.stack=")
        return [{"Id": id_} for id_ in (*self._inspected, "just-gone")]

    def inspect_container(self, id_: str) -> dict[str, Any]:
        """Returns one inspect."""
        if id_ not in self._inspected:
            raise NotFound("gone")
        return self._inspected[id_]

    def networks(self, filters: dict[str, str]) -> list[dict[str, str]]:
        """Lists one network."""
        assert filters
        return [{"Name": "net", "Id": "net-id"}]

    def volumes(self, filters: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
        """Lists a files volume, and a data volume that was moved here: it has the stack's label and no other."""
        assert filters == {"label": "zapstack.stack=zapstack/dev"}
        ours = {"zapstack.stack": "zapstack/dev"}
        return {
            "Volumes": [
                {"Name": "data", "Labels": ours},
                {"Name": "files", "Labels": {**ours, "zapstack.role": "files"}},
            ]
        }

    def get(self, reference: str) -> str:
        """Finds an image."""
        if reference not in self._images:
            raise ImageNotFound("none")
        return reference

    def create(self, image: str, **options: Any) -> "PaperEngine":  # noqa: ANN401 the client's own options
        """Creates a throw-away container."""
        self.calls.append(f"create from {image} with {sorted(options['volumes'])}")
        self.id = "throw-away"
        return self

    def get_archive(self, id_: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        """Returns, in two pieces, what the files volume holds already, or the data volume below its own path."""
        assert id_ == "throw-away"
        content = {"/volumes/0": self.held, "/var/lib/data": self.root}[path]
        return [content[:512], content[512:]], {}

    def put_archive(self, id_: str, path: str, data: bytes) -> None:
        """Keeps what would have been written."""
        self.archives.append((f"{id_}:{path}", data))

    def remove(self, *, force: bool, v: bool) -> None:
        """Notes the removal of the throw-away container."""
        assert force
        assert v, "an anonymous volume would stay"
        self.calls.append("remove container")

    def create_volume(self, name: str, labels: dict[str, str]) -> None:
        """Notes the creation."""
        assert labels
        self.calls.append(f"create volume {name}")

    def remove_volume(self, name: str, *, force: bool) -> None:
        """Notes the removal; a volume called `gone` is gone already, and one called `used` in use."""
        assert force
        if name == "gone":
            raise NotFound("gone")
        if name == "used":
            raise APIError("409 Client Error", response=refused(HTTPStatus.CONFLICT))
        if name == "stuck":
            raise APIError("500 Server Error", response=refused(HTTPStatus.INTERNAL_SERVER_ERROR))
        self.calls.append(f"remove volume {name}")


def refused(status: HTTPStatus) -> requests.Response:
    """Returns an answer with a status."""
    answer = requests.Response()
    answer.status_code = status
    return answer
