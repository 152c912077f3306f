"""The networks of a system: who can reach whom, and who can reach the world.

edge and data are internal. A container with only internal networks cannot publish a port, so containers with a host
port also join publish, a bridge without masquerade: reachable from the host, no way out. egress is for those that
must call out.
"""

from collections.abc import Iterable
from typing import Final, final

import pulumi
import pulumi_docker as docker

from components.base import naming
from components.base.spec import NetworkName

INTERNAL: Final[frozenset[NetworkName]] = frozenset({"edge", "data"})
NO_MASQUERADE: Final = {"com.docker.network.bridge.enable_ip_masquerade": "false"}


@final
class Networks(pulumi.ComponentResource):
    """The networks of one system.

    Attributes:
        by_name: Short name to network.
    """

    by_name: dict[NetworkName, docker.Network]

    def __init__(self, scope: naming.Scope, names: Iterable[NetworkName], opts: pulumi.ResourceOptions) -> None:
        """Registers them.

        Args:
            scope: System they belong to.
            names: Which ones.
            opts: Options with the parent.
        """
        super().__init__("zapstack:components:Networks", f"{scope.system}-networks", None, opts)
        child = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        self.by_name = {
            name: docker.Network(
                f"{scope.system}-{name}",
                driver="bridge",
                internal=name in INTERNAL,
                labels=[
                    docker.NetworkLabelArgs(label=label, value=value)
                    for label, value in sorted(scope.labels(name, "network").items())
                ],
                name=scope.full(name),
                options=NO_MASQUERADE if name == "publish" else {},
                opts=child,
            )
            for name in sorted(names)
        }
        self.register_outputs({name: network.name for name, network in self.by_name.items()})
