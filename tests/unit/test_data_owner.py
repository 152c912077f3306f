"""Who may use a data volume's directory."""

import tarfile

import pytest

from components.base.data_owner import usable


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "expected"),
    [
        (1000, 1000, 0o700, True),
        (0, 0, 0o755, False),  # what an image has that never thought of it
        (0, 0, 0o1777, True),  # what the official images of RabbitMQ and Postgres have
        (0, 1000, 0o770, True),
        (0, 1000, 0o750, False),
        (1000, 0, 0o577, False),  # the owner's bits count, and no others
        (2000, 1000, 0o707, False),  # likewise the group's
    ],
)
def test_a_directory_is_usable_by_the_bits_that_count(uid: int, gid: int, mode: int, *, expected: bool) -> None:
    """List, enter and write: a server does all three with its data."""
    root = tarfile.TarInfo("data")
    root.uid, root.gid, root.mode = uid, gid, mode
    assert usable(root, "1000:1000") is expected
