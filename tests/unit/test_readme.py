"""What the README promises can be found."""

import re

from components.base.lock import CHECKOUT

README = (CHECKOUT / "README.md").read_text()


def test_every_story_names_engine_tests_that_exist() -> None:
    """Each row of the table ends with at least one, and no story is left out."""
    table = README.partition("## What the product requirements ask for")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith(("| US-", "| 5."))]
    known = "\n".join(file.read_text() for file in (CHECKOUT / "tests" / "engine").glob("test_*.py"))
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        for test in named:
            assert f"\ndef {test}(" in known, test
    assert {row[2:8] for row in rows if row.startswith("| US-")} == {f"US-{number:03d}" for number in range(1, 11)}


def test_every_verb_it_names_is_in_the_makefile() -> None:
    """A newcomer copies them."""
    makefile = (CHECKOUT / "Makefile").read_text()
    for verb in set(re.findall(r"`make ([a-z][a-z0-9-]+)", README)):
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb


def test_every_file_it_links_exists() -> None:
    """Links within the repository."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (CHECKOUT / target).exists(), target
