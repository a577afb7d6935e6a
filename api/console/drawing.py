"""The geometry of the evidence graph and of the timeline; the templates draw it as SVG.

Positions come from networkx, seeded and without a clock, so that one alert is always drawn the same way.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from riskengine.evidence import Link, Node

NODES_DRAWN: Final = 40
WIDTH: Final = 860
_MARGIN = 70
_RADIUS = 15
_ONE_RING = 14


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
    height = _height(len(drawn))
    places = _places(drawn, bundles, height)
    degrees: dict[str, int] = {}
    for pair in bundles:
        for name in pair:
            degrees[name] = degrees.get(name, 0) + 1
    largest = max((len(bundle) for bundle in bundles.values()), default=1)
    placed = tuple(DrawnNode(node, *places[node.id], _RADIUS + (4 if node.is_subject else 0)) for node in drawn)
    radius = {node.node.id: node.radius for node in placed}
    arrows = tuple(
        _arrow(pair, bundle, _curve(pair, places, radius, (pair[1], pair[0]) in bundles, degrees), largest)
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


def _places(
    nodes: list[Node], bundles: dict[tuple[str, str], list[Link]], height: int
) -> dict[str, tuple[float, float]]:
    """Positions in the picture: a wheel around a hub, else by the forces of its arrows."""
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(node.id for node in nodes)
    graph.add_edges_from(pair for pair in bundles if pair[0] != pair[1])
    found: Mapping[str, Any]
    hub = max(graph.nodes, key=lambda name: graph.degree(name), default=None)
    if hub is not None and len(nodes) > 5 and graph.degree(hub) >= 0.6 * (len(nodes) - 1):
        found = _wheel(hub, [node.id for node in nodes if node.id != hub])
    elif len(nodes) < 3:
        found = nx.circular_layout(graph)
    elif nx.is_connected(graph):
        found = nx.kamada_kawai_layout(graph, pos=nx.circular_layout(graph))
    else:
        apart = 1.6 / math.sqrt(len(nodes))
        found = nx.spring_layout(graph, pos=nx.circular_layout(graph), seed=1, k=apart, iterations=200)
    return _fit({name: (float(place[0]), float(place[1])) for name, place in found.items()}, height)


def _wheel(hub: str, rim: list[str]) -> dict[str, tuple[float, float]]:
    """A hub in the middle, the others around it; many of them in two rings, so that their labels have room."""
    places = {hub: (0.0, 0.0)}
    for number, name in enumerate(rim):
        angle = 2 * math.pi * number / len(rim) - math.pi / 2
        ring = 0.72 if len(rim) > _ONE_RING and number % 2 else 1.0
        places[name] = (ring * math.cos(angle), ring * math.sin(angle))
    return places


def _fit(places: dict[str, tuple[float, float]], height: int) -> dict[str, tuple[float, float]]:
    """Stretch positions to the picture's area."""
    if not places:
        return {}
    lows = [min(place[axis] for place in places.values()) for axis in (0, 1)]
    spans = [max(place[axis] for place in places.values()) - lows[axis] for axis in (0, 1)]
    margins = (_MARGIN, _MARGIN * 0.7)
    room = (WIDTH - 2 * margins[0], height - 2 * margins[1])

    def scaled(value: float, axis: int) -> float:
        share = (value - lows[axis]) / spans[axis] if spans[axis] > 1e-6 else 0.5
        return round(margins[axis] + share * room[axis], 1)

    return {name: (scaled(x, 0), scaled(y, 1)) for name, (x, y) in places.items()}


def _height(count: int) -> int:
    """Height of the picture for a number of nodes."""
    return 190 if count < 3 else 340 if count < 7 else 460 if count < 20 else 560


def _arrow(pair: tuple[str, str], bundle: list[Link], curve: tuple[str, float, float], largest: int) -> DrawnLink:
    """One arrow with the sums of what it stands for."""
    sums: dict[str, int] = {}
    for link in bundle:
        if link.amount_minor is not None:
            sums[link.currency] = sums.get(link.currency, 0) + link.amount_minor
    return DrawnLink(
        path=curve[0],
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
