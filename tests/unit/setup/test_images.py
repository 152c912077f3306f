"""The image source: found by asking the engine, remembered for that engine."""

import shutil

import pytest

from scripts.setup import images
from scripts.setup.places import Places

from .fake_engine import FakeEngine


def test_registry_that_the_engine_reaches_is_used(fake_engine: FakeEngine) -> None:
    """The engine's own mirrors and proxies count."""
    fake_engine.answers["/distribution/postgres/json"] = (200, {})
    source = images.ask_engine(fake_engine.host)
    assert (source.images, source.engine) == ("registry", fake_engine.host)


def test_registry_out_of_reach_means_local_images_with_the_engines_reason(fake_engine: FakeEngine) -> None:
    """The user reads what the engine said."""
    fake_engine.answers["/distribution/postgres/json"] = (500, {"message": "no such host\n"})
    source = images.ask_engine(fake_engine.host)
    assert (source.images, source.reason) == ("local", "registry unreachable: 500 no such host")


def test_answer_is_remembered_for_the_same_engine_only(
    fake_engine: FakeEngine, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question costs up to ten seconds, so it is asked again only on request or for another engine."""
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/mmdebstrap")
    fake_engine.answers["/distribution/postgres/json"] = (500, {"message": "no such host"})
    assert images.ensure_images(places, fake_engine.host).images == "local"
    fake_engine.answers["/distribution/postgres/json"] = (200, {})
    assert images.ensure_images(places, fake_engine.host).images == "local"
    assert images.ensure_images(places, fake_engine.host, again=True).images == "registry"
    text = (places.cache / "machine.json").read_text(encoding="utf-8")
    assert images.remembered(text, fake_engine.host)
    assert images.remembered(text, "ssh://elsewhere") is None
    assert images.remembered("{", fake_engine.host) is None
