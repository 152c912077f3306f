"""The difference of the approved snapshots, in words for a reviewer."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from operations import review
from operations.review import markdown, snapshots
from operations.review.changes import Comparison
from tests.unit.review.previews import container, volume

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one approved snapshot, committed on main."""
    write(tmp_path, "shop", row("Container db", container()), row("Volume db_data", volume("db_data"), protect=True))
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    return tmp_path


def row(resource: str, inputs: dict[str, Any], *, protect: bool = False) -> dict[str, Any]:
    """Returns one row of a snapshot."""
    return {"dependsOn": [], "inputs": inputs, "protect": protect, "resource": resource}


def write(checkout: Path, name: str, *rows: dict[str, Any]) -> None:
    """Writes a snapshot; a component comes along in each."""
    folder = checkout / snapshots.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps([row("Postgres db", {}), *rows]))


def git(checkout: Path, *arguments: str) -> None:
    """Runs git as nobody in particular."""
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(checkout), *who, *arguments], check=True)


def commit(checkout: Path) -> None:
    """Commits everything."""
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message", "m")


def told(checkout: Path, base: str = "main") -> str:
    """Returns the comment."""
    return markdown.comment(snapshots.compare(base, checkout), "the snapshots")


def test_an_unchanged_tree_is_one_line(checkout: Path) -> None:
    """Nobody reads further."""
    assert told(checkout) == "## What this change does\n\nNothing changes in `shop` (the snapshots).\n"


def test_the_tree_is_compared_with_the_base(checkout: Path) -> None:
    """A snapshot cannot say whether a container is replaced, but that a volume is: it has no other way to change."""
    write(checkout, "shop", row("Container db", container(memory=768.0)), row("Volume db_data", volume("other")))
    text = told(checkout)
    assert "memory limit in MiB: `512` → `768`" in text
    assert "| `db` | changed |" in text
    assert "data volume `db_data` is **replaced**" in text.partition("###")[0]
    assert "Resources: **0 created, 1 replaced, 0 deleted, 1 changed**." in text


def test_new_and_removed_snapshots_are_told(checkout: Path) -> None:
    """A system that goes takes its data along."""
    (checkout / snapshots.FOLDER / "shop.json").unlink()
    write(checkout, "blog", row("Container db", container()))
    text = told(checkout)
    assert "data volume `db_data` is **deleted**" in text.partition("###")[0]
    assert "### `blog`\n\nResources: **1 created" in text
    assert "| `db` | new | image: `postgres:16.15-bookworm@sha256:bb3e1a57…`<br>variables: `POSTGRES_DB`, " in text
    assert "| `db` | **removed** |  |" in text


def test_what_the_base_has_gained_since_is_left_out(checkout: Path) -> None:
    """Otherwise a branch would seem to undo what others have merged."""
    git(checkout, "checkout", "--quiet", "-b", "change")
    git(checkout, "checkout", "--quiet", "main")
    write(checkout, "shop", row("Container db", container(memory=1024)))
    commit(checkout)
    git(checkout, "checkout", "--quiet", "change")
    assert "Nothing changes" in told(checkout)


@pytest.mark.parametrize("base", ["nowhere", "", "--all"])
def test_an_unknown_base_is_named(base: str, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the way to get it; a name is never taken for an option."""
    with pytest.raises(typer.Exit) as left:
        snapshots.compare(base, checkout)
    assert left.value.exit_code == 2
    assert f"BASE={base}: there is no such commit here. Nothing was written. Fetch it" in capsys.readouterr().err


def test_a_base_that_is_missing_is_fetched_by_the_command_that_is_told(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a clone of the change alone, as runners make them."""
    git(checkout, "checkout", "--quiet", "-b", "change")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--single-branch", "--branch", "change", f"file://{checkout}", str(clone))
    git(clone, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    with pytest.raises(typer.Exit):
        snapshots.compare("origin/main", clone)
    command = capsys.readouterr().err.partition("Fetch it ('")[2].partition("'")[0]
    subprocess.run(["sh", "-ec", command], check=True, cwd=clone)
    assert "Nothing changes" in told(clone, "origin/main")


def test_the_whole_difference_is_shown_by_the_command_that_is_told(checkout: Path) -> None:
    """A table is a summary."""
    write(checkout, "shop", row("Container db", container(memory=768.0)))
    (comparison,) = snapshots.compare("main", checkout)
    shown = subprocess.run(["sh", "-ec", comparison.in_full], capture_output=True, check=True, cwd=checkout, text=True)
    assert "768" in shown.stdout


def test_the_comment_goes_into_a_file_or_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the snapshots of this repository itself."""
    review.review("HEAD", "", str(tmp_path / "review.md"))
    capsys.readouterr()
    review.review("HEAD", "", "")
    text = (tmp_path / "review.md").read_text()
    assert text.startswith("## What this change does\n")
    assert capsys.readouterr().out == text


def test_every_approved_snapshot_can_be_told() -> None:
    """As if it were new, which shows each of its resources."""
    for path in sorted((ROOT / snapshots.FOLDER).glob("*.json")):
        found = Comparison(changes=snapshots.changes("[]", path.read_text()), in_full="x", title=path.stem)
        text = markdown.comment([found], "x")
        assert " | new | image: `" in text
