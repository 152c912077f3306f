"""The program: configuration, one look at the engine, systems, outputs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import pulumi

from components.base import kept_secrets, secrets
from components.base.docker_api import EngineUnreachableError, client, is_local
from components.base.engines.containers import ContainersEngine
from components.base.engines.volumes import keep
from components.base.images import Images
from components.base.inquiry import inquire
from components.base.naming import Scope
from components.base.networks import Networks
from components.base.observe import Observation, judge, look
from components.base.spec import NetworkName
from infra import backend, local_images, pins
from infra.config import StackConfig, load
from infra.errors import UserError
from infra.holders import refuse_collisions
from infra.interrupted import clear_leftovers
from infra.mismatch import refuse_another_state, refuse_foreign, refuse_lost
from infra.outputs import export as export_outputs
from infra.state import Known, export
from infra.stores import keep_source, refuse_unfinished, refuse_unreadable
from stacks.base import System, SystemArgs, SystemOutputs
from stacks.registry import SYSTEMS

NETWORKS: Final[tuple[NetworkName, ...]] = ("data", "edge", "egress", "publish")


def main(systems: Mapping[str, System] = SYSTEMS) -> None:
    """Declares everything the stack consists of.

    Args:
        systems: The kinds of systems it may hold.
    """
    project, stack = pulumi.get_project(), pulumi.get_stack()
    backend.require()
    config = load(stack, systems)
    pins.require(config, systems, stack, datetime.now(tz=UTC).date())
    stack_id = Scope(project=project, stack=stack, system="").stack_id
    try:
        engine = client(config.docker_host)
    except EngineUnreachableError as error:
        raise UserError(str(error)) from error
    refuse_collisions(engine, config, systems, stack_id)
    seen, known = look(engine, stack_id), export(stack)
    config = keep_source(config, known)
    local_images.require(engine, config, systems, stack)
    refuse_foreign(engine, stack, known)
    refuse_another_state(seen, known, stack_id)
    refuse_lost(engine, seen, known, stack)
    refuse_unfinished(engine, stack_id)
    refuse_unreadable(engine, config, known)
    if clear_leftovers(engine, seen, known):
        seen = look(engine, stack_id)
    observation = inquire(engine, seen, known.expected, judge(seen, known.expected))
    for notice in observation.notices:
        pulumi.warn(notice)
    declare(config, observation, systems, known, project=project, stack=stack)


def declare(
    config: StackConfig,
    observation: Observation,
    systems: Mapping[str, System],
    known: Known,
    *,
    project: str,
    stack: str,
) -> None:
    """Registers every system of a stack and exports its outputs.

    Args:
        config: Checked configuration.
        observation: What the engine looks like.
        systems: The kinds of systems it may hold.
        known: What the state knows.
        project: Pulumi project.
        stack: Pulumi stack.
    """
    root = pulumi.ResourceOptions()
    fingerprint_key = secrets.generated("fingerprint-key", root)
    images = Images(
        elsewhere=not is_local(config.docker_host),
        overrides=config.image_overrides,
        parent=None,
        source=config.image_source,
    )
    outputs: dict[str, SystemOutputs] = {}
    volumes: set[str] = set()
    kept: set[str] = set()
    data_images: dict[str, dict[str, pulumi.Input[str]]] = {}
    for name, settings in sorted(config.systems.items()):
        scope = Scope(project=project, stack=stack, system=name)
        networks = Networks(scope, NETWORKS, root)
        engine = ContainersEngine(
            docker_host=config.docker_host,
            fingerprint_key=fingerprint_key,
            images=images,
            networks=networks,
            observation=observation,
            protect_data=config.protects_data,
            scope=scope,
            used_images=known.data_images.get(name, {}),
        )
        args = SystemArgs(production=config.production, settings=settings, user_secrets=config.user_secrets)
        outputs[name] = systems[name].build(name, args, engine, root)
        volumes |= engine.data_volumes
        kept |= engine.kept_secrets
        data_images[name] = engine.data_images
    keep(known.volumes, volumes, protect=config.protects_data)
    kept_secrets.keep(known.secrets, kept)
    export_outputs(outputs, config.image_source, data_images)
