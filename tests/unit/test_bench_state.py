"""What the bench reads in an exported state: who waits for whom, and whose data are whose."""

from typing import Any

import pytest

from bench import state
from infra.state import CONTAINER, GATE


def resources(
    service: str, *, after: tuple[str, ...] = (), data: dict[str, str] | None = None, at_start: bool = False
) -> list[dict[str, Any]]:
    """Returns the three resources of a container, as the state has them."""
    waits = [f"urn:{name}-gate" for name in after]
    return [
        {
            "urn": f"urn:{service}-prepare",
            "type": state.PREPARE,
            "dependencies": ["urn:data", *waits],
            "inputs": {
                "data": [{"format": {}, "mode": mode, "volume": volume} for volume, mode in (data or {}).items()],
                "files_volume": f"{service}-files-f1",
                "image": "python:abc",
                "labels": {"zapstack.service": service, "zapstack.role": "throw-away"},
                "owner": "999:999",
            },
        },
        {
            "urn": f"urn:{service}",
            "type": CONTAINER,
            "id": f"id-of-{service}",
            "dependencies": [f"urn:{service}-prepare"],
            "inputs": {"labels": [{"label": "a", "value": "b"}, {"label": "zapstack.service", "value": service}]},
        },
        {
            "urn": f"urn:{service}-gate",
            "type": GATE,
            "dependencies": [f"urn:{service}"],
            "inputs": {
                "container": f"id-of-{service}",
                "reload": {"at_start": at_start, "command": ["psql"]} if at_start else {},
            },
        },
    ]


@pytest.fixture
def exported() -> list[dict[str, Any]]:
    """A database, its migrations, and who uses both."""
    return [
        {"urn": "urn:stack", "type": "pulumi:pulumi:Stack"},
        *resources("db", data={"db-data": "448"}, at_start=True),
        *resources("migrate", after=("db",)),
        *resources("app", after=("db", "migrate")),
    ]


def test_a_service_needs_those_whose_gates_it_waits_for(exported: list[dict[str, Any]]) -> None:
    """And never itself."""
    assert state.needs(exported) == {
        "app": frozenset({"db", "migrate"}),
        "db": frozenset(),
        "migrate": frozenset({"db"}),
    }


def test_a_container_that_waits_for_a_gate_needs_it_too(exported: list[dict[str, Any]]) -> None:
    """A second replica waits for the first, which is no order between services."""
    exported[-2]["dependencies"] += ["urn:migrate-gate", "urn:app-gate"]
    exported[-3]["dependencies"] = []
    assert state.needs(exported)["app"] == frozenset({"migrate"})


def test_who_is_initialised_by_its_gate(exported: list[dict[str, Any]]) -> None:
    """A reload that follows a change only is none."""
    exported[-1]["inputs"]["reload"] = {"at_start": False, "command": ["kill"]}
    assert state.initialised(exported) == frozenset({"db"})


def test_what_was_prepared(exported: list[dict[str, Any]]) -> None:
    """With mode and owner of the data."""
    assert state.prepared(exported)[0] == state.Prepared(
        data={"db-data": 0o700}, files="db-files-f1", image="python:abc", owner="999:999", service="db"
    )
