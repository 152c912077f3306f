"""Turns image names into resources: pulled by digest, found locally, or built."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.base import lock

IMAGE_PREFIX = "image-"
"""What logical names of images begin with; the name in the lock file follows."""


class Images:
    """The images of one stack; each becomes one resource, however many services use it."""

    def __init__(
        self,
        *,
        overrides: Mapping[str, str],
        parent: pulumi.Resource | None,
        source: lock.Source,
        elsewhere: bool = False,
    ) -> None:
        """Remembers where images come from.

        Args:
            overrides: Image name to reference, instead of the lock file's.
            parent: Parent of the image resources.
            source: Which half of the lock file counts.
            elsewhere: Whether the engine is another machine's.
        """
        self._elsewhere = elsewhere
        self._overrides = overrides
        self._parent = parent
        self._source = source
        self._resources: dict[str, docker.RemoteImage] = {}

    def get(self, name: str) -> docker.RemoteImage:
        """Returns the resource of an image of the lock file or of one registered by `build`.

        Raises:
            KeyError: There is no such image.
        """
        if name not in self._resources:
            entry = lock.load()[name]
            if entry.built:
                return self.build(name, context=lock.CHECKOUT / entry.built.context, base=entry.built.base)
            self._resources[name] = docker.RemoteImage(
                f"{IMAGE_PREFIX}{name}", keep_locally=True, name=self._reference(name), opts=self._options()
            )
        return self._resources[name]

    def build(self, name: str, *, base: str, context: Path, mounted: Collection[str] = ()) -> docker.RemoteImage:
        """Registers an image that is built from a folder with a Dockerfile; its tag is a hash of what goes in.

        Args:
            name: Name by which specs refer to it.
            base: Name in the lock file of the image given as `BASE_IMAGE`.
            context: The folder.
            mounted: What lies over the image's content when it runs, so that a change of it is no reason to build.
        """
        below = self._reference(base)
        project, stack = pulumi.get_project(), pulumi.get_stack()
        tag = lock.content_hash(context, below, without=mounted)
        self._resources[name] = docker.RemoteImage(
            f"{IMAGE_PREFIX}{name}",
            build=docker.RemoteImageBuildArgs(
                build_args={"BASE_IMAGE": below},
                context=str(context),
                network_mode="host",  # package mirrors on the host's own networks are reached by builds too
                # The other one builds on this machine's engine, wherever the provider's own is (pulumi-docker 5.2.0).
                use_legacy_builder=True if self._elsewhere else None,
            ),
            keep_locally=True,
            name=f"{lock.LOCAL_PREFIX}/{project}-{stack}-{name}:{tag}",
            opts=self._options(ignore_changes=["build.context"]),
        )
        return self._resources[name]

    def _reference(self, name: str) -> str:
        return reference(name, self._overrides, self._source)

    def _options(self, ignore_changes: list[str] | None = None) -> pulumi.ResourceOptions:
        # A second clone builds the same content from another folder: the folder's name is no change.
        return pulumi.ResourceOptions(parent=self._parent, ignore_changes=ignore_changes)


def reference(name: str, overrides: Mapping[str, str], source: lock.Source) -> str:
    """Returns how the engine is asked for a third-party image of a stack.

    Args:
        name: Name in the lock file.
        overrides: Image name to reference, instead of the lock file's.
        source: Which half of the lock file counts.
    """
    return overrides.get(name) or lock.reference(name, source)
