"""What the verbs need to know of a stack before Pulumi runs: its file, read without the program.

Which passphrase is meant follows from `zapstack:environment`. So a file that does not say it is refused here, before
Pulumi asks for one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import typer
import yaml
from pulumi import runtime
from pydantic import ValidationError

from components.base.lock import CHECKOUT, Source
from infra.checks import keys, values
from infra.config import image_source
from infra.draft import begin
from infra.errors import UserError, refuse
from infra.handed_over import as_pulumi
from infra.models import ENVIRONMENTS
from infra.places import canonical
from stacks.registry import SYSTEMS

PROJECT = "zapstack"
PLACEHOLDER: Final = "a-secret-of-some-length"


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """The plain part of `Pulumi.<stack>.yaml`.

    Attributes:
        development: Whether it is a development stack.
        docker_host: Engine address; empty means the environment's.
        image_overrides: Image name to reference, instead of the lock file's.
        image_source: Where third-party images come from; a stack with data may have kept another one (`kept_source`).
        image_source_is_given: Whether a person has named that source.
        images: Names in the lock file of the images its systems run on.
        name: Stack name.
        systems: Names of its systems.
    """

    development: bool
    docker_host: str
    image_source: Source
    images: tuple[str, ...]
    name: str
    systems: tuple[str, ...]
    image_overrides: Mapping[str, str] = field(default_factory=dict)
    image_source_is_given: bool = True


def read(stack: str) -> StackFile:
    """Returns the plain part of a stack's file; the program checks the rest.

    Raises:
        typer.Exit: There is no such file (2); it is no YAML, or does not say which environment it is (1).
    """
    path = CHECKOUT / f"Pulumi.{stack}.yaml"
    if not path.exists():
        known = ", ".join(sorted(found.name.split(".")[1] for found in CHECKOUT.glob("Pulumi.*.yaml")))
        typer.echo(f"{path.name}: there is no such stack (there are: {known}). Nothing was done.", err=True)
        raise typer.Exit(2)
    try:
        root = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path.name}:{mark.line + 1}" if mark else path.name
        # Not the error's own text, which quotes the line: a secret may stand in it.
        typer.echo(f"{place}: not YAML. Nothing was done. Correct the file; the mistake may begin above.", err=True)
        raise typer.Exit(1) from None
    written = root.get("config") if isinstance(root, dict) else None
    config = {canonical(str(key)): value for key, value in written.items()} if isinstance(written, dict) else {}
    if config and config.get("zapstack:environment") not in ENVIRONMENTS:
        _refuse_environment(stack, path.read_text())
    systems = config.get("zapstack:systems")
    overrides = config.get("zapstack:imageOverrides")
    images = str(config.get("zapstack:images") or "auto")
    development = config.get("zapstack:environment") == "development"
    return StackFile(
        development=development,
        docker_host=str(config.get("docker:host") or ""),
        image_overrides={str(key): str(value) for key, value in overrides.items()}
        if isinstance(overrides, dict)
        else {},
        image_source=image_source(images, production=not development),
        image_source_is_given=images != "auto",
        images=tuple(sorted(_images(systems))) if isinstance(systems, dict) else (),
        name=stack,
        systems=tuple(systems) if isinstance(systems, dict) else (),
    )


def hand_over(stack: str, text: str) -> list[str]:
    """Makes a file's configuration the one that `infra` reads, as Pulumi would; returns the keys with secrets in them.

    Args:
        stack: Stack name.
        text: The file's content.
    """
    rows, encrypted = as_pulumi(text)
    runtime.configure(runtime.Settings(project=PROJECT, stack=stack, root_directory=str(CHECKOUT)))
    runtime.set_all_config(rows, encrypted)
    return encrypted


def _refuse_environment(stack: str, text: str) -> None:
    """Tells what is wrong with the keys of the whole stack; what is below them may be encrypted still."""
    hand_over(stack, text)
    draft = begin(stack, SYSTEMS)
    keys.check(draft)
    values.check(draft)
    try:
        refuse(mistake for mistake in draft.mistakes if "." not in mistake.place.key)
    except UserError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _images(systems: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for name in SYSTEMS.keys() & systems.keys():
        kind = SYSTEMS[name]
        try:
            settings = kind.settings.model_validate_json(json.dumps(_readable(systems[name] or {})))
        except ValidationError:  # the program will name what is wrong; until then the defaults do
            settings = kind.settings()
        found |= set(kind.images(settings))
    return found


def _readable(tree: Any) -> Any:  # noqa: ANN401 any YAML
    """Returns a tree with a placeholder for each secret: no image depends on one."""
    if isinstance(tree, dict):
        if tree.keys() == {"secure"}:
            return PLACEHOLDER
        return {str(key): _readable(value) for key, value in tree.items()}
    return [_readable(value) for value in tree] if isinstance(tree, list) else tree
