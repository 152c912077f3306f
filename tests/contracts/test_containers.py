"""Rules every container keeps, in every system and environment."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.example.system import SYSTEMS, ExampleSettings
from tests.recorder import MADE_UP, SECRET, Graph, Registered, defaults, record, stack_config, strings

WORLD = {"publish", "egress"}
GRAPHS: dict[str, Callable[[], Graph]] = {
    "development": defaults,
    "production": lambda: defaults(production=True),
    "example": lambda: record(stack_config(systems={"example": ExampleSettings()}), systems=SYSTEMS),
}


@pytest.fixture(scope="module", params=list(GRAPHS))
def graph(request: pytest.FixtureRequest) -> Graph:
    """Everything one environment registers."""
    return GRAPHS[request.param]()


def networks(container: Registered) -> set[str]:
    """Returns the short names of a container's networks."""
    return {row["name"].rsplit("-", 1)[-1] for row in container.inputs["networksAdvanced"]}


def is_service(container: Registered) -> bool:
    """Tells services from jobs and tools."""
    return bool(container.inputs["restart"] == "always")


def start_first(container: Registered) -> bool:
    """Tells replicas that serve before their predecessor leaves."""
    return "name" not in container.inputs


def _label(container: Registered, name: str) -> Any:  # noqa: ANN401 any JSON
    return {row["label"]: row["value"] for row in container.inputs["labels"]}.get(name)


LEFT = {"command": "command", "entrypoints": "entrypoint", "workingDir": "workingDir"}
"""Inputs that are optional, and how the label calls them."""

