"""Names, fingerprints, archives, canonical values, the lock file."""

import io
import tarfile
from pathlib import Path

import pytest

from components.base import lock
from components.base.engines.canonical import canonical_cpus, canonical_seconds
from components.base.files import VolumeFill, archive
from components.base.naming import Scope
from components.base.secrets import fingerprint

SCOPE = Scope(project="zapstack", stack="dev", system="evolution")


def test_names() -> None:
    """Full names and labels."""
    assert SCOPE.full("db") == "zapstack-dev-evolution-db"
    assert SCOPE.labels("db", "service") == {
        "zapstack.role": "service",
        "zapstack.service": "db",
        "zapstack.stack": "zapstack/dev",
        "zapstack.system": "evolution",
    }


@pytest.mark.parametrize(("cores", "text"), [(1, "1.0"), (0.5, "0.5"), (1.25, "1.25")])
def test_canonical_cpus(cores: float, text: str) -> None:
    """As the provider reads them back."""
    assert canonical_cpus(cores) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "5s"), (60, "1m0s"), (90, "1m30s"), (3600, "1h0m0s"), (3725, "1h2m5s")]
)
def test_canonical_seconds(seconds: int, text: str) -> None:
    """As Go prints them."""
    assert canonical_seconds(seconds) == text


def test_a_fingerprint_changes_with_key_name_and_content() -> None:
    """And with nothing else."""
    one = fingerprint("key", {"a": "1", "b": "2"})
    assert one == fingerprint("key", {"b": "2", "a": "1"})
    assert len({one, fingerprint("other", {"a": "1", "b": "2"}), fingerprint("key", {"a": "2", "b": "1"})}) == 3
    assert len(one) == 16


def test_the_archive_has_owner_and_mode() -> None:
    """Files belong to the service and to nobody else."""
    fill = VolumeFill(name="v", mode=0o500, files={"password": "ç"})
    with tarfile.open(fileobj=io.BytesIO(archive(fill, "0", "999:998"))) as tar:
        entries = {entry.name: entry for entry in tar}
        assert tar.extractfile("0/password").read() == "ç".encode()  # type: ignore[union-attr]
    assert (entries["0"].isdir(), entries["0"].mode) == (True, 0o500)
    assert entries["0/password"].mode == 0o400
    assert {(entry.uid, entry.gid) for entry in entries.values()} == {(999, 998)}


def test_every_locked_image_can_be_had() -> None:
    """The lock file is well formed, and every folder and base in it exists."""
    for name, entry in lock.load().items():
        if entry.local:
            assert (lock.CHECKOUT / entry.local.context).is_dir(), name
            assert lock.local_reference(name).startswith("zapstack.local/")
        if entry.built:
            assert (lock.CHECKOUT / entry.built.context / "Dockerfile").is_file(), name
            assert lock.load()[entry.built.base]


def test_bases_come_first() -> None:
    """Each local image after the one it starts from, none twice."""
    assert lock.local_closure(["probe", "evolution-api", "python"]) == ["base", "python", "node", "evolution-api"]


def test_an_unknown_source_is_named() -> None:
    """`base` is in no registry."""
    with pytest.raises(KeyError, match="in no registry"):
        lock.reference("base", "registry")


def test_the_content_hash_sees_what_reaches_an_image(tmp_path: Path) -> None:
    """Content, names and executable bits; not caches and tests."""
    (tmp_path / "a").write_text("1")
    first = lock.content_hash(tmp_path, "base")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "t").write_text("x")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    assert lock.content_hash(tmp_path, "base") == first
    assert lock.content_hash(tmp_path, "other base") != first
    (tmp_path / "a").chmod(0o755)
    executable = lock.content_hash(tmp_path, "base")
    (tmp_path / "a").write_text("2")
    assert len({first, executable, lock.content_hash(tmp_path, "base")}) == 3
