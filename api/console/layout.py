"""Where the nodes of the evidence graph stand.

Positions come from networkx, seeded and without a clock, so that one alert is always drawn the same way.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

WIDTH: Final = 860
_MARGIN = 70
_ONE_RING = 14


def height_for(count: int) -> int:
    """Height of the picture for a number of nodes."""
    return 190 if count < 3 else 340 if count < 7 else 460 if count < 20 else 560


def place_nodes(nodes: Sequence[str], pairs: Iterable[tuple[str, str]], height: int) -> dict[str, tuple[float, float]]:
    """Positions in a picture of `WIDTH` by `height`: a wheel around a hub, else by the forces of the arrows.

    Parameters
    ----------
    nodes : sequence of str
    pairs : iterable of (str, str)
        The arrows, each from one node to another.
    height : int

    Returns
    -------
    dict of str to (float, float)
    """
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(pair for pair in pairs if pair[0] != pair[1])
    found: Mapping[str, Any]
    hub = max(graph.nodes, key=lambda name: graph.degree(name), default=None)
    if hub is not None and len(nodes) > 5 and graph.degree(hub) >= 0.6 * (len(nodes) - 1):
        found = _wheel(hub, [name for name in nodes if name != hub])
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
