"""The page of pinned images: which version a registry is asked for, until when it is safe, and the way on."""

from typing import Final

from components.base import lock

HEAD: Final = """\
# Pinned images

Generated from `components/images.lock` by `make docs`; do not edit.

This is what a machine that reaches registries runs. Each version is pinned by its digest, so that it means one image;
production refuses one that is pinned by its tag alone until `make lock-images WRITE=1` has written its digest.
`make lock-images` asks the registries what each tag is today, and says the same as this page. `safe until` is the last
day on which its makers mend it, "not said" that they have named none; after that day `make preview` and `make up` say
so, in production as a warning. How an image is exchanged: [operating.md](operating.md#how-is-an-image-upgraded).

| image | pinned | sure | safe until | why, and the way on |
|---|---|---|---|---|
"""

SURE: Final = {
    "A": "official, others agree",
    "B": "two independent projects",
    "S": "one project",
    "verified": "asked its registry",
    None: "**no**: by tag alone",
}


def pinned_images() -> str:
    """Returns the page."""
    rows = []
    for name, entry in sorted(lock.load().items()):
        if entry.registry:
            support = entry.registry.support
            reason = f"{support.text} [Source]({support.source})"
            pinned, until = f"`{entry.registry.tagged}`", str(support.until or "not said")
            rows.append(f"| {name} | {pinned} | {SURE[entry.registry.certainty]} | {until} | {reason} |\n")
    return HEAD + "".join(rows)
