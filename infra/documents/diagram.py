"""`docs/<system>.svg`: a system's containers, their networks, and who uses whom, drawn from what it registers."""

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from itertools import pairwise
from typing import Final

from infra.documents.graph import Described, Link, containers, links
from infra.documents.layout import Layout, layout
from stacks.registry import SYSTEMS

WIDTH: Final = 1000.0
MARGIN: Final = 20.0
GAP: Final = 48.0
"""Between two columns; links bend there."""

TOP: Final = 64.0
LINE: Final = 14.0
FONT: Final = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Helvetica, Arial, sans-serif"

NETWORKS: Final[Mapping[str, tuple[str, str]]] = {
    "edge": ("#0969da", "internal: requests between services"),
    "data": ("#1a7f37", "internal: stores and the broker"),
    "publish": ("#9a6700", "has a port on the host, no way out"),
    "egress": ("#8250df", "may call the internet"),
}
"""Network to its colour and meaning."""

COLOURS: Final = ("#0550ae", "#a40e26", "#116329", "#953800", "#6639ba", "#0e7490", "#7d5a00", "#99286e")
"""Of links: all that lead to one service have one colour. Dark enough for the light ground that is drawn below."""

BORDERS: Final = {"service": "", "job": ' stroke-dasharray="5 3"', "tool": ' stroke-dasharray="1.5 3"'}


@cache
def diagrams() -> Mapping[str, str]:
    """Returns the pictures of all systems, path from the checkout to SVG."""
    return {f"docs/{name}.svg": svg(name, containers(name, kind)) for name, kind in sorted(SYSTEMS.items())}


def svg(title: str, rows: Sequence[Described]) -> str:
    """Returns the picture of a system.

    Args:
        title: Name of the system.
        rows: Its containers.
    """
    arrows = links(rows)
    heights = {row.name: _height(row) for row in rows}
    places = layout(heights, [_forward(arrow) for arrow in arrows])
    width = min(170.0, (WIDTH - 2 * MARGIN + GAP) / len(places.columns) - GAP)
    lefts = {name: MARGIN + rank * (width + GAP) for rank, column in enumerate(places.columns) for name in column}
    used = sorted({arrow.used for arrow in arrows})
    colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(used)}
    legend_top = TOP + places.height + 34
    drawn = [
        *(_link(arrow, places, lefts, width, heights, colours[arrow.used]) for arrow in arrows),
        *(_box(row, lefts[row.name], TOP + places.middles[row.name] - heights[row.name] / 2, width) for row in rows),
        *_legend(legend_top),
    ]
    whole = legend_top + 5 * 20 + 8
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {whole:g}" width="{WIDTH:g}" '
        f'height="{whole:g}" font-family="{FONT}" font-size="11" fill="#1f2328" role="img">\n'
        f"<title>{escape(title)}: containers, networks, and who uses whom</title>\n"
        "<!-- Generated from the registered graph by 'make docs'; do not edit. -->\n"
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1:g}" height="{whole - 1:g}" rx="8" fill="#f6f8fa" stroke="#d0d7de"/>\n'
        f'<text x="{MARGIN:g}" y="30" font-size="17" font-weight="600">{escape(title)}</text>\n'
        f'<text x="{MARGIN:g}" y="47" fill="#57606a">development, default settings</text>\n'
    )
    return head + "".join(drawn) + "</svg>\n"


def _facts(row: Described) -> list[str]:
    facts = [row.spec.image if row.role == "service" else f"{row.spec.image}, {row.role}"]
    facts += [f"port {port} of the host" for port in row.ports]
    return facts + [volume.name for volume in row.spec.volumes]


def _height(row: Described) -> float:
    return 22 + LINE * len(_facts(row)) + 28


def _forward(arrow: Link) -> tuple[str, str]:
    """Returns a link as the layout takes it: what is told an address is used by whoever has it."""
    return (arrow.used, arrow.user) if arrow.told else (arrow.user, arrow.used)


def _box(row: Described, left: float, top: float, width: float) -> str:
    size = f'width="{width:g}" height="{_height(row):g}" rx="6"'
    parts = [
        f'<rect x="{left:g}" y="{top:g}" {size} fill="#ffffff" stroke="#57606a"{BORDERS[row.role]}/>\n',
        _text(row.name, left + 9, top + 18, width - 18, ' font-size="13" font-weight="600"'),
    ]
    for index, fact in enumerate(_facts(row)):
        parts.append(_text(fact, left + 9, top + 33 + LINE * index, width - 18, ' fill="#57606a"'))
    x = left + 8
    for network in (name for name in NETWORKS if name in row.spec.networks):
        parts.append(_pill(network, x, top + _height(row) - 22))
        x += _pill_width(network) + 4
    return "".join(parts)


