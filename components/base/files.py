"""Writes a service's files into its volumes without ever running a process.

A throw-away container that is created and never started gives the engine's archive call a place to write to: owner and
mode come out as given, and it works for services with a read-only root that do not run as root.
"""

import io
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError, NotFound

from components.base import naming

FILE_MODE = 0o400
DIRECTORY_MODE = 0o500
_MOUNT = "/volumes"


@dataclass(frozen=True, kw_only=True)
class VolumeFill:
    """A volume, and what its root must look like.

    Attributes:
        name: Full volume name.
        mode: Permission bits of its root directory.
        files: Name to content, readable by the owner only (`FILE_MODE`); existing files of other names stay.
    """

    name: str
    mode: int
    files: Mapping[str, str]


def archive(fill: VolumeFill, mount: str, user: str) -> bytes:
    """Returns a tar archive that makes a mounted volume what `fill` says.

    Args:
        fill: The volume.
        mount: Name of the directory it is mounted at, below the place the archive is unpacked in.
        user: Numeric `uid:gid` that owns everything.
    """
    uid, _, gid = user.partition(":")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        root = tarfile.TarInfo(mount)
        root.type, root.mode, root.uid, root.gid = tarfile.DIRTYPE, fill.mode, int(uid), int(gid or uid)
        tar.addfile(root)
        for name, content in sorted(fill.files.items()):
            data = content.encode()
            entry = tarfile.TarInfo(f"{mount}/{name}")
            entry.mode, entry.uid, entry.gid, entry.size = FILE_MODE, int(uid), int(gid or uid), len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def fill_volumes(
    client: DockerClient, *, fills: Iterable[VolumeFill], image: str, labels: Mapping[str, str], user: str
) -> None:
    """Makes volumes what they must be, creating those that do not exist.

    A file that is right already is not touched: the engine writes one by removing it first, and a replica that serves
    from the same volume would find it missing for a moment.

    Args:
        client: The engine.
        fills: The volumes.
        image: Any image the engine has; nothing in it is run.
        labels: Labels of the throw-away container.
        user: Numeric `uid:gid` that owns everything.
    """
    fills = list(fills)
    mounts = {fill.name: {"bind": f"{_MOUNT}/{index}", "mode": "rw"} for index, fill in enumerate(fills)}
    container = client.containers.create(
        image, entrypoint=["/never-started"], command=[], labels=dict(labels), network_mode="none", volumes=mounts
    )
    try:
        for index, fill in enumerate(fills):
            kept = _kept(client, str(container.id), str(index), fill, user) if fill.files else frozenset[str]()
            due = replace(fill, files={name: text for name, text in fill.files.items() if name not in kept})
            client.api.put_archive(str(container.id), _MOUNT, archive(due, str(index), user))
    finally:
        # v removes the anonymous volume an image's VOLUME line has just made, and never a named one.
        container.remove(force=True, v=True)


def _kept(client: DockerClient, container_id: str, mount: str, fill: VolumeFill, user: str) -> frozenset[str]:
    """Returns the names of the files that already are what `archive` would make of them."""
    stream, _ = client.api.get_archive(container_id, f"{_MOUNT}/{mount}")
    with (
        tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as found,
        tarfile.open(fileobj=io.BytesIO(archive(fill, mount, user))) as wanted,
    ):
        return frozenset(name for name, *_ in _files(found) & _files(wanted))


def _files(tar: tarfile.TarFile) -> set[tuple[str, int, int, int, bytes]]:
    """Returns name, permission bits, owner, group and content of each file; the engine adds bits of the file's type."""
    return {
        (Path(entry.name).name, entry.mode & 0o7777, entry.uid, entry.gid, member.read())
        for entry in tar
        if (member := tar.extractfile(entry))
    }


def create_volume(client: DockerClient, name: str, labels: Mapping[str, str]) -> None:
    """Creates a files volume; an existing one of that name is kept."""
    client.api.create_volume(name, labels=dict(labels))


def remove_volume(client: DockerClient, name: str) -> None:
    """Removes a files volume; one that is gone already is no error, and one in use stays.

    Volumes are called by their content. Going back from a failed change fills the earlier one again, and Pulumi, which
    had no time to remove it then, asks for that now: whoever uses it removes it later.
    """
    try:
        client.api.remove_volume(name, force=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != HTTPStatus.CONFLICT:
            raise


def throw_away_labels(scope: naming.Scope, service: str) -> Mapping[str, str]:
    """Returns the labels by which a throw-away container left by an interrupted run is recognised."""
    return scope.labels(service, "throw-away")
