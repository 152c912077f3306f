"""Generated secrets that outlive their declaration, because somebody Pulumi does not manage holds them.

An instance of Evolution API stays on its server, token and linked telephone included, when it is no longer declared.
Declared again it is given the same token, so whoever uses it meanwhile goes on.
"""

from collections.abc import Collection, Mapping
from typing import Final

import pulumi
import pulumi_random as random

from components.base.naming import Scope
from components.base.secrets import SECRET_LENGTH

KEEPER: Final = "kept"
"""The keeper by which the state tells these secrets from others; its value is the name they are kept under."""


def declared(name: str, scope: Scope, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Returns a generated secret; one that was kept meanwhile is taken again.

    Args:
        name: Logical name of the resource that holds it.
        scope: Names.
        parent: Component that owns it.
    """
    full = scope.full(name)
    kept = pulumi.Alias(name=full, parent=pulumi.ROOT_STACK_RESOURCE)
    return pulumi.Output.secret(_made(name, full, pulumi.ResourceOptions(parent=parent, aliases=[kept])).result)


def keep(earlier: Mapping[str, str], in_use: Collection[str]) -> None:
    """Registers the secrets of the state that nothing has declared.

    Args:
        earlier: Name each secret of the state is kept under, to its URN.
        in_use: Names of those that have been declared.
    """
    for full, urn in sorted(earlier.items()):
        if full not in in_use:
            _made(full, full, pulumi.ResourceOptions(aliases=[urn]))


def _made(name: str, full: str, opts: pulumi.ResourceOptions) -> random.RandomPassword:
    return random.RandomPassword(name, keepers={KEEPER: full}, length=SECRET_LENGTH, special=False, opts=opts)
