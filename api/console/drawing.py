"""The geometry of the evidence graph and of the timeline; the templates draw it as SVG.

Nodes are placed by `api/console/layout.py`; here movements become arrows with their sums.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.console.layout import WIDTH, height_for, place_nodes
from riskengine.evidence import Link, Node

NODES_DRAWN: Final = 32
LABELS_DRAWN: Final = 18
_RADIUS = 15


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node and where it stands, in units of the picture."""

    node: Node
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """The movements from one node to another as one arrow: its path, its label's place, sum and number."""

    path: str
    has_label: bool
    label_x: float
    label_y: float
    amounts: tuple[tuple[str, int], ...]  # currency, sum
    count: int
    first_time: int
    last_time: int
    width: float
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template draws."""

    width: int
    height: int
    nodes: tuple[DrawnNode, ...]
    links: tuple[DrawnLink, ...]
    is_capped: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """One event on the timeline: its place from 0 to 1, and its height from 0 to 1 by amount."""

    x: float
    height: float
    link: Link


def draw_graph(nodes: Sequence[Node], links: Sequence[Link]) -> Picture:
    """Place nodes and join the movements between each two into one arrow.

    Parameters
    ----------
    nodes, links : sequence of Node, sequence of Link
        With more than `NODES_DRAWN` nodes only those with most movements are drawn, the subject always.
    """
    drawn = _most_moved(nodes, links)
    kept = {node.id for node in drawn}
    bundles: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link.source in kept and link.target in kept:
            bundles.setdefault((link.source, link.target), []).append(link)
    height = height_for(len(drawn))
    places = place_nodes([node.id for node in drawn], bundles, height)
    degrees: dict[str, int] = {}
    for pair in bundles:
        for name in pair:
            degrees[name] = degrees.get(name, 0) + 1
    largest = max((len(bundle) for bundle in bundles.values()), default=1)
    placed = tuple(DrawnNode(node, *places[node.id], _RADIUS + (4 if node.is_subject else 0)) for node in drawn)
    radius = {node.node.id: node.radius for node in placed}
    # where arrows crowd, only the largest say their sum; the others say it when pointed at
    by_amount = sorted(bundles, key=lambda pair: -sum(link.amount_minor or 0 for link in bundles[pair]))
    labelled = frozenset(by_amount if len(bundles) <= LABELS_DRAWN + 4 else by_amount[:LABELS_DRAWN])
    arrows = tuple(
        _arrow(
            pair,
            bundle,
            _curve(pair, places, radius, (pair[1], pair[0]) in bundles, degrees),
            largest,
            has_label=pair in labelled,
        )
        for pair, bundle in bundles.items()
    )
    return Picture(WIDTH, height, placed, arrows, len(drawn) < len(nodes))


def timeline(links: Sequence[Link]) -> list[Tick]:
    """Events along their time, tall where much money moved (by its logarithm)."""
    if not links:
        return []
    first, last = min(link.event_time for link in links), max(link.event_time for link in links)
    span = max(last - first, 1)
    logs = [math.log10(max(link.amount_minor or 1, 1)) for link in links]
    low, high = min(logs), max(logs)
    return [
        Tick((link.event_time - first) / span, 0.25 + 0.75 * ((log - low) / (high - low) if high > low else 1.0), link)
        for link, log in zip(links, logs, strict=True)
    ]


def _most_moved(nodes: Sequence[Node], links: Sequence[Link]) -> list[Node]:
    """The nodes that are drawn, in their order."""
    if len(nodes) <= NODES_DRAWN:
        return list(nodes)
    moves: dict[str, int] = {}
    for link in links:
        moves[link.source] = moves.get(link.source, 0) + 1
        moves[link.target] = moves.get(link.target, 0) + 1
    ranked = sorted(nodes, key=lambda node: (not node.is_subject, -moves.get(node.id, 0)))[:NODES_DRAWN]
    kept = {node.id for node in ranked}
    return [node for node in nodes if node.id in kept]


def _arrow(
    pair: tuple[str, str], bundle: list[Link], curve: tuple[str, float, float], largest: int, *, has_label: bool
) -> DrawnLink:
    """One arrow with the sums of what it stands for."""
    sums: dict[str, int] = {}
    for link in bundle:
        if link.amount_minor is not None:
            sums[link.currency] = sums.get(link.currency, 0) + link.amount_minor
    return DrawnLink(
        path=curve[0],
        has_label=has_label,
        label_x=curve[1],
        label_y=curve[2],
        amounts=tuple(sums.items()),
        count=len(bundle),
        first_time=min(link.event_time for link in bundle),
        last_time=max(link.event_time for link in bundle),
        width=round(1.2 + 2.3 * math.log1p(len(bundle) - 1) / math.log1p(max(largest - 1, 1)), 2),
        source=pair[0],
        target=pair[1],
    )


def _curve(
    pair: tuple[str, str],
    places: dict[str, tuple[float, float]],
    radius: dict[str, float],
    is_answered: bool,
    degrees: dict[str, int],
) -> tuple[str, float, float]:
    """Path of an arrow from rim to rim, and where its label stands.

    It is bent where money also went the other way, and a loop where a node paid itself. The label keeps away from a
    hub, where all labels would meet.
    """
    (x0, y0), (x1, y1) = places[pair[0]], places[pair[1]]
    if pair[0] == pair[1]:
        top = y0 - radius[pair[0]]
        return f"M{x0 - 6:.1f},{top + 2:.1f} c-26,-44 38,-44 14,-3", x0, top - 34
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    bend = 26.0 if is_answered else 0.0
    mx = (x0 + x1) / 2 - (y1 - y0) / length * bend
    my = (y0 + y1) / 2 + (x1 - x0) / length * bend
    start = _toward((x0, y0), (mx, my), radius[pair[0]] + 1)
    end = _toward((x1, y1), (mx, my), radius[pair[1]] + 7)
    path = f"M{start[0]:.1f},{start[1]:.1f} Q{mx:.1f},{my:.1f} {end[0]:.1f},{end[1]:.1f}"
    lean = degrees[pair[0]] - degrees[pair[1]]
    at = 0.5 if abs(lean) < 4 else 0.66 if lean > 0 else 0.34
    first, middle, last = (1 - at) ** 2, 2 * at * (1 - at), at**2
    return (
        path,
        round(first * x0 + middle * mx + last * x1, 1),
        round(first * y0 + middle * my + last * y1 + 4, 1),
    )


def _toward(start: tuple[float, float], goal: tuple[float, float], distance: float) -> tuple[float, float]:
    """The point some way from a start toward a goal."""
    length = math.hypot(goal[0] - start[0], goal[1] - start[1]) or 1.0
    return (
        start[0] + (goal[0] - start[0]) * distance / length,
        start[1] + (goal[1] - start[1]) * distance / length,
    )
