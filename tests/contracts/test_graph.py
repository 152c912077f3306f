"""Rules for the whole graph: order, networks, volumes, images, secrets."""

import pytest

from components.base import lock
from stacks import evolution
from tests.recorder import MADE_UP, SECRET, Graph, record, stack_config, strings


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Development's graph."""
    return record()


def test_the_systems_services(graph: Graph) -> None:
    """The table of the system, as registered."""
    table = {
        container.name: {row["name"].rsplit("-", 1)[-1] for row in container.inputs["networksAdvanced"]}
        for container in graph.of("Container")
    }
    assert table == {
        "app": {"data", "edge", "egress"},
        "db": {"data", "publish"},
        "evolution-api": {"data", "edge", "egress"},
        "evolution-api-migrate": {"data"},
        "evolution-postgres": {"data", "publish"},
        "instances": {"edge"},
        "smoke": {"edge"},
    }


def test_host_ports_are_the_documents_plus_the_offset(graph: Graph) -> None:
    """The default ports."""
    ports = {
        container.name: [int(port["external"]) for port in container.inputs.get("ports", [])]
        for container in graph.of("Container")
        if container.inputs.get("ports")
    }
    assert ports == {"app": [8000], "db": [5432], "evolution-api": [8080], "evolution-postgres": [5433]}


def test_production_publishes_no_store() -> None:
    """Only the application is reachable, and only from the host itself until an ingress stands before it."""
    production = record(stack_config(production=True))
    assert [found.name for found in production.of("Container") if found.inputs.get("ports")] == ["app"]


@pytest.mark.parametrize(
    ("consumer", "gates"),
    [
        ("evolution-api-migrate", {"evolution-postgres-gate"}),
        ("evolution-api", {"evolution-postgres-gate", "evolution-api-migrate-gate"}),
        ("instances", {"evolution-api-gate"}),
        ("app", {"db-gate", "instances-gate"}),
        ("smoke", set()),
    ],
)
def test_a_consumer_starts_after_the_gates_of_what_it_uses(graph: Graph, consumer: str, gates: set[str]) -> None:
    """Order follows from the connections."""
    waits = graph.one("Prepare", f"{consumer}-prepare").depends_on | graph.one("Container", consumer).depends_on
    waits = {name for name in waits if name.endswith("-gate")}
    assert waits == gates


def test_every_service_is_prepared_and_gated(graph: Graph) -> None:
    """Nothing long-running without a gate; tools have none."""
    for container in graph.of("Container"):
        assert f"{container.name}-prepare" in container.depends_on
        gated = any(container.name in gate.depends_on for gate in graph.of("Gate"))
        assert gated == (container.name != "smoke")


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
    volumes = record(stack_config(production=production)).of("Volume")
    assert [volume.name for volume in volumes] == ["evolution_instances", "postgres_adk_data", "postgres_evo_data"]
    for volume in volumes:
        assert volume.inputs["name"] == f"zapstack-dev-evolution-{volume.name}"
        assert volume.request.get("protect", False) == production
        assert volume.request["ignoreChanges"] == ["labels", "driverOpts"]


def test_secrets_travel_only_as_secrets(graph: Graph) -> None:
    """No registered input holds a secret in the clear, and the files that hold them are marked."""
    for found in graph.resources:
        assert not any(MADE_UP in text for text in strings(dict(found.inputs))), found.name
    assert graph.one("Prepare", "app-prepare").inputs["secret_files"] == SECRET


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
    assert used <= set(evolution.IMAGES)


def test_every_component_registers_its_outputs(graph: Graph) -> None:
    """Logical names of children begin with their service's, so that a person finds them."""
    for kind in ("Prepare", "Gate"):
        for child in graph.of(kind):
            assert child.name.rsplit("-", 1)[0] in {container.name for container in graph.of("Container")}
