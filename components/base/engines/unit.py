"""One container to be, as the adapter sees it: its names, its files, what its connection proof tries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pulumi

from components.base import declared, proofs
from components.base.spec import BaseSpec, ServiceSpec


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One container to be: a service's replica, a job or a tool.

    Attributes:
        name: Service name.
        parent: Component that owns the children.
        spec: Its description.
        replica: Its number, from 1.
    """

    name: str
    parent: pulumi.Resource
    spec: BaseSpec
    replica: int = 1

    @property
    def start_first(self) -> bool:
        """Whether it serves before its predecessor leaves, so that both must be able to exist."""
        return isinstance(self.spec, ServiceSpec) and self.spec.start_first

    @property
    def logical(self) -> str:
        """What names of its resources begin with."""
        return f"{self.name}-{self.replica}" if self.start_first else self.name

    @property
    def reloaded(self) -> frozenset[str]:
        """Files whose change is no reason to replace the container; what is declared is read by nobody in it."""
        reload = self.spec.reload if isinstance(self.spec, ServiceSpec) else None
        return frozenset({declared.FILE, *(reload.files if reload else ())})

    @cached_property
    def connections(self) -> Mapping[str, pulumi.Output[str]]:
        """The file that says what its connection proof tries; none where there is nothing to try."""
        tried = [found for connection in self.spec.uses if (found := connection.proof()) is not None]
        if not tried:
            return {}
        rows: pulumi.Output[list[Any]] = pulumi.Output.all(*tried)
        text = rows.apply(lambda known: json.dumps({"connections": known, "consumer": self.name}, sort_keys=True))
        return {proofs.FILE: pulumi.Output.secret(text)}

    @property
    def declared(self) -> Mapping[str, pulumi.Output[str]]:
        """The file that says what it declares on a server; none where it declares nothing."""
        return {declared.FILE: pulumi.Output.secret(self.spec.look.declared)} if self.spec.look else {}

    @property
    def files(self) -> Mapping[str, pulumi.Input[str]]:
        """All its files, name to content."""
        return {**self.spec.files, **self.spec.secret_files, **self.connections, **self.declared}

    @property
    def aliases(self) -> list[str]:
        """Names by which others on its networks find a service."""
        more = self.spec.aliases if isinstance(self.spec, ServiceSpec) else ()
        return [self.name, f"{self.name}.internal", *more]
