"""Volumes of compose's own: files copied from ours with owner and mode, data volumes empty but prepared like ours."""

from collections.abc import Mapping

from docker import DockerClient

from bench.state import Prepared
from components.base.files import VolumeFill, fill_volumes

LABEL = "zapstack.bench"
LABELS: Mapping[str, str] = {LABEL: "compose"}
_FROM, _TO, _MOUNT = "/from", "/to", "volume"


def copy(engine: DockerClient, source: str, target: str, image: str) -> None:
    """Copies a volume into a new one, through a container that is never started.

    Args:
        engine: The engine.
        source: Volume to read.
        target: Volume to make.
        image: Any image the engine has; nothing in it is run.
    """
    engine.volumes.create(target, labels=dict(LABELS))
    container = engine.containers.create(
        image,
        entrypoint=["/never-started"],
        command=[],
        labels=dict(LABELS),
        network_mode="none",
        volumes={
            source: {"bind": f"{_FROM}/{_MOUNT}", "mode": "ro"},
            target: {"bind": f"{_TO}/{_MOUNT}", "mode": "rw"},
        },
    )
    try:
        stream, _ = engine.api.get_archive(str(container.id), f"{_FROM}/{_MOUNT}")
        engine.api.put_archive(str(container.id), _TO, b"".join(stream))
    finally:
        # v removes the anonymous volume an image's VOLUME line has just made, and never a named one.
        container.remove(force=True, v=True)


def empty(engine: DockerClient, row: Prepared, names: Mapping[str, str]) -> None:
    """Makes a service's data volumes, empty and with the owner and mode that ours have.

    Args:
        engine: The engine.
        row: Whose data.
        names: Our volume to compose's.
    """
    for volume in row.data:
        engine.volumes.create(names[volume], labels=dict(LABELS))
    fills = [VolumeFill(files={}, mode=mode, name=names[volume]) for volume, mode in row.data.items()]
    if fills:
        fill_volumes(engine, fills=fills, image=row.image, labels=LABELS, user=row.owner)
