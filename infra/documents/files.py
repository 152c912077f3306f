"""The generated files, name to text."""

from infra.documents.diagram import diagrams
from infra.documents.env_example import env_example
from infra.documents.page import page
from infra.documents.pinned_images import pinned_images
from infra.documents.schema import SCHEMA_FILE, schema
from stacks.registry import SYSTEMS


def documents() -> dict[str, str]:
    """Returns every generated file, path from the checkout to text."""
    models = {
        ".env.example": env_example(SYSTEMS),
        "docs/configuration.md": page(SYSTEMS),
        "docs/pinned-images.md": pinned_images(),
        SCHEMA_FILE: schema(SYSTEMS),
    }
    return {**models, **diagrams()}
