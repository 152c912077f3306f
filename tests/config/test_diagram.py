"""The pictures of systems: everything that is registered is in them, and nothing lies on anything else."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # our own text

import yaml

from components.base.spec import BaseSpec, JobSpec, Resources
from infra.documents.diagram import NETWORKS, WIDTH, diagrams
from infra.documents.graph import Described, Link, containers, links
from infra.documents.layout import PASSING, layout
from stacks.registry import SYSTEMS

TABLES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "contracts" / "systems.yaml").read_text()
)
SVG = "{http://www.w3.org/2000/svg}"


ROWS = containers("evolution", SYSTEMS["evolution"])
"""Recorded while tests are collected: one of them leaves the process without tracebacks, which Pulumi reads."""


def test_every_container_is_there_with_its_networks() -> None:
    """The same table that the registered graph is compared with."""
    assert {row.name: set(row.spec.networks) for row in ROWS} == {
        name: set(row["networks"]) for name, row in TABLES["evolution"].items()
    }
    texts = [element.text for element in ET.fromstring(diagrams()["docs/evolution.svg"]).iter(f"{SVG}text")]  # noqa: S314
    for row in ROWS:
        assert row.name in texts
    for network in NETWORKS:  # once more in the legend
        assert texts.count(network) == 1 + sum(network in row.spec.networks for row in ROWS)


def test_who_uses_whom() -> None:
    """Not the start order: an application waits for a job and uses the server; webhooks go the other way."""
    found = links(ROWS)
    assert {Link("app", "db"), Link("ingress", "app"), Link("smoke", "ingress")} <= set(found)
    assert Link("evolution-api", "minio") in found  # by its dotted name
    assert [link for link in found if link.told] == [Link("evolution-api", "ingress", told=True)]
    assert not {link for link in found if link.used in {"instances", "migrate", "evolution-api-migrate"}}


def test_a_tool_without_addresses_uses_nobody() -> None:
    """Links come from what is declared."""
    spec: BaseSpec = JobSpec(
        files={"a": "http://b.internal:1"},
        image="probe",
        networks=frozenset({"edge"}),
        resources=Resources(memory_mib=64),
        user="1:1",
    )
    other = JobSpec(image="probe", networks=frozenset({"edge"}), resources=Resources(memory_mib=64), user="1:1")
    tool, service = Described(name="a", role="tool", spec=spec), Described(name="b", role="service", spec=other)
    assert links([tool, service]) == [Link("a", "b")]
    assert links([Described(name="a", role="tool", spec=other), service]) == []


def test_nothing_lies_on_anything_else() -> None:
    """Boxes and passing links have room of their own; users stand left of what they use."""
    heights = {"a": 60.0, "b": 90.0, "c": 60.0, "d": 60.0, "e": 60.0, "alone": 60.0}
    edges = [("a", "b"), ("a", "d"), ("a", "c"), ("b", "c"), ("c", "d"), ("e", "d"), ("b", "d")]
    found = layout(heights, edges)
    rank = {name: index for index, column in enumerate(found.columns) for name in column}
    assert all(rank[left] + 1 == rank[right] for route in found.routes.values() for left, right in pairwise(route))
    for column in found.columns:
        for above, below in pairwise(column):
            needed = (heights.get(above, PASSING) + heights.get(below, PASSING)) / 2
            assert found.middles[below] - found.middles[above] >= needed, (above, below)
    assert layout(dict(reversed(heights.items())), edges[::-1]) == found


def test_it_needs_nothing_from_elsewhere() -> None:
    """No width beyond a page, no font and no picture to fetch, a ground of its own under dark text."""
    for text in diagrams().values():
        assert float(re.findall(r'viewBox="0 0 ([0-9.]+) ', text)[0]) <= WIDTH
        assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
        assert 'fill="#f6f8fa"' in text
        right = [
            float(x) + float(width) for x, width in re.findall(r'<rect x="([0-9.]+)" y="[^"]+" width="([0-9.]+)"', text)
        ]
        assert max(right) <= WIDTH
