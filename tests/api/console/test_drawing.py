"""The geometry of graph and timeline."""

from itertools import combinations

from api.console.drawing import NODES_DRAWN, draw_graph, timeline
from api.console.layout import WIDTH
from riskengine.evidence import Link, Node


def node(name: str, *, is_subject: bool = False) -> Node:
    return Node(f"account:{name}", "account", is_subject)


def link(source: str, target: str, amount: int | None = 100, at: int = 0, currency: str = "CNY") -> Link:
    return Link(f"account:{source}", f"account:{target}", at, "P", f"e{at}", at, "payment", amount, currency)


def test_nothing_draws_nothing() -> None:
    picture = draw_graph([], [])
    assert (picture.nodes, picture.links) == ((), ())
    assert timeline([]) == []


def test_same_graph_is_drawn_the_same_way() -> None:
    nodes = [node(str(number)) for number in range(12)]
    links = [link(str(number), str(number * 7 % 12)) for number in range(12)]
    assert draw_graph(nodes, links) == draw_graph(nodes, links)


def test_nodes_stand_apart_inside_the_picture() -> None:
    for count in (1, 2, 3, 6, 9, 25, NODES_DRAWN):
        nodes = [node(str(number)) for number in range(count)]
        picture = draw_graph(nodes, [link("0", str(number)) for number in range(1, count)])
        assert len(picture.nodes) == count
        assert all(0 < drawn.x < WIDTH and 0 < drawn.y < picture.height for drawn in picture.nodes)
        for one, other in combinations(picture.nodes, 2):
            assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 > (one.radius + other.radius) ** 2


def test_parallel_movements_are_one_arrow_with_their_sum() -> None:
    links = [link("a", "b", 100, 1), link("a", "b", 250, 9), link("a", "b", None, 3), link("a", "b", 7, 4, "USD")]
    [arrow] = draw_graph([node("a"), node("b")], links).links
    assert arrow.amounts == (("CNY", 350), ("USD", 7))
    assert (arrow.count, arrow.first_time, arrow.last_time) == (4, 1, 9)


def test_money_both_ways_is_two_arrows_apart() -> None:
    there, back = draw_graph([node("a"), node("b")], [link("a", "b"), link("b", "a")]).links
    assert abs(there.label_y - back.label_y) > 10


def test_self_payment_is_a_loop() -> None:
    [loop] = draw_graph([node("a")], [link("a", "a")]).links
    assert "c" in loop.path


def test_large_graph_keeps_its_subject_and_says_so() -> None:
    nodes = [node(str(number)) for number in range(100)] + [node("subject", is_subject=True)]
    picture = draw_graph(nodes, [link(str(number), str(number + 1)) for number in range(99)])
    assert picture.is_capped
    assert len(picture.nodes) == NODES_DRAWN
    assert any(drawn.node.is_subject for drawn in picture.nodes)


def test_crowded_graph_names_only_its_largest_sums() -> None:
    nodes = [node(str(number)) for number in range(30)]
    picture = draw_graph(nodes, [link(str(number), "0", 100 * number) for number in range(1, 30)])
    named = [arrow.amounts[0][1] for arrow in picture.links if arrow.has_label]
    assert named == [100 * number for number in range(12, 30)]


def test_parts_that_hang_apart_are_drawn() -> None:
    picture = draw_graph([node(name) for name in "abcdef"], [link("a", "b"), link("c", "d"), link("e", "f")])
    assert len(picture.links) == 3


def test_timeline_runs_from_first_to_last_and_is_tall_for_much() -> None:
    ticks = timeline([link("a", "b", 100, 10), link("a", "b", 10_000, 20), link("a", "b", None, 30)])
    assert [tick.x for tick in ticks] == [0.0, 0.5, 1.0]
    assert ticks[1].height == 1.0
    assert ticks[2].height == 0.25


def test_one_moment_is_a_timeline_too() -> None:
    assert [tick.x for tick in timeline([link("a", "b"), link("b", "c")])] == [0.0, 0.0]
