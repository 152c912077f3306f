"""Lines of settings in a stack's file."""

import pytest

from infra.places import KeyPath, Place, Places, canonical

TEXT = """# a comment
config:
  zapstack:environment: development
  images: local
  zapstack:systems:
    evolution:
      app: &app
        secretEnvironment:
          - ONE
          - TWO
      db: {port: 1,
           password: {secure: abc}}
    other: *app
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("zapstack:environment",), "Pulumi.dev.yaml:3 zapstack:environment"),
        (("zapstack:images",), "Pulumi.dev.yaml:4 zapstack:images"),
        (("zapstack:missing",), "Pulumi.dev.yaml:2 zapstack:missing"),
        (("zapstack:systems", "evolution", "db", "port"), "Pulumi.dev.yaml:11 zapstack:systems.evolution.db.port"),
        (("zapstack:systems", "evolution", "db", "user"), "Pulumi.dev.yaml:11 zapstack:systems.evolution.db.user"),
        (
            ("zapstack:systems", "evolution", "app", "secretEnvironment", 1),
            "Pulumi.dev.yaml:10 zapstack:systems.evolution.app.secretEnvironment[1]",
        ),
        (
            ("zapstack:systems", "evolution", "app", "secretEnvironment", 2),
            "Pulumi.dev.yaml:8 zapstack:systems.evolution.app.secretEnvironment[2]",
        ),
    ],
)
def test_lines(path: KeyPath, place: str) -> None:
    """A setting's own, or that of what is nearest above it."""
    assert str(Places("Pulumi.dev.yaml", TEXT).of(path)) == place


def test_encrypted_settings() -> None:
    """A map with nothing but `secure:` in it, and all below it."""
    places = Places("Pulumi.dev.yaml", TEXT)
    assert places.secure(("zapstack:systems", "evolution", "db", "password"))
    assert places.secure(("zapstack:systems", "evolution", "db", "password", "below"))
    assert not places.secure(("zapstack:systems", "evolution", "db", "port"))
    assert places.holds(("zapstack:systems", "other"))
    assert not places.holds(("zapstack:systems", "evolution", "db", "user"))


@pytest.mark.parametrize("text", ["", "config: [", "- a\n", "config: 1\n"])
def test_files_of_which_nothing_is_known(text: str) -> None:
    """Pulumi refuses most of them before the program starts."""
    assert Places("Pulumi.dev.yaml", text).of(("zapstack:images",)).line in {0, 1}
    assert list(Places("Pulumi.dev.yaml", text).repeated()) == []


def test_spellings() -> None:
    """To Pulumi these are one key."""
    assert {canonical(key) for key in ("images", "zapstack:images", "zapstack:config:images")} == {"zapstack:images"}
    assert canonical("docker:host") == "docker:host"


def test_a_place_without_a_key() -> None:
    """A line of `.env` that is no variable has none."""
    assert str(Place(".env", 3, "")) == ".env:3"
