"""Keeps a server from being started on data it cannot use: another format, another name than its settings say."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

from docker import DockerClient
from docker.errors import NotFound

from components.base.failure import ServiceFailedError
from components.base.readiness import succeeds

ASK_SECONDS = 10.0
_MOUNT = "/volume"


def disagreeing(client: DockerClient, facts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the refusals of changed settings that the data of running containers do not agree with.

    A container that does not run cannot be asked: its gate finds the same at the next start, and says the same.

    Args:
        client: The engine.
        facts: `command`, `container`, `refusal` and `old` value of each changed setting.
    """
    refused = []
    for fact in facts:
        try:
            container = client.containers.get(fact["container"])
        except NotFound:
            continue
        asked = container.status == "running" and succeeds(client, container, ("true",), ASK_SECONDS)
        if asked and not succeeds(client, container, fact["command"], ASK_SECONDS):
            refused.append(fact["refusal"].replace("CONTAINER", fact["container"]).replace("OLD_NAME", fact["old"]))
    return refused


def require_readable(
    client: DockerClient, *, rows: Sequence[Mapping[str, Any]], image: str, labels: Mapping[str, str]
) -> None:
    """Compares the format of existing data with the one an image reads.

    Args:
        client: The engine.
        rows: Data volumes: `volume` and `format`, which is empty where there is nothing to compare.
        image: Image of the server to be; the engine has it.
        labels: Labels of the throw-away container.

    Raises:
        ServiceFailedError: They differ. Nothing has been stopped.
    """
    for row in rows:
        form = row.get("format")
        if not form:
            continue
        reads = _environment(client, image).get(form["variable"])
        found = _read(client, volume=row["volume"], file=form["file"], image=image, labels=labels)
        if found is not None and reads is not None and found != reads:
            raise ServiceFailedError(
                f"volume {row['volume']} holds data of version {found}, and {image} reads version {reads} only: its "
                f"server would not start. Nothing was stopped, the data are untouched. {form['remedy']}"
            )


def _environment(client: DockerClient, image: str) -> dict[str, str]:
    lines = client.images.get(image).attrs["Config"].get("Env") or []
    return dict(line.partition("=")[::2] for line in lines)


def _read(client: DockerClient, *, volume: str, file: str, image: str, labels: Mapping[str, str]) -> str | None:
    """Returns the content of a small file in a volume, without running anything; None where there is none."""
    container = client.containers.create(
        image,
        entrypoint=["/never-started"],
        command=[],
        labels=dict(labels),
        network_mode="none",
        volumes={volume: {"bind": _MOUNT, "mode": "rw"}},
    )
    try:
        stream, _ = client.api.get_archive(str(container.id), f"{_MOUNT}/{file}")
        with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as tar:
            member = tar.extractfile(file)
            return member.read().decode().strip() if member else None
    except NotFound:
        return None
    finally:
        # v removes the anonymous volume an image's VOLUME line has just made, and never a named one.
        container.remove(force=True, v=True)
