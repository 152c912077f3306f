"""Host ports within one stack: each wanted once, none beyond the last there is."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from infra.draft import Draft
from infra.fields import leaves
from infra.places import KeyPath
from infra.ports import LAST, Wanted, advice, free_offset, offset, wanted


def check(draft: Draft) -> None:
    """Notes ports that two services want, and ports that an offset has moved out of range."""
    if not draft.environment:
        return
    found = wanted(draft.valid, draft.kinds, production=draft.environment == "production")
    for row in found:
        if row.number > LAST:
            highest = LAST - row.number + offset(draft.valid[row.system])
            text = (
                f"moves {row.name} to port {row.number} (allowed: up to {LAST}). Write {highest} or less, or give "
                f"{row.service} a lower port."
            )
            draft.refuse(("systems", row.system, "portOffset"), text)
    for first, second in pairwise(found):
        if first.number == second.number:
            _refuse(draft, first, second, found)


def _refuse(draft: Draft, first: Wanted, second: Wanted, found: list[Wanted]) -> None:
    if first.system == second.system:
        paths = settings_of(draft, first)
        path = next((one for one in reversed(paths) if draft.value(one) is not None), ("systems", first.system))
        remedy = "Give one of them another port."
    else:
        path = ("systems", second.system, "portOffset")
        others = {row.number for row in found if row.system != second.system}
        own = [row for row in found if row.system == second.system]
        remedy = advice(second.system, free_offset(own, offset(draft.valid[second.system]), others.__contains__)) + "."
    draft.refuse(path, f"{first.name} and {second.name} both want port {first.number} of the host. {remedy}")


def settings_of(draft: Draft, row: Wanted) -> list[KeyPath]:
    """Returns the paths of the settings of a system that say a port, given or by default."""
    settings = draft.valid[row.system]
    number = row.number - offset(settings)
    values = settings.model_dump(by_alias=True)
    ports = [
        path for path, node in leaves(type(settings)) if node.value_type is int and path[-1].lower().endswith("port")
    ]
    return [("systems", row.system, *path) for path in ports if _value(values, path) == number]


def _value(values: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 a value of any kind
    for part in path:
        values = values.get(part) if isinstance(values, dict) else None
    return values
