"""Images used instead of the lock file's: only names it knows, only references that mean one thing."""

import re
from typing import Final

from components.base import lock
from infra.draft import Draft
from infra.errors import unknown

DIGEST: Final = r"sha256:[0-9a-f]{64}"
PART: Final = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
HOST: Final = r"[A-Za-z0-9.-]+(?::[0-9]+)?"
REFERENCE: Final = re.compile(
    rf"(?P<repository>(?:{HOST}/)?{PART}(?:/{PART})*)(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}}))?(?P<digest>@{DIGEST})?"
)
"""Source: https://github.com/distribution/reference, its grammar."""

EVOLUTION_API: Final = "evolution-api"
FIRST_LICENSED: Final = (2, 4, 0)
FIRST_SAFE: Final = (2, 3, 3)
"""Versions before it serve files of the container to anybody. Source: https://github.com/EvolutionAPI/evolution-api/releases"""


def check(draft: Draft) -> None:
    """Notes overrides of images that do not exist or are not used as they are, and references that are refused."""
    rows = draft.tree.get("imageOverrides")
    for name, reference in rows.items() if isinstance(rows, dict) else ():
        if isinstance(reference, str):  # others are told by the models
            text = _name(name) or _reference(reference, draft) or _evolution_api(name, reference, draft)
            if text:
                draft.refuse(("imageOverrides", name), text)


def _name(name: str) -> str:
    entry = lock.load().get(name)
    if entry is None:
        names = [known for known, row in lock.load().items() if row.registry]
        return unknown("image", name, names, listed="names in components/images.lock")
    if entry.registry is None:
        return "built from this checkout and cannot be replaced. Remove the line, and change its folder instead."
    return ""


def _reference(reference: str, draft: Draft) -> str:
    if re.fullmatch(DIGEST, reference):
        return ""
    match = REFERENCE.fullmatch(reference)
    if not match or match["repository"] == "sha256":
        return "not an image (allowed: name:tag, name@sha256:…, or sha256:… of an image on the engine). Correct it."
    if not match["digest"] and draft.environment == "production":
        return (
            "a tag may mean another image tomorrow (allowed in production: name@sha256:…, or sha256:… of an image on "
            f"the engine). The digest is what this prints: docker pull {match['repository']}:{match['tag'] or 'latest'}"
        )
    return ""


def _evolution_api(name: str, reference: str, draft: Draft) -> str:
    match = REFERENCE.fullmatch(reference)
    if name != EVOLUTION_API or not match or re.fullmatch(DIGEST, reference):
        return ""
    remedy = "Remove the line: the version of components/images.lock has been tried."
    stopped = match["repository"].endswith("atendai/evolution-api")
    numbers = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", match["tag"] or "")
    version = tuple(int(part or 0) for part in numbers.groups()) if numbers else ()
    tag = match["tag"] or ("" if match["digest"] else "latest")
    if not stopped and tag and (not version or version >= FIRST_LICENSED):
        which = "is" if version or tag == "latest" else "names no version, and may be"
        return f"{tag} {which} 2.4 or newer, which stops without a licence from its maker's server. {remedy}"
    if _allows_vulnerable(draft):
        return ""
    way_out = f"{remedy} Or set evolutionApi.allowVulnerable: true, where nobody but you reaches it."
    if stopped:
        return f"atendai/evolution-api stopped at 2.2.3, which serves its files to anybody. {way_out}"
    if version and version < FIRST_SAFE:
        return f"versions before 2.3.3 serve their files to anybody. {way_out}"
    return ""


def _allows_vulnerable(draft: Draft) -> bool:
    """Whether a system of the stack says that it wants such a version in spite of it."""
    systems = draft.tree.get("systems")
    rows = systems.values() if isinstance(systems, dict) else ()
    servers = [row.get("evolutionApi") for row in rows if isinstance(row, dict)]
    return any(isinstance(server, dict) and server.get("allowVulnerable") is True for server in servers)
