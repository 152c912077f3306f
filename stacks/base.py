"""What every system hands to the stack's outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class SystemOutputs:
    """Addresses, credentials and services of one system.

    Attributes:
        credentials: Service to its credentials; secret as a whole once exported.
        services: Long-running services.
        urls: Service to its address on the host.
    """

    credentials: Mapping[str, Mapping[str, pulumi.Input[str]]]
    services: Sequence[str]
    urls: Mapping[str, str]
