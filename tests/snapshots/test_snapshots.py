"""The approved resource graph of each environment: what a reviewer sees without an engine.

After a wanted change: `UPDATE_SNAPSHOTS=1 make test`, then read the difference.
"""

import json
import os
from pathlib import Path

import pytest

from components.base.lock import CHECKOUT, LOCAL_PREFIX
from tests.recorder import defaults

FOLDER = Path(__file__).parent
OMITTED = {"fingerprint"}


def rendered(*, production: bool) -> str:
    """Returns the graph as stable text: secrets masked, tags of our own builds (hashes of content) left out."""
    rows = [
        {
            "dependsOn": sorted(found.depends_on),
            "inputs": {key: value for key, value in sorted(found.inputs.items()) if key not in OMITTED},
            "protect": found.request.get("protect", False),
            "resource": f"{found.kind} {found.name}",
        }
        for found in sorted(defaults(production=production).resources, key=lambda row: (row.kind, row.name))
    ]
    return json.dumps([_stable(row) for row in rows], indent=1, sort_keys=True) + "\n"


def _stable(value: object) -> object:
    if isinstance(value, dict):
        if value.get("label") == "zapstack.files":  # a digest under the test's own key
            return {"label": "zapstack.files", "value": "…"}
        return {key: _stable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_stable(inner) for inner in value]
    if isinstance(value, str) and value.startswith(f"{LOCAL_PREFIX}/"):
        return value.rsplit(":", 1)[0]
    if isinstance(value, str) and value.startswith(f"{CHECKOUT}/"):  # wherever the checkout lies
        return value.replace(str(CHECKOUT), "…", 1)
    return value


@pytest.mark.parametrize("environment", ["development", "production"])
def test_the_graph_is_the_approved_one(environment: str) -> None:
    """Any difference is a change of what runs, and must be approved as one."""
    file = FOLDER / f"evolution-{environment}.json"
    now = rendered(production=environment == "production")
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.write_text(now)
    assert now == file.read_text(), f"{file.name}: read the difference, then UPDATE_SNAPSHOTS=1 make test"