def _text(text: str, x: float, y: float, room: float, style: str) -> str:
    """Returns a line of text, squeezed where it would leave its box."""
    wide = len(text) * (7.8 if "600" in style else 6.1) > room
    squeezed = f' textLength="{room:g}" lengthAdjust="spacingAndGlyphs"' if wide else ""
    return f'<text x="{x:g}" y="{y:g}"{style}{squeezed}>{escape(text)}</text>\n'


def _pill_width(network: str) -> float:
    return len(network) * 5.6 + 10


def _pill(network: str, x: float, y: float) -> str:
    colour, width = NETWORKS[network][0], _pill_width(network)
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="15" rx="7.5" fill="{colour}"/>'
        f'<text x="{x + width / 2:g}" y="{y + 11:g}" font-size="10" fill="#ffffff" text-anchor="middle">'
        f"{network}</text>\n"
    )


def _link(
    arrow: Link,
    places: Layout,
    lefts: Mapping[str, float],
    width: float,
    heights: Mapping[str, float],
    colour: str,
) -> str:
    route = places.routes[_forward(arrow)]
    first, last = route[0], route[-1]
    points = [(lefts[first] + width, TOP + _end(first, route[1], places, heights))]
    for name in route[1:-1]:
        y = TOP + places.middles[name]
        points += [(lefts[name], y), (lefts[name] + width, y)]
    points.append((lefts[last], TOP + _end(last, route[-2], places, heights)))
    path = f"M{points[0][0]:g},{points[0][1]:g}"
    for index, ((x1, y1), (x2, y2)) in enumerate(pairwise(points)):
        middle = (x1 + x2) / 2
        path += f"L{x2:g},{y2:g}" if index % 2 else f"C{middle:g},{y1:g} {middle:g},{y2:g} {x2:g},{y2:g}"
    x, y, back = (*points[0], 7) if arrow.told else (*points[-1], -7)
    dashes = ' stroke-dasharray="4 3"' if arrow.told else ""
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/>'
        f'<path d="M{x:g},{y:g}l{back},-4v8z" fill="{colour}"/>\n'
    )


def _end(box: str, beside: str, places: Layout, heights: Mapping[str, float]) -> float:
    """Returns where on its side of a box a link ends: in the order of what the links come from."""
    rank = {name: index for index, column in enumerate(places.columns) for name in column}
    ends = {
        near
        for route in places.routes.values()
        for pair in pairwise(route)
        for near, own in (pair, pair[::-1])
        if own == box and rank[near] == rank[beside]
    }
    ordered = sorted(ends, key=lambda name: (places.middles[name], name))
    share = (ordered.index(beside) + 1) / (len(ordered) + 1)
    return round(places.middles[box] + (share - 0.5) * heights[box] * 0.8, 1)


def _legend(top: float) -> list[str]:
    parts: list[str] = []
    for index, (network, (_, meaning)) in enumerate(NETWORKS.items()):
        y = top + 20 * index
        parts += [_pill(network, MARGIN, y), _text(meaning, MARGIN + 60, y + 11, 300, "")]
    rows = (
        ("", "uses it"),
        (' stroke-dasharray="4 3"', "calls it, because a job has told it the address (webhooks)"),
    )
    for index, (dashes, meaning) in enumerate(rows):
        y = top + 20 * index + 8
        line = f'<path d="M340,{y:g}h34" fill="none" stroke="#57606a" stroke-width="1.5"{dashes}/>'
        parts += [line, f'<path d="M382,{y:g}l-7,-4v8z" fill="#57606a"/>\n', _text(meaning, 392, y + 3, 500, "")]
    boxes = (("service", "runs for ever"), ("job", "must have ended before what waits for it"), ("tool", "on demand"))
    for index, (role, meaning) in enumerate(boxes):
        y = top + 20 * (index + 2)
        box = (
            f'<rect x="340" y="{y:g}" width="42" height="14" rx="4" fill="#ffffff" stroke="#57606a"{BORDERS[role]}/>\n'
        )
        parts += [box, _text(f"{role}: {meaning}", 392, y + 11, 500, "")]
    return parts
