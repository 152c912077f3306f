"""Pins of images: a tag alone is refused in production, and a version past its day is told."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import pulumi
import pytest

from components.base import lock
from infra import pins
from infra.config import StackConfig
from infra.errors import UserError
from stacks.registry import SYSTEMS
from stacks.settings.evolution import EvolutionSettings
from stacks.settings.media import VersitygwSettings

TODAY = date(2026, 11, 27)
DIGEST = "sha256:" + "0" * 64
Environment = Literal["development", "production"]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What is said, by level."""
    heard: dict[str, list[str]] = {"info": [], "warn": []}
    for level, texts in heard.items():
        monkeypatch.setattr(pulumi.log, level, texts.append)
    return heard


@pytest.fixture
def tagged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Redis and Python, on which others are built, by tag alone."""
    entries = dict(lock.load())
    for name in ("python", "redis"):
        image = lock.registry(name).model_copy(update={"certainty": None, "digest": ""})
        entries[name] = entries[name].model_copy(update={"registry": image})
    monkeypatch.setattr(lock, "load", lambda: entries)
    return iter(())


def require(
    environment: Environment = "production",
    source: lock.Source = "registry",
    overrides: dict[str, str] | None = None,
    today: date = TODAY,
) -> None:
    """Checks a stack with the flagship, without MinIO."""
    config = StackConfig(
        docker_host="",
        environment=environment,
        image_overrides=overrides or {},
        image_source=source,
        systems={"evolution": EvolutionSettings(versitygw=VersitygwSettings(enabled=True))},
    )
    pins.require(config, SYSTEMS, "prod", today)


@pytest.mark.usefixtures("tagged")
def test_production_refuses_a_tag_alone(said: dict[str, list[str]]) -> None:
    """Which image, what would happen, and the command that mends it; those that others are built on count."""
    with pytest.raises(UserError) as refused:
        require()
    assert str(refused.value) == (
        "by tag alone in components/images.lock: python (python:3.12.13-slim-bookworm), redis (redis:7.4.9-bookworm). "
        "A tag may mean another image tomorrow, and the next replacement would run what nobody has tried, so nothing "
        "was changed. 'make lock-images WRITE=1 STACK=prod' writes the digest each tag has today; review and commit "
        "the file. For one stack alone, zapstack:imageOverrides names an image by digest."
    )
    assert said == {"info": [], "warn": []}


@pytest.mark.usefixtures("tagged")
def test_an_override_takes_its_place(said: dict[str, list[str]]) -> None:
    """By digest, as production wants it."""
    require(overrides={"python": f"python@{DIGEST}", "redis": f"redis@{DIGEST}"})
    assert said["info"] == []


@pytest.mark.usefixtures("tagged")
def test_development_is_told(said: dict[str, list[str]]) -> None:
    """And goes on; a stack of local images is not concerned."""
    require("development")
    assert len(said["info"]) == 1
    assert "python (python:3.12.13-slim-bookworm), redis (redis:7.4.9-bookworm)" in said["info"][0]
    assert "'make lock-images WRITE=1'" in said["info"][0]
    require("production", "local")
    assert len(said["info"]) == 1


def test_production_is_warned_after_the_day(said: dict[str, list[str]]) -> None:
    """The last day itself is still safe; development is told, and local images are not concerned."""
    until = lock.registry("postgres-15").support.until
    assert until
    require(today=until)
    assert not [text for text in said["warn"] if "postgres-15" in text]
    after = until.replace(day=until.day + 1)
    require("development", today=after)
    assert [text for text in said["info"] if "postgres-15" in text]
    require(source="local", today=after)
    require(overrides={"postgres-15": f"postgres@{DIGEST}"}, today=after)
    assert not [text for text in said["warn"] if "postgres-15" in text]
    require(today=after)
    told = [text for text in said["warn"] if "postgres-15" in text]
    assert len(told) == 1
    assert told[0].startswith(f"image postgres-15 (postgres:15.19-bookworm) was safe until {until}: PostgreSQL 15")
    assert "The way on is" in told[0]
    assert "https://www.postgresql.org/support/versioning/" in told[0]


def test_an_entry_says_how_sure_its_digest_is() -> None:
    """Or that it has none."""
    support = {"source": "https://example.com", "text": "Because."}
    image = {"repository": "redis", "support": support, "version": "7"}
    assert lock.RegistryImage.model_validate(image).reference == "redis:7"
    with pytest.raises(ValueError, match="digest and certainty belong together"):
        lock.RegistryImage.model_validate({**image, "digest": DIGEST})
    with pytest.raises(ValueError, match="digest and certainty belong together"):
        lock.RegistryImage.model_validate({**image, "certainty": "A"})
    whole = lock.RegistryImage.model_validate({**image, "certainty": "A", "digest": DIGEST})
    assert whole.reference == f"redis:7@{DIGEST}"
