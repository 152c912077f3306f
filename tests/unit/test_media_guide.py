"""What the page about media names exists."""

import re

from components.base import lock
from components.base.lock import CHECKOUT
from components.versitygw_bucket import DATA_PATH
from infra.fields import Node
from infra.models import stack_model
from stacks.evolution import NAME
from stacks.registry import SYSTEMS
from stacks.settings.evolution import EvolutionSettings
from stacks.settings.media import VersitygwSettings
from tests.recorder import record, stack_config
from tests.unit.test_operating_guide import places

GUIDE = (CHECKOUT / "docs" / "media.md").read_text()
OWN = f"zapstack-prod-{NAME}-"


def test_every_object_exists() -> None:
    """With one server or with the other."""
    known: set[str] = set()
    for enabled in (False, True):
        settings = EvolutionSettings(versitygw=VersitygwSettings(enabled=enabled))
        graph = record(stack_config(systems={NAME: settings}))
        for kind in ("Container", "Network", "Volume"):
            known |= {str(row.inputs.get("name")).replace("-dev-", "-prod-") for row in graph.of(kind)}
    named = set(re.findall(rf"{OWN}[a-z_-]+[a-z]", GUIDE))
    assert len(named) >= 5
    assert named <= known


def test_every_link_leads_somewhere() -> None:
    """Files, and places within them."""
    for file, place in re.findall(r"\]\(([^)#:]+)(?:#([^)]*))?\)", GUIDE):
        target = CHECKOUT / "docs" / file
        assert target.exists(), file
        assert not place or place in places(target.read_text()), (file, place)


def test_settings_and_figures_are_those_of_the_product() -> None:
    """Defaults, the folder of the data, the pinned version."""
    root = Node(value_type=stack_model(SYSTEMS))
    for name in re.findall(r"`((?:minio|versitygw)\.(?!internal)[a-zA-Z]+)", GUIDE):
        assert root.find(("systems", NAME, *name.split("."))), name
    settings = EvolutionSettings()
    limits = f"| default limit | {settings.minio.memory_mib} MiB | {settings.versitygw.memory_mib} MiB |"
    assert limits in GUIDE
    assert f"cd {DATA_PATH} && rm" in GUIDE
    assert f"Gateway](https://github.com/versity/versitygw) {lock.registry('versitygw').version[1:4]} " in GUIDE
