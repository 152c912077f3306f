"""Reads `components/images.lock` and says how each image is named on this machine."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

Source = Literal["registry", "local"]

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK_FILE = CHECKOUT / "components" / "images.lock"
LOCAL_PREFIX = "zapstack.local"
NEARER_PREFIX = "zapstack.nearer"
HASH_DIGITS = 12
NOT_CONTENT = frozenset(
    {"__pycache__", ".venv", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache", "tests"}
)
"""Folders that never reach an image, so that a test run does not rebuild it."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Support(_Model):
    """What a person must know about the version a registry serves."""

    text: str
    """Why it is this one, and the way on."""
    source: str
    """Address of the page that says so."""
    until: date | None = None
    """Last day on which it is safe to run; None where nobody has named one."""

    def over(self, today: date) -> bool:
        """Whether that day is past."""
        return self.until is not None and self.until < today


class RegistryImage(_Model):
    """An image as a registry serves it."""

    repository: str
    version: str
    support: Support
    digest: str = ""
    """Empty until `lock-images` has written it: the tag alone may mean another image tomorrow."""
    certainty: Literal["A", "B", "S", "verified"] | None = None

    @model_validator(mode="after")
    def _says_how_sure_its_digest_is(self) -> "RegistryImage":
        if bool(self.digest) != bool(self.certainty):
            raise ValueError("digest and certainty belong together: give both, or neither for an image by tag alone")
        return self

    @property
    def tagged(self) -> str:
        """Name and tag, as a registry is asked what they mean today."""
        return f"{self.repository}:{self.version}"

    @property
    def reference(self) -> str:
        """Name, tag for the reader, digest for the engine."""
        return f"{self.tagged}@{self.digest}" if self.digest else self.tagged


class LocalImage(_Model):
    """A local equivalent, built from packages."""

    context: str
    version: str
    base: str | None = None
    dockerfile: str = "Dockerfile"
    """Its name within the context, which several images may share."""


class OfficialFiles(_Model):
    """Files of an official image's repository, for whoever has a copy of it."""

    repository: str
    """Its path at `https://github.com/`; the copy lies in a folder of the last part's name."""
    commit: str
    """Where the files are known to be."""
    files: dict[str, str]
    """File in our context to the one in the repository that goes there instead."""


class NearerImage(LocalImage):
    """A second local equivalent, nearer to the registry's version; a stack names it in its overrides."""

    official: OfficialFiles | None = None


class BuiltImage(_Model):
    """An image of our own, or of an owner's application."""

    context: str
    base: str


class LockedImage(_Model):
    """One entry of the lock file."""

    registry: RegistryImage | None = None
    local: LocalImage | None = None
    nearer: NearerImage | None = None
    built: BuiltImage | None = None
    user: str = ""
    """Empty for images nothing runs, which only others start from."""

    @model_validator(mode="after")
    def _has_a_source(self) -> "LockedImage":
        if not (self.registry or self.local or self.built):
            raise ValueError("an image needs at least one of registry, local, built")
        return self


@cache
def load() -> dict[str, LockedImage]:
    """Returns the lock file, image name to entry."""
    rows = yaml.safe_load(LOCK_FILE.read_text())
    return {name: LockedImage.model_validate(row) for name, row in rows.items()}


def content_hash(*parts: Path | str, without: Collection[str] = ()) -> str:
    """Returns a digest of folders and words: equal content, equal digest, wherever the checkout lies.

    Args:
        parts: Folders, whose files count with name, content and executable bit; words count as they are.
        without: First parts of paths in the folders that do not count.
    """
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(b"word\0" + part.encode() + b"\0")
            continue
        for path in sorted(part.rglob("*")):
            inside = path.relative_to(part)
            counts = NOT_CONTENT.isdisjoint(inside.parts) and path.suffix != ".pyc" and inside.parts[0] not in without
            if counts and path.is_file():
                executable = bool(path.stat().st_mode & 0o100)
                digest.update(f"file\0{inside}\0{executable}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:HASH_DIGITS]


@cache
def local_reference(name: str) -> str:
    """Returns the tag of a local equivalent; it changes with its folder and with every image below it.

    Raises:
        KeyError: There is no local equivalent of that name.
    """
    local = load()[name].local
    if local is None:
        raise KeyError(f"{name} has no local equivalent in {LOCK_FILE.name}")
    below = local_reference(local.base) if local.base else ""
    return f"{LOCAL_PREFIX}/{name}:{local.version}-{content_hash(CHECKOUT / local.context, below)}"


def user(name: str) -> str:
    """Returns the numeric `uid:gid` an image runs as."""
    return load()[name].user


def reference(name: str, source: Source) -> str:
    """Returns how the engine is asked for a third-party image.

    Raises:
        KeyError: The image is not to be had from that source.
    """
    return local_reference(name) if source == "local" else registry(name).reference


def registry(name: str) -> RegistryImage:
    """Returns how a registry serves an image.

    Raises:
        KeyError: The image is in no registry.
    """
    found = load()[name].registry
    if found is None:
        raise KeyError(f"{name} is in no registry according to {LOCK_FILE.name}")
    return found


def local_used(names: Iterable[str]) -> list[str]:
    """Returns the local equivalents that some images are or start from, and that a stack therefore asks for by name."""
    used = [entry.built.base if (entry := load()[name]).built else name for name in names]
    return sorted({name for name in used if load()[name].local})


def local_closure(names: list[str]) -> list[str]:
    """Returns the local equivalents needed for some images, each after the one it starts from."""
    ordered: list[str] = []
    for name in names:
        entry = load()[name]
        if entry.built:
            below = [entry.built.base]
        elif entry.local and entry.local.base:
            below = [entry.local.base]
        else:
            below = []
        for needed in [*local_closure(below), *([] if entry.built else [name])]:
            if needed not in ordered:
                ordered.append(needed)
    return ordered
