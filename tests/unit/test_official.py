"""The second set of local images: what it is built from, and what is said of it."""

import io
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from components.base import lock
from infra.checks.overrides import REFERENCE
from operations import copied_images, images, lifecycle, official
from operations.images import pack
from operations.stack_file import StackFile

STACK = StackFile(
    development=True,
    docker_host="",
    image_source="local",
    images=("haproxy", "probe"),
    name="dev",
    systems=("evolution",),
)
SCRIPT = "3.0/alpine/docker-entrypoint.sh"


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    """A folder with a copy of the proxy's repository, whose script is not executable."""
    script = tmp_path / "haproxy" / SCRIPT
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\nexec official")
    return tmp_path


def test_missing_copies_are_named_with_the_commands_that_get_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is built; a copy of another commit is moved and not cloned again."""
    with pytest.raises(typer.Exit) as left:
        official.official(STACK, str(tmp_path))
    said = capsys.readouterr().err
    assert left.value.exit_code == 2
    assert f"git clone https://github.com/docker-library/haproxy {tmp_path}/haproxy && git -C" in said
    assert "nothing was built" in said
    (tmp_path / "haproxy").mkdir()
    commands = official.absent(["haproxy", "python"], tmp_path)
    assert len(commands) == 1
    assert commands[0].startswith(f"  git -C {tmp_path}/haproxy checkout ")


def test_the_commands_that_get_a_copy_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a folder without it, and of one with another commit of it."""
    upstream, folder = tmp_path / "upstream" / "docker-library" / "haproxy", tmp_path / "my copies"
    (upstream / SCRIPT).parent.mkdir(parents=True)
    folder.mkdir()
    git = ["git", "-c", "user.name=n", "-c", "user.email=n@example.org", "-C", str(upstream)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    for text in ("official", "later"):
        (upstream / SCRIPT).write_text(text)
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", text], check=True)
    first = subprocess.run([*git, "rev-parse", "HEAD~1"], capture_output=True, check=True, text=True).stdout.strip()
    entry = official.nearer("haproxy")
    assert entry.official
    entry = entry.model_copy(update={"official": entry.official.model_copy(update={"commit": first})})
    monkeypatch.setattr(official, "nearer", lambda _name: entry)
    monkeypatch.setattr(official, "UPSTREAM", upstream.parents[1])
    (command,) = official.absent(["haproxy"], folder)
    subprocess.run(["sh", "-ec", command], check=True)
    assert (folder / "haproxy" / SCRIPT).read_text() == "official"
    assert official.absent(["haproxy"], folder) == []
    subprocess.run(["git", "-C", str(folder / "haproxy"), "rm", "--quiet", "-r", "."], check=True)
    (command,) = official.absent(["haproxy"], folder)
    assert command.strip().startswith("git -C ")


def test_a_stack_without_nearer_versions(capsys: pytest.CaptureFixture[str]) -> None:
    """Is told so; an empty list would look like a success."""
    with pytest.raises(typer.Exit):
        official.official(replace(STACK, images=("redis",)), "")
    assert "stack dev runs on no image with a nearer version" in capsys.readouterr().err


def test_the_tag_changes_with_what_lies_over_ours(copies: Path) -> None:
    """And with what is below, so that no image of another content is taken for it."""
    ours, theirs = official.reference("haproxy", None), official.reference("haproxy", copies)
    assert ours != theirs
    (copies / "haproxy" / SCRIPT).write_text("#!/bin/sh\nexec another")
    assert official.reference("haproxy", copies) != theirs
    assert official.reference("haproxy", None) == ours


def test_the_official_script_is_built_in_and_can_be_started(copies: Path) -> None:
    """Whatever mode the copy has: ours is executable, and the engine copies the mode."""
    entry = official.nearer("haproxy")
    archive = io.BytesIO()
    pack(lock.CHECKOUT / entry.context, entry.dockerfile, archive, official.overlay("haproxy", copies))
    with tarfile.open(fileobj=archive) as tar:
        content = tar.extractfile("docker-entrypoint.sh")
        assert content
        assert content.read() == b"#!/bin/sh\nexec official"
        assert tar.getmember("docker-entrypoint.sh").mode == 0o755


def test_the_printed_lines_are_read_by_the_program() -> None:
    """As they are, below `config:`; a stack would refuse anything else."""
    names = [name for name, entry in lock.load().items() if entry.nearer and entry.registry]
    references = {name: official.reference(name, None) for name in names}
    assert all(REFERENCE.fullmatch(reference) for reference in references.values())
    lines = official.overrides(references).splitlines()
    assert lines[0] == "  zapstack:imageOverrides:"
    assert len(lines) == 1 + len(names) > 1


def test_what_a_stack_names_another_image_for_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack on the second set needs nothing of the first but what the second lacks."""
    asked: list[list[str]] = []
    monkeypatch.setattr(lifecycle, "client", lambda host: host)
    monkeypatch.setattr(copied_images, "ensure", lambda _host, names, _console: asked.append(names))
    monkeypatch.setattr(images, "ensure", lambda _engine, names, _console: asked.append(names))
    chosen = {"haproxy": "another:1", "python": "another:2"}
    lifecycle.build_images(replace(STACK, image_overrides=chosen, images=("haproxy", "probe", "redis")))
    assert asked == [["redis"], ["redis"]]


def test_an_image_without_a_nearer_version() -> None:
    """Is a mistake of the caller."""
    with pytest.raises(KeyError, match=r"redis has no nearer version in images\.lock"):
        official.nearer("redis")
