"""Gives the program a stack file and a `.env`, the way Pulumi does."""

from pathlib import Path

import pulumi
import pytest

from infra.handed_over import as_pulumi


def give(
    folder: Path, monkeypatch: pytest.MonkeyPatch, stack_file: str, *, env: str | None = None, stack: str = "dev"
) -> None:
    """Makes a folder the project's and a stack file its configuration."""
    (folder / f"Pulumi.{stack}.yaml").write_text(stack_file)
    if env is not None:
        (folder / ".env").write_text(env)
    monkeypatch.setattr(pulumi, "get_root_directory", lambda: str(folder))
    rows, secret = as_pulumi(stack_file)
    pulumi.runtime.set_all_config(rows, secret)
