"""Every wrong configuration is told in exactly the lines that stand beside it, and nothing secret is in them."""

import re
from pathlib import Path

import pytest

from infra.config import load
from infra.errors import UserError
from tests.config.given import give
from tests.config.wrong import CASES, Case

MADE_UP = ("hunter2", "my secret value", "1234567890")
"""Parts of every value in the cases that a person would not want to see printed."""

PLACE = re.compile(r"(Pulumi\.(dev|prod)\.yaml:\d+ [a-z]+:[A-Za-z_]+[^:]*|\.env:\d+( [A-Z_]+)?): \S")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_wrong(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines say where, what is wrong, what is allowed and what to write."""
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", case.passphrase)
    give(tmp_path, monkeypatch, case.stack_file, env=case.env, stack=case.stack)
    with pytest.raises(UserError) as refused:
        load(case.stack)
    assert str(refused.value) == case.message
    assert not [secret for secret in MADE_UP if secret in str(refused.value)]


def test_the_table_is_sound() -> None:
    """Names are unique, there are enough, and each line begins with a place."""
    assert len({case.name for case in CASES}) == len(CASES) > 40
    assert [line for case in CASES for line in case.told if not PLACE.match(line)] == []


def test_unknown_keys_without_a_likely_meaning_list_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is the model's own."""
    text = "config:\n  zapstack:environment: development\n  zapstack:systems:\n    evolution: {app: {zzz: 1}}\n"
    give(tmp_path, monkeypatch, text)
    with pytest.raises(UserError, match=r"app\.zzz: unknown key \(allowed: .*command.*source.*\)\. Remove it\."):
        load("dev")
