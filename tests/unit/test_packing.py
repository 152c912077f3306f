"""What a build context of a local image holds."""

import io
import tarfile
from pathlib import Path

from operations.images import pack


def test_everybody_may_read_a_build_context(tmp_path: Path) -> None:
    """Whatever umask the checkout was made under; what the image ignores stays out, and scripts stay executable."""
    (tmp_path / "src").mkdir(mode=0o700)
    for name, mode in (("Dockerfile", 0o600), ("src/a.py", 0o600), ("start.sh", 0o700), ("left.pyc", 0o600)):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(mode)
    (tmp_path / ".dockerignore").write_text("# compiled\n\n*.pyc\n")
    archive = io.BytesIO()
    pack(tmp_path, "Dockerfile", archive)
    with tarfile.open(fileobj=archive) as tar:
        found = {entry.name: (entry.mode, entry.uid, entry.gid) for entry in tar}
    assert found.pop("src") == (0o755, 0, 0)
    assert found.pop("start.sh") == (0o755, 0, 0)
    assert "left.pyc" not in found
    assert set(found.values()) == {(0o644, 0, 0)}
    assert {"Dockerfile", "src/a.py"} <= found.keys()
