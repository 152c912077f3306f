"""Keeps a server from being started on a volume that its image has given to somebody else.

When a container is made, the engine gives an *empty* volume what the image has at the same path: files, and the owner
and mode of the directory. That comes after `Prepare` has set both, so a server that does not run as root cannot write.
Containers that are never started show it beforehand. Content of the image keeps the volume from being empty, so what is
set after the first of them stays; with an empty directory it would not.

Source: https://github.com/moby/moby v28.5.2, `daemon/create_unix.go:81`, `container/container_unix.go:378`; 20.10 alike
"""

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from docker import DockerClient

from components.base.failure import ServiceFailedError
from components.base.files import VolumeFill, archive

HEAD_BYTES: Final = 3 * tarfile.BLOCKSIZE
"""What the first entry of an archive takes at most; the rest may be gigabytes and is not read."""

ALL_BITS: Final = 0o7


def require_usable(
    client: DockerClient, *, image: str, labels: Mapping[str, str], rows: Sequence[Mapping[str, Any]], user: str
) -> None:
    """Makes containers as the server's will be made, and looks at what they leave of its volumes' owners.

    Args:
        client: The engine.
        image: Image of the server to be; the engine has it.
        labels: Labels of the throw-away containers.
        rows: Data volumes: `volume`, `path` and `mode`; their owners have been set.
        user: Numeric `uid:gid` that the server runs as.

    Raises:
        ServiceFailedError: The server could not use one. Nothing has been stopped.
    """
    if rows and _mended(client, image=image, labels=labels, rows=rows, user=user):
        lost = _mended(client, image=image, labels=labels, rows=rows, user=user)
        if lost:
            raise ServiceFailedError("\n".join(lost))


def _mended(
    client: DockerClient, *, image: str, labels: Mapping[str, str], rows: Sequence[Mapping[str, Any]], user: str
) -> list[str]:
    """Returns a sentence for each volume that a new container has given to somebody else, and takes it back."""
    mounts = {row["volume"]: {"bind": row["path"], "mode": "rw"} for row in rows}
    container = client.containers.create(
        image, entrypoint=["/never-started"], command=[], labels=dict(labels), network_mode="none", volumes=mounts
    )
    lost = []
    try:
        for row in rows:
            path = PurePosixPath(row["path"])
            root = _root(client, str(container.id), str(path))
            if usable(root, user):
                continue
            lost.append(
                f"{image} has a directory {path} of its own, which belongs to {root.uid}:{root.gid} with mode "
                f"{root.mode & 0o7777:o}. The engine gives its owner to the empty volume {row['volume']}, so the "
                f"server, which runs as {user}, could not write its data. Nothing was stopped. Give the directory away "
                f"where the image is made, with 'RUN mkdir -p {path} && chown {user} {path}' and DOCKER_BUILDKIT=1 "
                "(the older builder forgets what is done below a VOLUME line), then run 'pulumi up' again."
            )
            right = VolumeFill(name=row["volume"], mode=int(row["mode"]), files={})
            client.api.put_archive(str(container.id), str(path.parent), archive(right, path.name, user))
    finally:
        # v removes the anonymous volume an image's VOLUME line has just made, and never a named one.
        container.remove(force=True, v=True)
    return lost


def usable(root: tarfile.TarInfo, user: str) -> bool:
    """Returns whether a user may list, enter and write a directory.

    Args:
        root: The directory.
        user: Numeric `uid:gid`.
    """
    uid, _, gid = user.partition(":")
    bits = root.mode >> 6 if root.uid == int(uid) else root.mode >> 3 if root.gid == int(gid or uid) else root.mode
    return bits & ALL_BITS == ALL_BITS


def _root(client: DockerClient, container_id: str, path: str) -> tarfile.TarInfo:
    stream, _ = client.api.get_archive(container_id, path)
    head = b""
    for part in stream:
        head += part
        if len(head) >= HEAD_BYTES:
            break
    with tarfile.open(fileobj=io.BytesIO(head), mode="r|") as tar:
        return tar.next() or tarfile.TarInfo(path)
