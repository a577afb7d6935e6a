"""The innermost core around a payment, by networkx."""

import networkx as nx

from tests.naive.payments import Payment, within
from tests.naive.triangles import common

DAY_MS = 86_400_000


def network(past: list[Payment], event: Payment) -> nx.Graph:
    """The event's ends and their common counterparties, linked where one paid the other."""
    accounts = common(past, event) | {event.payer, event.payee}
    links = [(paid.payer, paid.payee) for paid in within(past, event, 7 * DAY_MS)]
    return nx.Graph([*links, (event.payer, event.payee)]).subgraph(accounts)


def row(past: list[Payment], event: Payment) -> list[int]:
    """Size and density of the network, core number, size and density of its innermost core, no truncation."""
    if event.is_to_itself or not common(past, event):
        return [0] * 6
    graph = network(past, event)
    numbers = nx.core_number(graph)
    assert numbers[event.payer] == numbers[event.payee]
    core = nx.k_core(graph, numbers[event.payer])
    return [len(graph), density(graph), numbers[event.payer], len(core), density(core), 0]


def density(graph: nx.Graph) -> int:
    """Links against pairs, ppm."""
    return 2 * graph.size() * 1_000_000 // (len(graph) * (len(graph) - 1))
