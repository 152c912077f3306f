"""What the guide for operators names can be found: nobody tries its commands before the night they are needed."""

import json
import re

from components.base.lock import CHECKOUT
from infra.fields import Node, children
from infra.models import stack_model
from stacks.evolution import NAME
from stacks.registry import SYSTEMS

GUIDE = (CHECKOUT / "docs" / "operating.md").read_text()
SNAPSHOT = json.loads((CHECKOUT / "tests" / "snapshots" / f"{NAME}-production.json").read_text())
OWN = "zapstack-prod-"
"""What names of its stack begin with; the snapshot's stack is another one."""


def places(text: str) -> set[str]:
    """Returns what links may name within a page."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_verb_is_in_the_makefile() -> None:
    """In prose and in code."""
    makefile = (CHECKOUT / "Makefile").read_text()
    found = set(re.findall(r"(?:`|^|&& )make ([a-z][a-z-]+)", GUIDE, re.MULTILINE))
    assert "up" in found
    for verb in found:
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE), verb


def test_every_link_leads_somewhere() -> None:
    """Files, and places within them."""
    for file, place in re.findall(r"\]\(([^)#:]*)#?([^)]*)\)", GUIDE):
        target = (CHECKOUT / "docs" / file).resolve() if file else CHECKOUT / "docs" / "operating.md"
        assert target.exists(), file
        assert not place or place in places(target.read_text()), (file, place)


def test_every_object_exists() -> None:
    """Containers, networks and volumes, by the names that the stack gives them."""
    known = {str(row["inputs"].get("name")).replace("-dev-", "-prod-") for row in SNAPSHOT}
    named = set(re.findall(rf"(?<![/\w]){OWN}{NAME}-[a-z_-]+[a-z](?![\w$])", GUIDE))
    volumes = re.search(r"^volumes='(.*)'$", GUIDE, re.MULTILINE)
    assert volumes
    named |= {f"{OWN}{NAME}-{volume}" for volume in volumes.group(1).split()}
    assert named <= known
    data = {str(row["inputs"]["name"]) for row in SNAPSHOT if row["resource"].startswith("Volume ")}
    assert len(data) == len(volumes.group(1).split())


def test_every_secret_that_is_made_anew_exists() -> None:
    """By its logical name; the instance's is an example."""
    known = {row["resource"].removeprefix("RandomPassword ") for row in SNAPSHOT}
    named = set(re.findall(r"'\*\*::([a-z-]+)'", GUIDE)) - {"instances-shop-token"}
    assert named
    assert named <= known


def test_every_setting_exists() -> None:
    """Those that are written with their service."""
    root = Node(value_type=stack_model(SYSTEMS))
    services = children(SYSTEMS[NAME].settings)
    dotted = set(re.findall(rf"(?:`|zapstack:systems\.{NAME}\.)([a-zA-Z]+(?:\.[a-zA-Z]+)+)(?=[` ])", GUIDE))
    settings = {name for name in dotted if name.partition(".")[0] in services}
    assert settings
    for name in settings:
        assert root.find(("systems", NAME, *name.split("."))), name
