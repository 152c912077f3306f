"""The `Prepare` resource: a service's files and the ownership of its data volumes, before its container exists.

A thin shim, because dynamic providers are pickled into the stack's state: the logic is in `components.base.files`.
"""

from typing import Any

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.base import data, data_owner, files, observe, proofs
from components.base.docker_api import client
from components.base.failure import ServiceFailedError
from components.base.providers import process

COMPARED = ("data", "docker_host", "files_volume", "fingerprint", "image", "labels", "owner", "proof")


class PrepareProvider(ResourceProvider):
    """Fills volumes; counts a generation that rises when the container must be made anew."""

    serialize_as_secret_always = False  # nothing is captured in it

    def configure(self, req: ConfigureRequest) -> None:  # noqa: ARG002
        """Prepares the process once."""
        process.widen_pool()

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Refuses a changed setting or image that existing data do not agree with; a preview asks it as well."""
        before, after = (olds or {}).get("facts") or {}, news.get("facts") or {}
        changed = [
            {**row, "old": before[name]["value"]}
            for name, row in after.items()
            if name in before and before[name]["value"] != row["value"]
        ]
        refused = data.disagreeing(client(news["docker_host"]), changed) if changed else []
        used = str((olds or {}).get("image") or news["used_image"])
        if used != news["image"] and any(row["formats"] for row in news["data"]):
            refused += data.unreadable(
                client(news["docker_host"]),
                before=used,
                image=news["image"],
                labels=news["labels"],
                rows=news["data"],
            )
        # A property's name would make Pulumi print its value above the sentence.
        return CheckResult(news, [CheckFailure("", text) for text in refused])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Reports changed files or volumes, a container that is gone, and a consumer in trouble."""
        changed = any(olds.get(name) != news.get(name) for name in COMPARED)
        return DiffResult(
            changes=changed or news["observed"] != observe.PRESENT,
            replaces=["files_volume"] if olds.get("files_volume") != news.get("files_volume") else [],
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Fills the volumes for the first time; what fails leaves no files volume behind."""
        try:
            _fill(props)
        except Exception:
            files.remove_volume(client(props["docker_host"]), props["files_volume"])
            raise
        return CreateResult(props["files_volume"], _outputs(props, generation=1))

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Fills them again; an absent container is a new generation."""
        _fill(news)
        missing = news["observed"] in observe.ABSENT
        return UpdateResult(_outputs(news, generation=int(olds["generation"]) + int(missing)))

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Removes the files volume; data volumes are not this resource's to remove."""
        files.remove_volume(client(props["docker_host"]), props["files_volume"])


def _outputs(props: dict[str, Any], generation: int) -> dict[str, Any]:
    kept = {name: props[name] for name in (*COMPARED, "facts", "observed")}
    return {**kept, "generation": generation}


def _fill(props: dict[str, Any]) -> None:
    engine = client(props["docker_host"])
    files.create_volume(engine, props["files_volume"], props["files_labels"])
    content = {**props["files"], **props["secret_files"]}
    fills = [files.VolumeFill(name=props["files_volume"], mode=files.DIRECTORY_MODE, files=content)]
    fills += [files.VolumeFill(name=row["volume"], mode=int(row["mode"]), files={}) for row in props["data"]]
    files.fill_volumes(engine, fills=fills, image=props["image"], labels=props["labels"], user=props["owner"])
    data_owner.require_usable(
        engine, image=props["image"], labels=props["labels"], rows=props["data"], user=props["owner"]
    )
    if props["proof"]:
        request = proofs.ProofRequest(
            files_volume=props["files_volume"], labels=props["labels"], user=props["owner"], **props["proof"]
        )
        try:
            proofs.prove(engine, request)
        except ServiceFailedError:
            process.halt.set(request.service)
            raise


class Prepare(Resource, module="components", name="Prepare"):
    """Files and ownership of one service.

    Attributes:
        generation: Rises when the container must be made anew.
    """

    generation: pulumi.Output[int]

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Registers it; see `components.base.engines.containers` for the properties."""
        super().__init__(PrepareProvider(), name, {**props, "generation": None}, opts)
