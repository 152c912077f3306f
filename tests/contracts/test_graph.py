"""Rules for the whole graph: order, networks, volumes, images, secrets."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.base import lock
from components.base.declared import look_of
from components.base.lock import CHECKOUT
from components.base.naming import LOOK_LABEL
from stacks import evolution
from stacks.settings.evolution import EvolutionSettings
from tests.recorder import MADE_UP, SECRET, Graph, Registered, defaults, record, stack_config, strings
from tests.unit import storage

TABLE: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "systems.yaml").read_text())["evolution"]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Development's graph."""
    return defaults()


def service_of(container: Registered) -> str:
    """Returns the service a container belongs to; replicas have logical names of their own."""
    labels = {row["label"]: row["value"] for row in container.inputs["labels"]}
    return str(labels["zapstack.service"])


def of_service(graph: Graph, kind: str, service: str) -> Registered:
    """Returns a resource of a service's first replica."""
    ending = "" if kind == "Container" else f"-{kind.lower()}"
    names = {f"{service}{ending}", f"{service}-1{ending}", f"zapstack-dev-evolution-{service}-1{ending}"}
    (found,) = [row for row in graph.of(kind) if row.name in names]
    return found


def test_the_systems_services(graph: Graph) -> None:
    """The table of the system, as registered: services with their networks."""
    found = {service_of(row): row for row in graph.of("Container")}
    assert found.keys() == TABLE.keys()
    for service, row in TABLE.items():
        joined = {network["name"].rsplit("-", 1)[-1] for network in found[service].inputs["networksAdvanced"]}
        later = set()
        if not row.get("tool"):
            gate = of_service(graph, "Gate", service)
            later = {network["name"].rsplit("-", 1)[-1] for network in gate.inputs["networks"]}
        assert joined | later == set(row["networks"]), service


def test_host_ports_are_the_documents_plus_the_offset(graph: Graph) -> None:
    """The default ports."""
    ports = {
        service_of(row): sorted(int(port["external"]) for port in row.inputs["ports"])
        for row in graph.of("Container")
        if row.inputs.get("ports")
    }
    assert ports == {service: row["ports"] for service, row in TABLE.items() if "ports" in row}


def test_production_publishes_the_ingress_only() -> None:
    """And runs two replicas of the application behind it."""
    production = defaults(production=True)
    assert [service_of(row) for row in production.of("Container") if row.inputs.get("ports")] == ["ingress"]
    assert len([row for row in production.of("Container") if service_of(row) == "app"]) == 2


@pytest.mark.parametrize("consumer", sorted(TABLE))
def test_a_consumer_starts_after_the_gates_of_what_it_uses(graph: Graph, consumer: str) -> None:
    """Order follows from the connections."""
    waits = of_service(graph, "Prepare", consumer).depends_on | of_service(graph, "Container", consumer).depends_on
    gates = {of_service(graph, "Gate", name).name for name in TABLE[consumer].get("after", [])}
    assert {name for name in waits if name.endswith("-gate")} == gates


def test_what_is_declared_on_a_server_is_looked_at(graph: Graph) -> None:
    """By a command in its owner's label, in which no secret stands."""
    looks: dict[str, str] = {}
    for container in graph.of("Container"):
        service = service_of(container)
        labels = {row["label"]: row["value"] for row in container.inputs["labels"]}
        if look := look_of(labels):
            looks[service] = look["server"] or service
            assert MADE_UP not in labels[LOOK_LABEL]
    assert looks == {service: row["look"] for service, row in TABLE.items() if "look" in row}
    assert set(looks.values()) <= TABLE.keys()


def test_every_service_is_prepared_and_gated(graph: Graph) -> None:
    """Nothing long-running without a gate; tools have none."""
    for container in graph.of("Container"):
        service = service_of(container)
        assert of_service(graph, "Prepare", service).name in container.depends_on
        gated = any(container.name in gate.depends_on for gate in graph.of("Gate"))
        assert gated == (not TABLE[service].get("tool", False))


