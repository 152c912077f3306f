"""Declared instances: what a person writes is what the job that makes them true reads."""

import importlib
import json

import pulumi
import pytest

from components.base.connections import EvolutionConnection, PostgresConnection
from components.base.lock import CHECKOUT
from components.evolution_instance import InstancesArgs, instances_spec
from stacks import evolution_parts
from stacks.settings.evolution_api import EvolutionApiSettings

WRITTEN = {
    "behaviour": {"groupsIgnore": True, "msgCall": "Don't call; write", "rejectCall": True},
    "otherInstances": [{"name": "sales", "number": "5511999990001", "behaviour": {"alwaysOnline": False}}],
}


def test_the_job_reads_how_each_instance_behaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """By Evolution's own names; what is not written is left as it is."""
    settings = EvolutionApiSettings.model_validate_json(json.dumps(WRITTEN))
    args = InstancesArgs(
        database=PostgresConnection(
            database="evolution", host="evolution-postgres", password=pulumi.Output.secret("pw"), ready=(), user="e"
        ),
        evolution=EvolutionConnection(api_key=pulumi.Output.secret("key"), host="evolution-api", ready=()),
        instances=evolution_parts.instances(settings),
        webhook_url="http://ingress:8000/webhooks/evolution",
    )
    written = str(instances_spec("instances", args, {}, "secret").files["instances.json"])
    monkeypatch.syspath_prepend(str(CHECKOUT / "images" / "probe" / "src"))
    read = importlib.import_module("probe.declared").InstancesFile.model_validate_json(written)
    assert {row.name: row.settings.declared for row in read.instances} == {
        "assistant": WRITTEN["behaviour"],
        "sales": {"alwaysOnline": False},
        "smoke": {},
    }
