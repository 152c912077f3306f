"""Runs the program without an engine and records what it registers, options included."""

import base64
import functools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import pulumi
from google.protobuf import json_format
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks, test

from components.base.observe import Observation
from infra.config import StackConfig
from infra.program import declare
from infra.state import Known
from stacks.base import System
from stacks.registry import SYSTEMS
from stacks.settings.base import Settings
from stacks.settings.evolution import EvolutionSettings

MADE_UP = "made-up-secret"
"""Part of every secret under test, so that a leak is found by searching for it."""

SECRET = "[secret]"


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registered resource.

    Attributes:
        type: Type token.
        name: Logical name.
        parent: Logical name of its parent.
        inputs: Inputs, every secret value shown as `[secret]`.
        request: The request as the engine would get it.
    """

    type: str
    name: str
    parent: str
    inputs: Mapping[str, Any]
    request: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Last part of the type token, such as `Container`."""
        return self.type.rsplit(":", 1)[-1]

    @property
    def depends_on(self) -> set[str]:
        """Logical names of the resources it depends on."""
        return {urn.rsplit("::", 1)[-1] for urn in self.request.get("dependencies", [])}


@dataclass(kw_only=True)
class Graph:
    """Everything one run registered."""

    resources: list[Registered] = field(default_factory=list)

    def of(self, kind: str) -> list[Registered]:
        """Returns the resources of a kind, such as `Container`, by name."""
        return sorted((found for found in self.resources if found.kind == kind), key=lambda found: found.name)

    def one(self, kind: str, name: str) -> Registered:
        """Returns one resource."""
        (found,) = [found for found in self.of(kind) if found.name == name]
        return found


class _Answers(Mocks):
    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"the program must not ask for {args.token}")

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        state = dict(args.inputs)
        if args.typ == "random:index/randomPassword:RandomPassword":
            # Mocks do not know which outputs the provider marks as secret.
            state["result"] = pulumi.Output.secret(f"{MADE_UP}-{args.name}")
        if args.typ == "random:index/randomBytes:RandomBytes":
            state["base64"] = base64.b64encode(args.name.encode()[: int(args.inputs["length"])]).decode()
        if args.typ.endswith(":Prepare"):
            state["generation"] = 1
        return f"id-of-{args.name}", state


class Recorder(MockMonitor):
    """A monitor that keeps the requests."""

    def __init__(self) -> None:
        """Starts empty."""
        super().__init__(_Answers())
        self.graph = Graph()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802, ANN401 the protocol's own name and types
        """Records one registration."""
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
            self.graph.resources.append(
                Registered(
                    inputs=_masked(json.loads(json.dumps(inputs, default=str))),
                    name=request.name,
                    parent=request.parent.rsplit("::", 1)[-1],
                    request=json_format.MessageToDict(request),
                    type=request.type,
                )
            )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def _masked(value: Any) -> Any:  # noqa: ANN401 any JSON
    if isinstance(value, dict):
        if rpc._special_sig_key in value:
            return SECRET
        return {key: _masked(inner) for key, inner in value.items() if key != "__provider"}
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    return value


def strings(value: Any) -> Iterator[str]:  # noqa: ANN401 any JSON
    """Yields every string in a tree, keys included."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def stack_config(*, production: bool = False, systems: Mapping[str, Settings] | None = None) -> StackConfig:
    """Returns a checked configuration with defaults."""
    return StackConfig(
        docker_host="",
        environment="production" if production else "development",
        image_overrides={},
        image_source="registry",
        systems=systems or {"evolution": EvolutionSettings()},
    )


def record(
    config: StackConfig | None = None,
    observation: Observation | None = None,
    systems: Mapping[str, System] = SYSTEMS,
    known: Known | None = None,
) -> Graph:
    """Runs the program and returns what it registered.

    Args:
        config: Configuration; development's defaults when None.
        observation: What the engine looks like; empty when None.
        systems: The kinds of systems.
        known: What the state knows; nothing when None.
    """
    recorder = Recorder()
    set_mocks(_Answers(), monitor=recorder, preview=False, project="zapstack", stack="dev")

    @test  # type: ignore[untyped-decorator]
    def program() -> None:
        declare(
            config or stack_config(),
            observation or Observation(),
            systems,
            known or Known(),
            project="zapstack",
            stack="dev",
        )

    with mock.patch.dict(os.environ):
        os.environ.pop("DOCKER_HOST", None)  # of whoever runs the tests
        program()
    return recorder.graph


def defaults(*, production: bool = False) -> Graph:
    """Returns what the program registers with an environment's defaults; recorded once, for reading only."""
    return _defaults(production)


@functools.cache
def _defaults(production: bool) -> Graph:  # noqa: FBT001 one form of call, so that it is remembered once
    return record(stack_config(production=production))
