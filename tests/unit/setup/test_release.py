"""The official release: right archive, verified, and only the needed programs unpacked."""

import hashlib
import io
import platform
import tarfile
from pathlib import Path

import pytest

from scripts.setup import pins, release
from scripts.setup.failure import SetupError, UnavailableError
from scripts.setup.report import Progress

ARCHIVE = f"pulumi-v{pins.PULUMI_VERSION}-linux-x64.tar.gz"


@pytest.fixture(autouse=True)
def linux_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test run as if on the same kind of machine."""
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def archive_of(names: list[str]) -> bytes:
    """Return a release archive with programs of these names."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(name)
            archive.addfile(member, io.BytesIO(name.encode()))
    return content.getvalue()


def serve(monkeypatch: pytest.MonkeyPatch, content: bytes, digest: str) -> None:
    """Replace the release host."""

    def download(_: str, target: Path, __: Progress) -> str:
        target.write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    monkeypatch.setattr(release, "published_checksums", lambda: f"{'0' * 64}  other.tar.gz\n{digest}  {ARCHIVE}\n")
    monkeypatch.setattr(release, "download", download)


@pytest.mark.parametrize(
    ("system", "machine", "ending"),
    [
        ("Linux", "x86_64", "linux-x64"),
        ("Linux", "aarch64", "linux-arm64"),
        ("Darwin", "arm64", "darwin-arm64"),
        ("Darwin", "x86_64", "darwin-x64"),
    ],
)
def test_archive_is_named_as_upstream_names_it(system: str, machine: str, ending: str) -> None:
    """Python and Pulumi call the same processors differently."""
    assert release.archive_name(system, machine) == f"pulumi-v{pins.PULUMI_VERSION}-{ending}.tar.gz"


def test_machine_without_a_release_falls_to_the_next_source() -> None:
    """No archive name is guessed."""
    with pytest.raises(UnavailableError, match="none for Linux on riscv64"):
        release.archive_name("Linux", "riscv64")


def test_verified_release_installs_only_what_python_programs_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other language hosts stay in the archive, which is removed; paths in it cannot lead elsewhere."""
    content = archive_of(["pulumi/pulumi", "pulumi/pulumi-language-go", "pulumi/../../pulumi-language-python-exec"])
    serve(monkeypatch, content, hashlib.sha256(content).hexdigest())
    assert release.install_release(tmp_path / "t" / "bin") == pins.PULUMI_VERSION
    installed = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [path.name for path in installed] == ["pulumi", "pulumi-language-python-exec"]
    assert all(path.parent == tmp_path / "t" / "bin" and path.stat().st_mode & 0o111 for path in installed)


def test_checksum_mismatch_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed archive is never unpacked and does not stay behind."""
    serve(monkeypatch, archive_of(["pulumi/pulumi"]), "f" * 64)
    with pytest.raises(SetupError, match="published is ffff"):
        release.install_release(tmp_path / "bin")
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_page_instead_of_checksums_is_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in page of a network counts as unreachable, not as a mismatch."""
    monkeypatch.setattr(release, "published_checksums", lambda: "<html>please sign in</html>")
    with pytest.raises(UnavailableError, match="does not mention"):
        release.install_release(tmp_path / "bin")


def test_unreachable_host_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds are lost at most once, however many parts ask."""
    asked: list[str] = []

    def fetch(url: str, *, seconds: float) -> str:
        asked.append(f"{url} {seconds}")
        raise UnavailableError("no such host")

    monkeypatch.setattr(release, "fetch_text", fetch)
    release.published_checksums.cache_clear()
    for _ in range(3):
        with pytest.raises(UnavailableError, match="release host unreachable, no such host"):
            release.require_release_host()
    release.published_checksums.cache_clear()
    assert len(asked) == 1
