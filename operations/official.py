"""`official`: builds a second set of local images, nearer to the official ones, and prints how a stack runs on it.

The set is of Debian 13. Where the person has copies of the official images' repositories, their entrypoints lie over
ours while it is built. A stack takes the set by `zapstack:imageOverrides`: the program knows nothing of it.
"""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import typer
from docker import DockerClient
from rich.console import Console

from components.base import lock
from components.base.docker_api import EngineUnreachableError, client, has_image
from operations import images
from operations.stack_file import StackFile

UPSTREAM: Final = "https://github.com"


def official(stack: StackFile, source: str) -> None:
    """Builds what a stack runs on, as far as there is a nearer version of it.

    Args:
        stack: The stack.
        source: Folder with copies of the official images' repositories; empty where our own entrypoints shall do.

    Raises:
        typer.Exit: Files are missing in the folder (2); nothing to build, no engine, or a build failed (1).
    """
    names = [name for name in lock.local_used(stack.images) if lock.load()[name].nearer]
    if not names:
        typer.echo(f"stack {stack.name} runs on no image with a nearer version. Nothing was built.", err=True)
        raise typer.Exit(1)
    folder = Path(source).expanduser().resolve() if source else None
    if folder and (missing := absent(names, folder)):
        typer.echo(
            "\n".join([f"SOURCE={source}: nothing was built. Copies are missing; get them with", *missing]), err=True
        )
        raise typer.Exit(2)
    try:
        engine = client(stack.docker_host)
        for name in names:
            ensure(engine, name, folder, Console())
    except (EngineUnreachableError, images.BuildFailedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(
        f"\nFor a stack without data, because other versions wrote them. In Pulumi.{stack.name}.yaml, below config:"
    )
    typer.echo(overrides({name: reference(name, folder) for name in names}), nl=False)


def overrides(references: Mapping[str, str]) -> str:
    """Returns the lines of a stack's file that name images to use instead of the lock file's."""
    return "".join(["  zapstack:imageOverrides:\n", *(f"    {name}: {to}\n" for name, to in references.items())])


def absent(names: Sequence[str], folder: Path) -> list[str]:
    """Returns the commands that get what a folder lacks.

    Args:
        names: Image names of the lock file.
        folder: Where copies of repositories are.
    """
    commands = set()
    for name in names:
        files = nearer(name).official
        if files and not all(path.is_file() for path in overlay(name, folder).values()):
            target = folder / Path(files.repository).name
            place = shlex.quote(str(target))
            get = f"git clone {UPSTREAM}/{files.repository} {place}"
            move = f"git -C {place} checkout {files.commit}"
            commands.add(f"  {move}" if target.exists() else f"  {get} && {move}")
    return sorted(commands)


def nearer(name: str) -> lock.NearerImage:
    """Returns how the nearer version of an image is built.

    Raises:
        KeyError: There is none.
    """
    entry = lock.load()[name].nearer
    if entry is None:
        raise KeyError(f"{name} has no nearer version in {lock.LOCK_FILE.name}")
    return entry


def overlay(name: str, folder: Path | None) -> dict[str, Path]:
    """Returns what goes into the build of an image instead of our files: name in the context to file."""
    files = nearer(name).official
    if folder is None or files is None:
        return {}
    return {inside: folder / Path(files.repository).name / path for inside, path in sorted(files.files.items())}


def reference(name: str, folder: Path | None) -> str:
    """Returns the tag of a nearer version; it changes with all that goes into it."""
    entry = nearer(name)
    below = reference(entry.base, folder) if entry.base else ""
    instead = [path.read_bytes().hex() for path in overlay(name, folder).values()]
    tag = lock.content_hash(lock.CHECKOUT / entry.context, below, *instead)
    return f"{lock.NEARER_PREFIX}/{name}:{entry.version}-{tag}"


def ensure(engine: DockerClient, name: str, folder: Path | None, console: Console) -> None:
    """Builds one image and what it starts from, unless the engine has it.

    Args:
        engine: The engine.
        name: Image name of the lock file.
        folder: Where copies of repositories are.
        console: Where progress goes.

    Raises:
        BuildFailedError: With the last lines of the build.
    """
    entry, wanted = nearer(name), reference(name, folder)
    if has_image(engine, wanted):
        return
    base = reference(entry.base, folder) if entry.base else ""
    if entry.base:
        ensure(engine, entry.base, folder, console)
    console.print(f"image {name} ({wanted})", soft_wrap=True)
    images.build_as(engine, entry, wanted, base=base, console=console, overlay=overlay(name, folder))
