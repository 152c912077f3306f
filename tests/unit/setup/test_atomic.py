"""An interruption leaves the old thing, the new thing or nothing."""

from pathlib import Path

import pytest

from scripts.setup import atomic


def names(directory: Path) -> list[str]:
    """Return what lies in a directory."""
    return sorted(path.name for path in directory.iterdir())


def write_half(target: Path) -> None:
    """Be interrupted while writing a file."""
    with atomic.new_file(target) as partial:
        partial.write_text("ha", encoding="utf-8")
        raise KeyboardInterrupt


def fill_half(target: Path) -> None:
    """Be interrupted while filling a directory."""
    with atomic.new_directory(target) as partial:
        (partial / "bin").mkdir()
        raise KeyboardInterrupt


def test_interrupted_file_leaves_the_old_one(tmp_path: Path) -> None:
    """Half a download or build never gets the real name."""
    target = tmp_path / "pulumi"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_half(target)
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["pulumi"]


def test_finished_file_is_executable_and_replaces_leftovers(tmp_path: Path) -> None:
    """What a killed run left behind is overwritten."""
    target = tmp_path / "new" / "pulumi"
    target.parent.mkdir()
    (target.parent / "pulumi.partial").write_text("rest of a killed run", encoding="utf-8")
    with atomic.new_file(target) as partial:
        assert not partial.exists()
        partial.write_text("whole", encoding="utf-8")
    assert target.stat().st_mode & 0o777 == 0o755
    assert names(target.parent) == ["pulumi"]


def test_interrupted_directory_leaves_nothing(tmp_path: Path) -> None:
    """Half an installation cannot be mistaken for one."""
    with pytest.raises(KeyboardInterrupt):
        fill_half(tmp_path / "uv")
    assert names(tmp_path) == []


def test_finished_directory_replaces_the_old_one(tmp_path: Path) -> None:
    """Old content does not mix with new."""
    (tmp_path / "uv").mkdir()
    (tmp_path / "uv" / "old").touch()
    with atomic.new_directory(tmp_path / "uv") as partial:
        (partial / "new").touch()
    assert names(tmp_path / "uv") == ["new"]


def test_text_is_written_only_when_it_changes(tmp_path: Path) -> None:
    """The answer tells whether anything changed."""
    assert atomic.write_text(tmp_path / "sub" / "file", "a")
    assert not atomic.write_text(tmp_path / "sub" / "file", "a")
    assert atomic.write_text(tmp_path / "sub" / "file", "b")


def test_link_replaces_a_dangling_one(tmp_path: Path) -> None:
    """A Pulumi that moved is found again."""
    atomic.link(tmp_path / "pulumi", tmp_path / "gone")
    atomic.link(tmp_path / "pulumi", tmp_path)
    assert (tmp_path / "pulumi").resolve() == tmp_path.resolve()
