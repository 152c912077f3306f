"""The settings of a whole stack: the keys of `zapstack:` in `Pulumi.<stack>.yaml`."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, create_model

from stacks.base import System
from stacks.settings.base import Settings

ENVIRONMENTS: Final = ("development", "production")

DOCKER_HOST: Final = "docker:host"

DOCKER_HOST_DESCRIPTION: Final = (
    "Address of the Docker engine: unix:///path, tcp://host:port or ssh://user@host. When left out: DOCKER_HOST, then "
    "the local socket."
)


class StackSettings(Settings):
    """What a stack is."""

    environment: Literal["development", "production"] = Field(
        description="Chooses the table of defaults. No default: a production stack must never be one by accident."
    )
    image_overrides: dict[str, str] = Field(
        default_factory=dict,
        description="Image name of components/images.lock to the reference used instead of it; in production only by "
        "digest (name@sha256:…) or image id (sha256:…), because a tag may mean something else tomorrow.",
    )
    images: Literal["auto", "registry", "local"] = Field(
        default="auto",
        description="Where third-party images come from: a registry, or built on this machine from packages. auto is "
        "what set-up found to be possible here, and in production a registry; a stack that has data keeps the source "
        "it has.",
    )
    protect_data: bool | None = Field(
        default=None,
        description="Whether destroy refuses to delete data volumes. Left out: true in production, where nothing else "
        "is possible, and false in development.",
    )
    systems: Settings = Field(description="Systems of the stack; those named here exist, with {} for all defaults.")


def stack_model(kinds: Mapping[str, System]) -> type[StackSettings]:
    """Returns the model of a stack that may hold some kinds of systems.

    Args:
        kinds: Name to system.
    """
    fields: dict[str, Any] = {
        name: (kind.settings | None, Field(alias=name, default=None, description=(kind.settings.__doc__ or name)))
        for name, kind in sorted(kinds.items())
    }
    systems: Any = create_model("Systems", __base__=Settings, __doc__="Systems of a stack.", **fields)
    described = StackSettings.model_fields["systems"].description
    model: type[StackSettings] = create_model(
        "StackSettings",
        __base__=StackSettings,
        __doc__=StackSettings.__doc__,
        systems=(systems, Field(description=described, json_schema_extra={"minProperties": 1})),
    )
    return model
