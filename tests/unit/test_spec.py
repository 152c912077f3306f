"""What a spec refuses before anything is registered."""

import pytest

from components.base.spec import JobSpec, NetworkName, Port, Probe, Resources, ServiceSpec

LIMITS = Resources(memory_mib=64)
PROBE = Probe(command=("true",))
DATA: frozenset[NetworkName] = frozenset({"data"})


@pytest.mark.parametrize("user", ["root", "0:0", "0", "", "postgres"])
def test_root_and_names_are_refused(user: str) -> None:
    """A name could mean root in some image."""
    with pytest.raises(ValueError, match="numeric uid:gid other than root"):
        JobSpec(image="x", networks=DATA, resources=LIMITS, user=user)


def test_two_ways_out_are_refused() -> None:
    """Which of two default routes a container takes is the order of their names."""
    with pytest.raises(ValueError, match="choose one of them"):
        JobSpec(image="x", networks=frozenset({"publish", "egress"}), resources=LIMITS, user="1:1")


def test_a_port_needs_a_network_that_can_publish() -> None:
    """The engine would report no port, and every preview a change."""
    with pytest.raises(ValueError, match="without the publish or egress network"):
        ServiceSpec(
            health=PROBE,
            image="x",
            networks=DATA,
            ports=[Port(external=1, internal=1)],
            resources=LIMITS,
            user="1:1",
        )


def test_a_file_is_plain_or_secret() -> None:
    """One of the two contents would silently win."""
    with pytest.raises(ValueError, match="as plain and as secret"):
        JobSpec(files={"a": "1"}, image="x", networks=DATA, resources=LIMITS, secret_files={"a": "2"}, user="1:1")