def test_internal_networks_are_internal(graph: Graph) -> None:
    """Stores cannot call out, publish has no way out either."""
    shape = {
        network.name: (network.inputs["internal"], dict(network.inputs.get("options", {})))
        for network in graph.of("Network")
    }
    no_masquerade = {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    assert shape == {
        "evolution-data": (True, {}),
        "evolution-edge": (True, {}),
        "evolution-egress": (False, {}),
        "evolution-publish": (False, no_masquerade),
    }


@pytest.mark.parametrize("production", [False, True])
def test_data_volumes_are_protected_in_production(production: bool) -> None:  # noqa: FBT001 a test's parameter
    """Named as in the document, labels frozen, protected where it counts."""
    volumes = defaults(production=production).of("Volume")
    assert {volume.name for volume in volumes} == {row["volume"] for row in TABLE.values() if "volume" in row}
    for volume in volumes:
        assert volume.inputs["name"] == f"zapstack-dev-evolution-{volume.name}"
        assert volume.request.get("protect", False) == production
        assert volume.request["ignoreChanges"] == ["labels", "driverOpts"]


def test_secrets_travel_only_as_secrets(graph: Graph) -> None:
    """No registered input holds a secret in the clear, and the files that hold them are marked."""
    for found in graph.resources:
        assert not any(MADE_UP in text for text in strings(dict(found.inputs))), found.name
    assert graph.one("Prepare", "app-1-prepare").inputs["secret_files"] == SECRET


def test_gates_take_no_secret_input(graph: Graph) -> None:
    """Their previews stay readable."""
    for gate in graph.of("Gate"):
        assert SECRET not in set(strings(dict(gate.inputs))), gate.name


def test_every_image_comes_from_the_lock(graph: Graph) -> None:
    """By digest from a registry, or built under a hash of its content; the system names what it needs."""
    for image in graph.of("RemoteImage"):
        reference = str(image.inputs["name"])
        assert "@sha256:" in reference or reference.startswith(lock.LOCAL_PREFIX), reference
        assert image.inputs["keepLocally"] is True
    used = {image.name.removeprefix("image-") for image in graph.of("RemoteImage")} - {"evolution-app"}
    assert used <= set(evolution.images(EvolutionSettings()))


def test_receiving_comes_before_answering(graph: Graph) -> None:
    """When all CPUs are busy, what a webhook passes outranks everything else, and the workers come last."""
    weights = {service_of(row): row.inputs["cpuShares"] for row in graph.of("Container")}
    intake = {weights.pop(service) for service in ("ingress", "app", "db")}
    worker = weights.pop("worker")
    assert worker < min(weights.values()) <= max(weights.values()) < min(intake)


def test_every_component_registers_its_outputs(graph: Graph) -> None:
    """Logical names of children begin with their service's, so that a person finds them."""
    services = {service_of(container) for container in graph.of("Container")}
    for kind in ("Prepare", "Gate"):
        for child in graph.of(kind):
            assert re.sub(r"(-1)?-(prepare|gate)$", "", child.name) in services


@pytest.mark.parametrize("profile", ["small", "standard"])
def test_the_readme_says_how_much_memory_the_limits_add_up_to(profile: str) -> None:
    """Of all that runs for ever, in development; jobs come and go."""
    settings = EvolutionSettings.model_validate(EvolutionSettings.filled({"profile": profile}))
    standard = settings == EvolutionSettings()
    found = defaults() if standard else record(stack_config(systems={"evolution": settings}))
    limits = [
        int(row.inputs["memory"])
        for row in found.of("Container")
        if not TABLE[service_of(row)].keys() & {"job", "tool"}
    ]
    row = next(
        line for line in (CHECKOUT / "README.md").read_text().splitlines() if line.startswith(f"| `{profile}` |")
    )
    assert f"{sum(limits):,} MiB" in row, (profile, sum(limits))


def test_another_owner_has_another_files_volume(monkeypatch: pytest.MonkeyPatch) -> None:
    """The container that runs reads its files as the owner it has, until it is replaced."""
    user = lock.user
    earlier = storage.graph()
    monkeypatch.setattr(lock, "user", lambda image: "998:998" if image == "minio" else user(image))
    later = record(stack_config(systems={"storage": storage.StorageSettings()}), systems=storage.SYSTEMS)
    volumes: dict[str, set[str]] = {"db": set(), "minio": set()}
    for graph in (earlier, later):
        for service, seen in volumes.items():
            name = str(of_service(graph, "Prepare", service).inputs["files_volume"])
            mounted = of_service(graph, "Container", service).inputs["volumes"]
            assert name in {row.get("volumeName") for row in mounted}
            seen.add(name)
    assert {service: len(seen) for service, seen in volumes.items()} == {"db": 1, "minio": 2}
