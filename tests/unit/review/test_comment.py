"""The form of the comment: what comes first, what is folded, what is left out."""

from operations.review import markdown, preview
from tests.unit.review import previews
from tests.unit.review.previews import CONTAINER, VOLUME, container, step, volume

GITHUB_CHARACTERS = 65_536


def labelled(service: str, **changed: object) -> dict[str, object]:
    """Returns a container of a service."""
    return container(labels=previews.rows({**previews.LABELS, "zapstack.service": service}), **changed)


def test_a_long_comment_is_cut_where_it_hurts_least() -> None:
    """Warnings and rows stay, differences go; each is named, with the command that shows it."""
    texts = [f"{index:03}" * 2_000 for index in range(40)]
    steps = [
        step("update", CONTAINER, f"s{index}", labelled(f"s{index}"), labelled(f"s{index}", hostname=text))
        for index, text in enumerate(texts)
    ]
    steps.append(step("delete", VOLUME, "z_data", volume("z")))
    text = markdown.comment([preview.read(previews.preview(*steps), "prod")], "a preview")
    assert len(text) < GITHUB_CHARACTERS
    assert "data volume `z_data` is **deleted**" in text
    assert all(f"\n| `s{index}` | changed |" in text for index in range(40))
    assert "Left out, because GitHub takes no longer comment: the differences of `s" in text
    assert "more. All of it: `make preview STACK=prod`" in text


def test_even_rows_have_an_end() -> None:
    """A change of everything is still a comment that can be posted."""
    steps = [
        step("update", CONTAINER, f"s{index}", labelled(f"s{index}"), labelled(f"s{index}", hostname="h" * 90))
        for index in range(900)
    ]
    text = markdown.comment([preview.read(previews.preview(*steps), "prod")], "a preview")
    assert len(text) < GITHUB_CHARACTERS
    assert "more rows are left out" in text


def test_a_long_difference_is_cut() -> None:
    """One rewritten file must not push out all the others."""
    old, new = ({"files": {"a": "\n".join(f"{side}{line}" for line in range(400))}} for side in "ab")
    text = markdown.comment(
        [preview.read(previews.preview(step("update", previews.PREPARE, "db-prepare", old, new)), "prod")], "a preview"
    )
    assert "more lines\n```" in text


def test_differences_are_folded() -> None:
    """What is not folded fits on a screen."""
    text = markdown.comment(
        [preview.read(previews.preview(step("update", CONTAINER, "db", container(), container(memory=1))), "prod")], "x"
    )
    open_part, _, folded = text.partition("<details>")
    assert "```" not in open_part
    assert folded.endswith("</details>\n")


def test_a_foreign_value_stays_text() -> None:
    """Whoever proposes a change chooses it: no markup, no further cell, no mention, no second line."""
    new = container(hostname="`</details> | @everyone\n# yes")
    text = markdown.comment(
        [preview.read(previews.preview(step("update", CONTAINER, "db", container(), new)), "prod")], "x"
    )
    assert "`hostname`: `'</details> \\| @everyone # yes`" in text.partition("<details>")[0]


def test_long_values_are_told_from_where_they_differ() -> None:
    """Their equal beginning is not what a reviewer looks for."""
    same = "x" * 300
    text = markdown.comment(
        [
            preview.read(
                previews.preview(
                    step("update", CONTAINER, "db", container(hostname=f"{same}1"), container(hostname=f"{same}2"))
                ),
                "prod",
            )
        ],
        "x",
    )
    assert "`…xxxxxxxxxxxxxxxxxxxx1` → `…xxxxxxxxxxxxxxxxxxxx2`" in text
