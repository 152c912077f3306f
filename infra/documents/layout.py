"""Places boxes in columns, users left of what they use, and leads every link around the boxes in between.

The usual four steps for layered graphs: columns by longest path, a placeholder in every column that a link passes,
order within columns by the neighbours' middle, heights by the neighbours' heights. No step depends on chance.

Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System Structures", 1981.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SWEEPS: Final = 24
PASSING: Final = 10.0
"""Height that a link takes in a column it passes."""

SPACE: Final = 14.0
"""Between two things in one column."""

Edge = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where everything is.

    Attributes:
        columns: What stands in each column, from left to right, placeholders among it.
        middles: Height of the middle of each thing.
        routes: What each link passes, from its user to what it uses.
        height: Of the whole.
    """

    columns: Sequence[Sequence[str]]
    middles: Mapping[str, float]
    routes: Mapping[Edge, Sequence[str]]
    height: float


def layout(heights: Mapping[str, float], edges: Sequence[Edge]) -> Layout:
    """Returns the places of boxes.

    Args:
        heights: Box to its height.
        edges: Links without a circle, each from user to used.
    """
    ranks = _ranks(heights, edges)
    columns: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
    for name in sorted(heights):
        columns[ranks[name]].append(name)
    routes: dict[Edge, list[str]] = {}
    tall = dict(heights)
    for user, used in sorted(edges):
        passed = [f"{user}>{used}@{rank}" for rank in range(ranks[user] - 1, ranks[used], -1)]
        for rank, name in zip(range(ranks[user] - 1, ranks[used], -1), passed, strict=True):
            columns[rank].append(name)
            tall[name] = PASSING
        routes[user, used] = [user, *passed, used]
    columns.reverse()
    pairs = [pair for route in routes.values() for pair in pairwise(route)]
    ordered = _ordered(columns, pairs)
    middles = _middles(ordered, pairs, tall)
    return Layout(
        columns=ordered,
        height=max(middles[name] + tall[name] / 2 for name in middles),
        middles=middles,
        routes=routes,
    )


def _ranks(names: Mapping[str, float], edges: Sequence[Edge]) -> dict[str, int]:
    """Returns how many steps each box is from the last column."""
    ranks = dict.fromkeys(names, 0)
    for _ in names:
        for user, used in edges:
            ranks[user] = max(ranks[user], ranks[used] + 1)
    return ranks


def _neighbours(pairs: Sequence[Edge]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for left, right in pairs:
        found.setdefault(left, []).append(right)
        found.setdefault(right, []).append(left)
    return found


def _ordered(columns: Sequence[Sequence[str]], pairs: Sequence[Edge]) -> list[list[str]]:
    """Returns columns in the order with the fewest crossings that was found."""
    near = _neighbours(pairs)
    best = current = [list(column) for column in columns]
    for sweep in range(SWEEPS):
        at = {name: index / max(len(column), 1) for column in current for index, name in enumerate(column)}
        forward = sweep % 2 == 0
        ordered: list[list[str]] = []
        for column in current if forward else current[::-1]:
            beside = set(ordered[-1]) if ordered else set()
            column_at = {
                name: _mean([at[other] for other in near.get(name, []) if other in beside], at[name]) for name in column
            }
            ordered.append(sorted(column, key=lambda name: (column_at[name], name)))
            at |= {name: index / len(column) for index, name in enumerate(ordered[-1])}
        current = ordered if forward else ordered[::-1]
        if _crossings(current, pairs) < _crossings(best, pairs):
            best = current
    return best


def _crossings(columns: Sequence[Sequence[str]], pairs: Sequence[Edge]) -> int:
    place = {name: (rank, index) for rank, column in enumerate(columns) for index, name in enumerate(column)}
    ends = [(place[left][0], place[left][1], place[right][1]) for left, right in pairs]
    return sum(
        a[0] == b[0] and (a[1] - b[1]) * (a[2] - b[2]) < 0 for index, a in enumerate(ends) for b in ends[index + 1 :]
    )


def _middles(columns: Sequence[Sequence[str]], pairs: Sequence[Edge], tall: Mapping[str, float]) -> dict[str, float]:
    """Returns heights: each as near to its neighbours as the order in its column lets it be."""
    near = _neighbours(pairs)
    middles = {name: 0.0 for column in columns for name in column}
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 else columns[::-1]:
            wanted: list[float] = []
            for name in column:  # what has no links stays beside what is above it
                beside = wanted[-1] if wanted and name not in near else middles[name]
                wanted.append(_mean([middles[other] for other in near.get(name, [])], beside))
            middles |= dict(zip(column, _apart(wanted, [tall[name] for name in column]), strict=True))
    top = min(middles[name] - tall[name] / 2 for name in middles)
    return {name: round(middle - top, 1) for name, middle in middles.items()}


def _apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Returns the heights in this order, without overlap, that are nearest to the wanted ones."""
    groups: list[tuple[float, int]] = []  # wanted height of the first, how many
    offsets = [0.0]
    for above, below in pairwise(sizes):
        offsets.append(offsets[-1] + (above + below) / 2 + SPACE)
    for want, offset in zip(wanted, offsets, strict=True):
        start, count = want - offset, 1
        while groups and groups[-1][0] > start:
            other, more = groups.pop()
            start, count = (other * more + start * count) / (more + count), more + count
        groups.append((start, count))
    starts = [start for start, count in groups for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]


def _mean(found: Sequence[float], otherwise: float) -> float:
    return sum(found) / len(found) if found else otherwise
