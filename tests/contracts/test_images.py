"""Rules for the lock file and the folders it names: every image can be told, pulled or built."""

import re

import pytest

from components.base import lock

ENTRIES = sorted(lock.load().items())
LOCAL = [(name, build) for name, entry in ENTRIES for build in (entry.local, entry.nearer) if build]
NEARER = [(name, entry.nearer) for name, entry in ENTRIES if entry.nearer]
PULLED = [(name, entry.registry) for name, entry in ENTRIES if entry.registry]
SUITE = re.compile(r"-(bookworm|trixie|alpine)(\d+\.\d+)?$")
ONE_SYSTEM = {
    "memcached": "keeps nothing on a disk",
    "rabbitmq": "its own format, which knows no order of text; Ubuntu, of which its tags name no release",
}
"""Images whose tags need no name of a system, and why."""

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
NUMERIC_USER = re.compile(r"\d+:\d+")


def test_the_names_are_in_order() -> None:
    """A lock file in order shows a double name, and two changes of it merge."""
    assert list(lock.load()) == ["base", *sorted(set(lock.load()) - {"base"})]


@pytest.mark.parametrize(("name", "image"), PULLED)
def test_a_digest_is_whole(name: str, image: lock.RegistryImage) -> None:
    """One cut short would only be noticed by a machine that pulls; none at all is told before that."""
    assert DIGEST.fullmatch(image.digest) or not image.digest, name


@pytest.mark.parametrize(("name", "image"), PULLED)
def test_a_tag_says_which_system_it_is_built_on(name: str, image: lock.RegistryImage) -> None:
    """Docker's own images move to the next Debian by themselves; what one has ordered is wrong for the other."""
    assert "/" in image.repository or SUITE.search(image.version) or name in ONE_SYSTEM, name


@pytest.mark.parametrize(("name", "image"), PULLED)
def test_a_pin_says_why_until_when_and_what_then(name: str, image: lock.RegistryImage) -> None:
    """With the page that says so."""
    assert "way on is" in image.support.text, name
    assert image.support.source.startswith("https://"), name


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_an_image_that_runs_has_a_numeric_user(name: str, entry: lock.LockedImage) -> None:
    """Names of users differ between an image and its equivalent; numbers own the files of a volume."""
    assert name == "base" or NUMERIC_USER.fullmatch(entry.user), name


@pytest.mark.parametrize(("name", "local"), LOCAL)
def test_a_local_image_has_what_its_build_reads(name: str, local: lock.LocalImage) -> None:
    """What an equivalent is built from is in the checkout, and it starts from a name of the lock file."""
    folder = lock.CHECKOUT / local.context
    if local.base is None:
        assert (folder / "build.sh").is_file(), name
        return
    below = lock.load()[local.base]
    assert below.nearer if isinstance(local, lock.NearerImage) else below.local, name
    dockerfile = (folder / local.dockerfile).read_text()
    assert "ARG BASE_IMAGE" in dockerfile, name
    assert all("BASE_IMAGE" in line for line in dockerfile.splitlines() if line.startswith("FROM ")), name


@pytest.mark.parametrize(("name", "local"), LOCAL)
def test_a_script_that_starts_a_service_is_executable(name: str, local: lock.LocalImage) -> None:
    """The engine copies the mode; without it the container does not start."""
    script = lock.CHECKOUT / local.context / "docker-entrypoint.sh"
    assert not script.exists() or script.stat().st_mode & 0o111 == 0o111, name


@pytest.mark.parametrize(("name", "nearer"), NEARER)
def test_an_official_file_lies_over_one_of_ours(name: str, nearer: lock.NearerImage) -> None:
    """The Dockerfile copies nothing else, so that the official one would be left out in silence."""
    dockerfile = (lock.CHECKOUT / nearer.context / nearer.dockerfile) if nearer.base else None
    for inside in nearer.official.files if nearer.official else ():
        assert (lock.CHECKOUT / nearer.context / inside).is_file(), name
        assert dockerfile
        assert re.search(rf"^COPY .*{re.escape(inside)} ", dockerfile.read_text(), re.MULTILINE), (name, inside)
