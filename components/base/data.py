"""Keeps a server from being started on data it cannot use: another version, another name than its settings say."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from docker import DockerClient
from docker.errors import NotFound

from components.base import inside
from components.base.data_versions import NONE, of_words, span, takes
from components.base.docker_api import has_image
from components.base.readiness import ended_with
from components.base.spec_parts import DataFormat

ASK_SECONDS = 10.0
DISAGREES: Final = 1
"""Exit code by which a fact's command says that the data do not agree with a setting."""

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of a file: a C library has 2 MiB, what a store writes its version in far less."""

TRIPLETS: Final = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}
"""Processor, as an image names it, to its folder of libraries in Debian."""


def disagreeing(client: DockerClient, facts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Returns the refusals of changed settings that the data of running containers do not agree with.

    A container that does not run cannot be asked: its gate finds the same at the next start, and says the same. Nor is
    it an answer when the command was killed, could not be run or reached nobody.

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
        if container.status != "running":
            continue
        if ended_with(client, container, fact["command"], ASK_SECONDS) == DISAGREES:
            refused.append(fact["refusal"].replace("CONTAINER", fact["container"]).replace("OLD_NAME", fact["old"]))
    return refused


def unreadable(
    client: DockerClient, *, before: str, image: str, labels: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Returns the refusals of an image that does not take the data there are.

    Args:
        client: The engine.
        before: Reference of the image that has used the data so far; empty where nobody knows.
        image: Reference of the image to be; the engine need not have it yet.
        labels: Labels of throw-away containers.
        rows: Data volumes: `volume`, `service`, and the `formats` to compare.
    """
    due = [(row, DataFormat(**given)) for row in rows for given in row["formats"]]
    refused = []
    for row, form in due:
        if form.file_chain:
            version = of_volume(client, form, row["volume"], image if has_image(client, image) else before, labels)
        else:
            version = _of_image(client, form, before, labels) if before else None
        taking = _of_image(client, form, image, labels) if version else None
        if version and taking and not takes(form, data=version, image=taking):
            refused.append(
                f"{row['service']}: the data in volume {row['volume']} are of {form.name} {version}, and {image} takes "
                f"those of {span(form, taking)}. {form.otherwise} Nothing was stopped, the data are untouched. "
                f"{form.remedy}"
            )
    return refused


def _of_image(client: DockerClient, form: DataFormat, image: str, labels: Mapping[str, str]) -> str | None:
    """Returns the version of an image: what the engine has of it, else what its reference says."""
    attributes = client.images.get(image).attrs if has_image(client, image) else {}
    if attributes and form.image_file:
        path, pattern = form.image_file
        path = path.replace("{triplet}", TRIPLETS.get(attributes["Architecture"], ""))
        with inside.opened(client, image, labels) as container:
            content = inside.head(client, container, path, MOST_BYTES)
        return next(iter(re.findall(pattern, content or "")), NONE)
    lines = attributes["Config"].get("Env") or [] if attributes else []
    named = dict(line.partition("=")[::2] for line in lines).get(form.variable)
    # An image that is asked for by its id has names all the same.
    return named or next(_told(form, [image, *(attributes.get("RepoTags") or [])]), None)


def _told(form: DataFormat, references: Sequence[str]) -> Iterator[str]:
    """Yields the versions that an image's references name."""
    for reference in references:
        for pattern, version in form.references.items():
            match = re.search(pattern, reference)
            if match:
                yield match.expand(version)


def of_volume(client: DockerClient, form: DataFormat, volume: str, image: str, labels: Mapping[str, str]) -> str | None:
    """Returns the version of the data in a volume; None where there are none, or no image to look by.

    Args:
        client: The engine.
        form: How it is told.
        volume: The volume.
        image: Any image the engine has; nothing in it is run.
        labels: Labels of the throw-away container.
    """
    if not image or not has_image(client, image) or not inside.has_volume(client, volume):
        return None
    words: list[str] = [""]
    with inside.opened(client, image, labels, volume=volume) as container:
        for path, pattern in form.file_chain:
            content = inside.head(client, container, f"{inside.VOLUME}/{path.replace('{}', words[0])}", MOST_BYTES)
            words = re.findall(pattern, content or "", re.MULTILINE)
            if not words:
                return None
    return of_words(form, words)
