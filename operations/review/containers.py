"""What changes in a container, in words: one line for each fact a reviewer asks about."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from components.base import naming
from components.base.spec import FILES_ROOT
from operations.review.changes import Change, Resource
from operations.review.quoting import code, moved
from operations.review.steps import FILES

Inputs = Mapping[str, Any]
Row = TypeVar("Row", str, dict[str, Any])

PROPER = ("image", "envs", "networksAdvanced", "ports", "volumes", "memory", "cpus", "cpuShares")
"""What describes a new container to a reviewer; the rest is the same for all."""
NOTHING: Final = "none"
MIRRORED: Final = {"memorySwap": "memory", "stopTimeout": "destroyGraceSeconds"}
"""Inputs that always follow another one, which says it already."""
LIMITS: Final = {
    "cpuShares": "CPU weight",
    "cpus": "CPU limit",
    "destroyGraceSeconds": "seconds to stop",
    "memory": "memory limit in MiB",
    "shmSize": "shared memory in MiB",
}


def lines(change: Change) -> Iterator[str]:
    """Yields what changes.

    Args:
        change: The change of a `docker.Container`; nothing is said of one that goes.
    """
    if change.after is None:
        return
    before: Inputs = change.before.inputs if change.before else {}
    after = change.after.inputs
    names = PROPER if change.before is None else sorted(before.keys() | after.keys(), key=_rank)
    for name in names:
        old, new = before.get(name), after.get(name)
        follows = MIRRORED.get(name)
        if old == new or not (old or new) or (follows and before.get(follows) != after.get(follows)):
            continue
        said = list(WORDS.get(name, _other)(name, old, new, change.after))
        # A list that is secret or not known yet has no rows to compare.
        yield from said or ([] if change.before is None else [f"{code(name)} changes"])
    yield from (
        f"{code(name)}: a secret value in it changes"
        for name in change.reasons
        if name in after and before.get(name) == after.get(name)
    )


def short(name: str, resource: Resource) -> str:
    """Returns an engine-wide name without the part that all names of a system have."""
    labels = resource.labels()
    stack = labels.get(naming.STACK_LABEL, "").replace("/", "-")
    return name.removeprefix(f"{stack}-{labels.get(naming.SYSTEM_LABEL)}-")


def _rank(name: str) -> tuple[int, str]:
    return (PROPER.index(name) if name in PROPER else len(PROPER), name)


def _image(_name: str, old: object, new: object, _resource: Resource) -> Iterator[str]:
    yield f"image: {moved(old, new) if old else code(new)}"


def _variables(_name: str, old: object, new: object, _resource: Resource) -> Iterator[str]:
    before, after = (dict(row.partition("=")[::2] for row in _rows(rows, str)) for rows in (old, new))
    if old is None:
        yield f"variables: {', '.join(map(code, sorted(after))) or NOTHING}"
        return
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"variable {code(name)} is new: {code(after[name])}"
        elif name not in after:
            yield f"variable {code(name)} goes"
        elif before[name] != after[name]:
            yield f"variable {code(name)}: {moved(before[name], after[name])}"


def _networks(_name: str, old: object, new: object, resource: Resource) -> Iterator[str]:
    before, after = ({row["name"]: row.get("aliases") for row in _rows(rows, dict)} for rows in (old, new))
    for name in sorted(before.keys() | after.keys()):
        shown = code(short(name, resource))
        if name not in before:
            yield f"joins network {shown}"
        elif name not in after:
            yield f"leaves network {shown}"
        elif before[name] != after[name]:
            yield f"its names on network {shown}: {moved(before[name], after[name])}"


def _ports(_name: str, old: object, new: object, _resource: Resource) -> Iterator[str]:
    before, after = ([_port(row) for row in _rows(rows, dict)] for rows in (old, new))
    yield from (f"publishes port {code(port)}" for port in after if port not in before)
    yield from (f"no longer publishes port {code(port)}" for port in before if port not in after)


def _port(row: Inputs) -> str:
    return f"{row.get('ip') or '0.0.0.0'}:{row.get('external')} → {row.get('internal')}/{row.get('protocol') or 'tcp'}"  # noqa: S104 shown, not bound


def _volumes(_name: str, old: object, new: object, resource: Resource) -> Iterator[str]:
    before, after = ({row["containerPath"]: _volume(row, resource) for row in _rows(rows, dict)} for rows in (old, new))
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            continue
        if path.startswith(f"{FILES_ROOT}/"):
            if old:  # the volume's name follows the content
                yield FILES
        elif path not in before:
            yield f"mounts {code(after[path])} at {code(path)}"
        elif path not in after:
            yield f"no longer mounts {code(before[path])} at {code(path)}"
        else:
            yield f"at {code(path)}: {moved(before[path], after[path])}"


def _volume(row: Inputs, resource: Resource) -> str:
    source = row.get("hostPath") or short(str(row.get("volumeName") or ""), resource)
    return f"{source} (read-only)" if row.get("readOnly") else source


def _labels(_name: str, old: object, new: object, _resource: Resource) -> Iterator[str]:
    before, after = ({row["label"]: row["value"] for row in _rows(rows, dict)} for rows in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) == after.get(name):
            continue
        if name == naming.FILES_LABEL:
            yield FILES
        elif name == naming.READINESS_LABEL:
            yield "its readiness probe changes"
        else:
            yield f"label {code(name)}: {moved(before.get(name, NOTHING), after.get(name, NOTHING))}"


def _other(name: str, old: object, new: object, _resource: Resource) -> Iterator[str]:
    yield f"{LIMITS.get(name, code(name))}: {code(new) if old is None else moved(old, NOTHING if new is None else new)}"


def _rows(value: object, kind: type[Row]) -> list[Row]:
    """Returns the rows of a list; none where it, or one of them, is secret or known only afterwards."""
    return [row for row in value if isinstance(row, kind)] if isinstance(value, list) else []


WORDS: Final[Mapping[str, Callable[[str, object, object, Resource], Iterator[str]]]] = {
    "envs": _variables,
    "image": _image,
    "labels": _labels,
    "networksAdvanced": _networks,
    "ports": _ports,
    "volumes": _volumes,
}
