"""The rows of a review: one for each service, and one for each resource that belongs to none."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from components.base import naming
from operations.review import containers, steps
from operations.review.changes import Change, Comparison, Operation
from operations.review.quoting import code, moved

PARTS: Final = frozenset({"Container", *steps.KINDS})
"""Kinds of resources that a service consists of."""
WORDS: Final[Mapping[Operation, str]] = {
    "create": "created",
    "replace": "replaced",
    "delete": "deleted",
    "update": "changed",
    "same": "unchanged",
}
"""What becomes of a resource, in the order in which a reader wants to know it."""


def counts(comparison: Comparison) -> str:
    """Returns how many resources are created, replaced, deleted and changed."""
    found = Counter(change.operation for change in comparison.changes)
    said = ", ".join(f"{found[operation]} {word}" for operation, word in WORDS.items() if operation != "same")
    return f"Resources: **{said}**, {found['same']} unchanged." if found["same"] else f"Resources: **{said}**."


def warnings(comparison: Comparison) -> Iterator[str]:
    """Yields what is lost or no longer protected: the lines nobody may overlook."""
    for change in comparison.changes:
        if change.subject.kind != "Volume" or change.before is None:
            continue
        volume = f"{code(comparison.title)}: data volume {code(change.subject.name)}"
        refused = " It is protected, so `up` refuses." if change.before.protected else ""
        if change.operation == "delete":
            yield f"{volume} is **deleted** with all data in it.{refused}"
        elif change.operation == "replace":
            yield f"{volume} is **replaced** by an empty one; all data in it are lost.{refused}"
        elif change.after and change.before.protected and not change.after.protected:
            yield f"{volume} is **no longer protected**: from then on `destroy` deletes it."


def services(comparison: Comparison) -> Iterator[str]:
    """Yields a row for each service with a change."""
    grouped: dict[str, list[Change]] = {}
    named = _named(comparison)
    for change in comparison.changes:
        if change.subject.kind in PARTS:
            grouped.setdefault(_service(change, named), []).append(change)
    for name, found in sorted(grouped.items()):
        if any(change.operation != "same" for change in found):
            yield _row(code(name) + _role(found), _fate(found), _what(found))


def others(comparison: Comparison) -> Iterator[str]:
    """Yields a row for each changed resource that belongs to no service: volumes, networks, images, secrets."""
    for change in comparison.changes:
        if change.operation == "same" or change.subject.kind in PARTS:
            continue
        resource = change.subject
        fate = WORDS[change.operation]
        if change.operation == "replace" and resource.kind == "Volume":
            fate = "**replaced**, data lost"
        yield _row(f"{resource.kind} {code(resource.name)}", fate, containers.lines(change) if change.before else ())


def _named(comparison: Comparison) -> Mapping[str, str]:
    """Returns the service of each logical name, such as `app` for `app-2`: a gate knows only the latter."""
    found = [change.subject for change in comparison.changes if change.subject.kind == "Prepare"]
    return {row.name.removesuffix("-prepare"): row.labels().get(naming.SERVICE_LABEL, row.name) for row in found}


def _service(change: Change, named: Mapping[str, str]) -> str:
    """Returns the service that a container or one of the steps around it belongs to."""
    resource = change.subject
    logical = resource.name.removesuffix("-gate")
    return resource.labels().get(naming.SERVICE_LABEL) or named.get(logical, logical)


def _role(found: Sequence[Change]) -> str:
    roles = {change.subject.labels().get(naming.ROLE_LABEL) for change in _containers(found)}
    return "".join(f" ({role})" for role in ("job", "tool") if role in roles)


def _fate(found: Sequence[Change]) -> str:
    """Returns what happens to a service as a whole."""
    own = _containers(found)
    kept = {change.operation for change in own if change.before and change.after}
    if own and not kept:
        gone = {change.operation for change in own} == {"delete"}
        return "**removed**" if gone else "new"
    for operation in ("replace", "update"):
        if operation in kept:
            return WORDS[operation]
    return "other replicas" if any(change.operation != "same" for change in own) else "stays, made ready again"


def _what(found: Sequence[Change]) -> Iterator[str]:
    """Yields the lines of a service, each once: replicas are equal."""
    own = _containers(found)
    before, after = (sum(getattr(change, side) is not None for change in own) for side in ("before", "after"))
    if before and after and before != after:
        yield f"replicas: {moved(str(before), str(after))}"
    said: dict[str, None] = {}
    for change in own:
        if before == 0 or change.before:  # a further replica is like the others
            said.update(dict.fromkeys(containers.lines(change)))
    for change in found:
        if change.subject.kind in steps.KINDS:
            said.update(dict.fromkeys(steps.lines(change)))
    yield from said


def _containers(found: Sequence[Change]) -> list[Change]:
    return [change for change in found if change.subject.kind == "Container"]


def _row(name: str, fate: str, what: Iterable[str]) -> str:
    return f"| {name} | {fate} | {'<br>'.join(what)} |"
