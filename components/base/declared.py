"""What the program declares on a server, such as users, policies and instances, compared with what the server has.

A look is a command in the server's own container. It prints what the server has as JSON: the name of each thing to its
properties. What is declared lies in the same form in a file that its owner's container was given. Both stay in this
process: values are compared and never shown, because some are secret.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from components.base import inside, naming
from components.base.spec import FILES_ROOT
from components.base.spec_parts import LOOK_REFUSED, ServerLook

FILE: Final = ".declared.json"
"""One of the owner's own secret files: what is declared."""

SECONDS: Final = 5
"""Longest time a look may take."""

MOST_BYTES: Final = 1024 * 1024
KILLED: Final = frozenset({124, 137, 143})
"""Exit codes of `timeout` when the time is up: of GNU's, and of busybox's."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a look has shown.

    Attributes:
        different: What the server has otherwise than declared, in words.
        by_hand: What a person has to do, sentences: no `up` can do it.
        unknown: Why the server could not be asked; empty where it was.
    """

    by_hand: Sequence[str] = ()
    different: Sequence[str] = ()
    unknown: str = ""


def label(look: ServerLook) -> str:
    """Returns a look as its owner's label says it.

    Args:
        look: The look; what is declared stays out of it.
    """
    return json.dumps({"by_hand": dict(look.by_hand), "command": list(look.command), "server": look.server})


def look_of(labels: Mapping[str, str]) -> Mapping[str, Any]:
    """Returns what `label` has written; empty where a container has no look.

    Args:
        labels: Labels of the container.
    """
    written: dict[str, Any] = json.loads(labels.get(naming.LOOK_LABEL, "{}"))
    return written


def server_of(client: DockerClient, owner: Container) -> Container | None:
    """Returns the container of the server that an owner's look asks; None where there is no look, or no such container.

    Args:
        client: The engine.
        owner: Container of whoever has declared something.
    """
    look = look_of(owner.labels)
    if not look.get("server"):
        return owner if look else None
    same = [f"{name}={owner.labels[name]}" for name in (naming.STACK_LABEL, naming.SYSTEM_LABEL)]
    wanted = [*same, f"{naming.SERVICE_LABEL}={look['server']}", f"{naming.ROLE_LABEL}=service"]
    return next(iter(client.containers.list(filters={"label": wanted})), None)


def ask(client: DockerClient, owner: Container, server: Container) -> Answer:
    """Looks at a server once.

    Args:
        client: The engine.
        owner: Container of whoever has declared something; it need not run.
        server: Container of the server.
    """
    labels = owner.labels
    look, service = look_of(labels), labels[naming.SERVICE_LABEL]
    written = inside.head(client, owner, f"{FILES_ROOT}/{service}/{FILE}", MOST_BYTES)
    if written is None:
        return Answer(unknown="its file of what is declared is missing")
    try:
        created = client.api.exec_create(server.id, ["timeout", str(SECONDS), *look["command"]])
        out, err = client.api.exec_start(created["Id"], demux=True)
        code = client.api.exec_inspect(created["Id"])["ExitCode"]
    except APIError as error:  # it ended meanwhile
        return Answer(unknown=str(error.explanation))
    if code == LOOK_REFUSED:
        return Answer(different=("it refuses its administrator's password",))
    if code != 0:
        said = (err or b"").decode(errors="replace").strip().splitlines()
        return Answer(unknown=f"no answer within {SECONDS} s" if code in KILLED else (said or [f"exit {code}"])[-1])
    try:
        actual = json.loads(out or b"")
    except ValueError:
        return Answer(unknown="its answer is no JSON")
    return compare(json.loads(written.encode("latin-1")), actual, look["by_hand"])


def compare(declared: Mapping[str, Any], actual: Mapping[str, Any], by_hand: Mapping[str, str] | None = None) -> Answer:
    """Compares what is declared with what a server has; what nobody has declared is not compared.

    Args:
        declared: Name of each thing to its properties.
        actual: The same of the server; a thing that is missing there may be null.
        by_hand: Property to what a person does where it differs.
    """
    different: list[str] = []
    sentences: list[str] = []
    for name, properties in declared.items():
        if actual.get(name) is None:
            different.append(f"{name} is missing")
            continue
        others = _others(properties, actual[name])
        sentences += [f"{name}: {by_hand[other]}" for other in others if by_hand and other in by_hand]
        own = [other for other in others if not by_hand or other not in by_hand]
        if own:
            different.append(f"{name} differs ({', '.join(own)})")
    return Answer(by_hand=tuple(sentences), different=tuple(different))


def _others(declared: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Returns the names of properties that differ, with a dot between a property and one inside it."""
    found: list[str] = []
    for name, value in declared.items():
        there = actual.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            found += [f"{name}.{deeper}" for deeper in _others(value, there)]
        elif _plain(value) != _plain(there):
            found.append(name)
    return found


def _plain(value: Any) -> Any:  # noqa: ANN401 as JSON has it
    """Returns a value without what has no meaning: the order of a list."""
    if isinstance(value, list):
        return sorted((_plain(entry) for entry in value), key=lambda entry: json.dumps(entry, sort_keys=True))
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    return value
