"""The flagship on another image of Evolution API, on a fresh stack of its own."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import docker

from tests.engine.conftest import Checkout
from tests.engine.flagship import changed


@contextmanager
def instead(checkout: Checkout, image: str) -> Iterator[None]:
    """Names an image for Evolution API in the stack's file, and takes it out again at the end."""
    with changed(checkout, "", above=f'  zapstack:imageOverrides: {{evolution-api: "{image}"}}\n'):
        yield


def with_migration(engine: docker.DockerClient, image: str, sql: str) -> str:
    """Builds an image with one more migration, and returns its id.

    Args:
        engine: The engine.
        image: Image of Evolution API.
        sql: The migration's own SQL, on one line and without quotes of the shell.
    """
    folder = "prisma/postgresql-migrations/29990101000000_of_the_tests"
    lines = [f"FROM {image}", f'RUN mkdir -p {folder} && echo "{sql}" > {folder}/migration.sql']
    built, _ = engine.images.build(fileobj=io.BytesIO("\n".join(lines).encode()), rm=True)
    return str(built.id)