RULES: dict[str, Callable[[Registered], bool]] = {
    "numeric non-root user": lambda c: re.fullmatch(r"[1-9]\d*:\d+", c.inputs["user"]) is not None,
    "all capabilities dropped": lambda c: c.inputs["capabilities"] == {"drops": ["ALL"]},
    "no new privileges": lambda c: c.inputs["securityOpts"] == ["no-new-privileges:true"],
    "read-only root": lambda c: c.inputs["readOnly"] is True,
    "swap equals memory": lambda c: 0 < c.inputs["memory"] == c.inputs["memorySwap"],
    # Always said: the provider takes a weight that is no longer given for one that does not matter, and leaves it.
    "CPU weight": lambda c: 2 <= c.inputs["cpuShares"] <= 262144,
    "canonical cpus": lambda c: re.fullmatch(r"\d+\.\d+", c.inputs["cpus"]) is not None,
    "file limit hosts accept": lambda c: (
        {row["name"]: row["hard"] for row in c.inputs["ulimits"]} == {"nofile": 16384.0, "core": 0.0}
    ),
    "init": lambda c: c.inputs["init"] is True,
    "rotated logs": lambda c: c.inputs["logOpts"] == {"max-file": "3", "max-size": "10m"},
    "grace before kill": lambda c: c.inputs["destroyGraceSeconds"] >= 10,
    "restart policy": lambda c: c.inputs["restart"] in {"always", "no"},
    "health check of every service": lambda c: not is_service(c) or c.inputs["healthcheck"]["tests"][0] == "CMD",
    "Go's durations": lambda c: (
        not is_service(c) or re.fullmatch(r"(\d+h)?(\d+m)?\d+s", c.inputs["healthcheck"]["interval"]) is not None
    ),
    "a check that ends its service judges by itself": lambda c: (
        "kill -9 -1" not in str(c.inputs.get("healthcheck")) or c.inputs["healthcheck"]["timeout"] == "10s"
    ),
    "no start on demand for services": lambda c: is_service(c) == c.inputs["mustRun"] == c.inputs["start"],
    "stack label": lambda c: _label(c, "zapstack.stack") == "zapstack/dev",
    "compose label": lambda c: (
        re.search(rf"(^|-){_label(c, 'com.docker.compose.service')}(-\d+)?$", c.name) is not None
    ),
    "files fingerprint": lambda c: re.fullmatch(r"[0-9a-f]{16}", str(_label(c, "zapstack.files"))) is not None,
    "what is left to the image is said": lambda c: (
        (_label(c, "zapstack.images-own") or "").split(",")
        == ([name for key, name in LEFT.items() if key not in c.inputs] or [""])
    ),
    "deleted before replaced": lambda c: c.request.get("deleteBeforeReplace", False) is not start_first(c),
    "no serving name before it is ready": lambda c: (
        not start_first(c)
        or "edge" in networks(c)  # a worker, whom nobody calls; what a proxy serves joins edge only when it is ready
        or not any(row.get("aliases") for row in c.inputs["networksAdvanced"])
    ),
    "readiness for verbs": lambda c: not is_service(c) or bool(json.loads(str(_label(c, "zapstack.readiness")))),
    "silent no-ops replaced": lambda c: {"healthcheck", "tmpfs", "#initerror"} <= set(c.request["replaceOnChanges"]),
    "made anew with a new generation": lambda c: c.request.get("replacementTrigger") == 1.0,
    "one way out of the system": lambda c: len(networks(c) & WORLD) <= 1,
    "published only with a world network": lambda c: not c.inputs.get("ports") or bool(networks(c) & WORLD),
    "loopback only": lambda c: all(port["ip"] == "127.0.0.1" for port in c.inputs.get("ports", [])),
    "no plain secret": lambda c: not any(MADE_UP in text for text in strings(dict(c.inputs))),
    "nothing hidden from a reviewer": lambda c: SECRET not in set(strings(dict(c.inputs))),
    "files mounted read-only": lambda c: all(
        row["readOnly"] for row in c.inputs["volumes"] if row["containerPath"].startswith("/run/secrets/")
    ),
    "sorted environment": lambda c: c.inputs.get("envs", []) == sorted(set(c.inputs.get("envs", []))),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_container_keeps(rule: str, graph: Graph) -> None:
    """One rule, all containers."""
    broken = [container.name for container in graph.of("Container") if not RULES[rule](container)]
    assert broken == [], rule


MUTATIONS: dict[str, dict[str, Any]] = {
    "numeric non-root user": {"user": "0:0"},
    "all capabilities dropped": {"capabilities": {"drops": ["ALL"], "adds": ["CAP_NET_ADMIN"]}},
    "no new privileges": {"securityOpts": ["no-new-privileges:false"]},
    "read-only root": {"readOnly": False},
    "swap equals memory": {"memorySwap": 1024.0},
    "CPU weight": {"cpuShares": 0},
    "canonical cpus": {"cpus": "1"},
    "file limit hosts accept": {"ulimits": [{"name": "nofile", "hard": 65536.0}]},
    "init": {"init": False},
    "rotated logs": {"logOpts": {}},
    "grace before kill": {"destroyGraceSeconds": 0},
    "restart policy": {"restart": "unless-stopped"},
    "health check of every service": {"healthcheck": {"tests": ["NONE"], "interval": "5s"}},
    "Go's durations": {"healthcheck": {"tests": ["CMD"], "interval": "90 s"}},
    "a check that ends its service judges by itself": {
        "healthcheck": {"tests": ["CMD", "sh", "-c", "kill -9 -1"], "timeout": "3s"}
    },
    "no start on demand for services": {"mustRun": False},
    "stack label": {"labels": []},
    "compose label": {"labels": [{"label": "com.docker.compose.service", "value": "other"}]},
    "no serving name before it is ready": {"name": ..., "networksAdvanced": [{"name": "a-data", "aliases": ["db"]}]},
    "readiness for verbs": {"labels": [{"label": "zapstack.readiness", "value": "[]"}]},
    "files fingerprint": {"labels": []},
    "what is left to the image is said": {"command": ...},
    "one way out of the system": {"networksAdvanced": [{"name": "a-publish"}, {"name": "a-egress"}]},
    "published only with a world network": {"networksAdvanced": [{"name": "a-data"}]},
    "loopback only": {"ports": [{"ip": "0.0.0.0"}]},  # noqa: S104 what must be refused
    "no plain secret": {"envs": [f"KEY={MADE_UP}-x"]},
    "nothing hidden from a reviewer": {"envs": SECRET},
    "files mounted read-only": {"volumes": [{"containerPath": "/run/secrets/x", "readOnly": False}]},
    "sorted environment": {"envs": ["B=1", "A=1"]},
}


@pytest.fixture(scope="module")
def good() -> Registered:
    """A container that keeps every rule."""
    return defaults().one("Container", "db")


@pytest.mark.parametrize("rule", MUTATIONS)
def test_every_rule_can_fail(rule: str, good: Registered) -> None:
    """A broken container is caught by its rule."""
    bad = Registered(
        inputs={key: value for key, value in {**good.inputs, **MUTATIONS[rule]}.items() if value is not ...},
        name=good.name,
        parent=good.parent,
        request=good.request,
        type=good.type,
    )
    assert RULES[rule](good)
    assert not RULES[rule](bad)


def test_options_rules_can_fail(good: Registered) -> None:
    """The rules on options are caught as well."""
    for rule, option in (
        ("deleted before replaced", {"deleteBeforeReplace": False}),
        ("silent no-ops replaced", {"replaceOnChanges": ["healthcheck"]}),
        ("made anew with a new generation", {"replacementTrigger": None}),
    ):
        bad = Registered(
            inputs=good.inputs,
            name=good.name,
            parent=good.parent,
            request={**good.request, **option},
            type=good.type,
        )
        assert not RULES[rule](bad)
    assert RULES.keys() == MUTATIONS.keys() | {
        "deleted before replaced",
        "made anew with a new generation",
        "silent no-ops replaced",
    }
