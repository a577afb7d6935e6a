"""Conditions: what they say, what they make of the unknown, and what they refuse."""

import numpy as np
import pytest

from riskengine.rules.expression import ExpressionError, Name, compile_expression
from riskengine.rules.program import Panel, Rows, compute
from streams.batch import ABSENT
from tests.naive import conditions

NAMES = {
    "paid": Name(), "owed": Name(), "dpd_days": Name(), "cash": Name("condition"),
    "purpose": Name("choice", ("goods", "rent", "salary")),
}  # fmt: skip
COLUMNS = {
    "paid": np.array([10, 20, 30, ABSENT]),
    "owed": np.array([0, 5, -7, 1]),
    "dpd_days": np.array([1, 2, 3, 4]),
    "cash": np.array([1, 0, -1, 1], dtype=np.int8),
    "purpose": np.array([0, 1, -1, 2], dtype=np.int8),
}


def states(text: str) -> str:
    """One letter a row: true, false or unknown."""
    rows = Rows(COLUMNS.__getitem__, np.arange(4), np.zeros((0, 0), dtype=np.int64))
    found = Panel([compile_expression(text, NAMES).program]).states(rows)[0]
    return "".join("f?t"[state] for state in found.tolist())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paid >= 20", "ftt?"),
        ("10 < paid <= 20", "ftf?"),
        ("paid > 5 & owed > 0", "ftf?"),
        ("paid > 25 | owed == 0", "tft?"),
        ("paid > 25 or owed == 1", "fftt"),
        ("~cash", "ft?f"),
        ("not cash and paid > 0", "ft?f"),
        ("cash and owed > 5", "ffff"),
        ("paid / owed > 3", "?tf?"),
        ("paid // owed == 4", "?tf?"),
        ("paid % owed == 0", "?tf?"),
        ("-owed + 2 * dpd_days > 8", "fftf"),
        ("min(paid, owed, 3) < 1", "tft?"),
        ("max(dpd_days, 3) == 3 and abs(owed) == 7", "fftf"),
        ("purpose == 'rent'", "ft?f"),
        ("purpose != 'rent'", "tf?t"),
        ("purpose in ('goods', 'salary')", "tf?t"),
        ("purpose not in ('goods',)", "ft?t"),
        ("known(cash) and cash", "tfft"),
        ("not known(purpose)", "fftf"),
        ("known(paid)", "tttf"),
        ("True", "tttt"),
    ],
)
def test_condition_means_what_it_says(text, expected):
    assert states(text) == expected


def test_product_stops_at_the_limit_and_does_not_wrap():
    assert states("dpd_days * 9000000000000000000 > 0") == "tttt"
    assert states("dpd_days * 9000000000000000000 + 9000000000000000000 > 0") == "tttt"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dpd_day > 1", "uses unknown feature 'dpd_day'; did you mean 'dpd_days'?"),
        ("__import__('os').system('x')", "calls '__import__('os').system'; the functions are min, max, abs and known"),
        ("open('x') > 1", "calls 'open'; the functions are min, max, abs and known"),
        ("paid.real > 1", "holds 'paid.real'; known are names, numbers, comparisons and arithmetic"),
        ("(lambda: 1)() > 0", "calls 'lambda: 1'; the functions are min, max, abs and known"),
        ("[paid for paid in owed]", "holds '[paid for paid in owed]'; known are names,"),
        ("paid ** 9 > 1", "holds 'paid ** 9'; the arithmetic is + - * / // %"),
        ("paid", "expected a condition, found the number 'paid'; compare it to something"),
        ("cash + 1 > 0", "expected a number, found the condition 'cash'"),
        ("paid > 'x'", "compares 'paid' to a text, which only a closed set can be"),
        ("purpose == 'rnet'", "compares 'purpose' to 'rnet'; expected one of goods, rent, salary"),
        ("min(paid) > 1", "calls min with 1 arguments, expected at least 2 arguments"),
        ("paid >", "holds 'paid >', which is no expression: invalid syntax"),
        ("paid > 99999999999999999999", "a constant is a number below 2**63"),
        ("paid > 1 and " * 200 + "True", "characters, expected at most 2000"),
        ("+".join(["1"] * 450) + " > 0", "parts, expected at most 400"),
    ],
)
def test_what_is_no_condition_is_refused_in_words(text, message):
    with pytest.raises(ExpressionError) as error:
        compile_expression(text, NAMES)
    assert message in str(error.value)


def number_tree(rng: np.random.Generator, depth: int) -> tuple:
    """A random tree of whole numbers, of decimal ones below a division."""
    if depth == 0 or rng.random() < 0.2:
        if rng.random() < 0.7:
            return ("name", str(rng.choice(["paid", "owed", "dpd_days"])))
        return ("number", int(rng.integers(0, 5)))
    kind = str(rng.choice(["+", "-", "*", "//", "%", "min", "max", "/"]))
    return (kind, number_tree(rng, depth - 1), number_tree(rng, depth - 1))


def condition_tree(rng: np.random.Generator, depth: int) -> tuple:
    """A random condition."""
    if depth == 0 or rng.random() < 0.3:
        if rng.random() < 0.2:
            return ("name", "cash")
        kind = str(rng.choice(["<", "<=", ">", ">=", "==", "!="]))
        return (kind, number_tree(rng, 2), number_tree(rng, 2))
    if rng.random() < 0.25:
        return (str(rng.choice(["not", "known"])), condition_tree(rng, depth - 1))
    return (str(rng.choice(["and", "or"])), condition_tree(rng, depth - 1), condition_tree(rng, depth - 1))


def test_conditions_equal_their_naive_twin():
    rng = np.random.default_rng(5)
    n = 600  # more than one block
    columns = {name: rng.integers(-4, 5, n) for name in ("paid", "owed", "dpd_days")}
    for column in columns.values():
        column[rng.random(n) < 0.1] = ABSENT
    columns["cash"] = rng.integers(-1, 2, n).astype(np.int8)
    table = []
    for i in range(n):
        row = {name: None if column[i] == ABSENT else int(column[i]) for name, column in columns.items()}
        table.append(row | {"cash": {1: True, 0: False, -1: None}[row["cash"]]})
    trees = [condition_tree(rng, 4) for _ in range(150)]
    rows = Rows(columns.__getitem__, np.arange(n), np.zeros((0, 0), dtype=np.int64))
    panel = Panel([compile_expression(conditions.text(tree), NAMES).program for tree in trees])
    state = {None: 1, False: 0, True: 2}
    for tree, found in zip(trees, panel.states(rows), strict=True):
        expected = [state[conditions.value(tree, row)] for row in table]
        assert found.tolist() == expected, conditions.text(tree)


def test_gate_leaves_what_it_does_not_hold_for_unasked():
    programs = [compile_expression(text, NAMES).program for text in ("dpd_days >= 3", "known(cash)")]
    rows = Rows(COLUMNS.__getitem__, np.arange(4), np.zeros((0, 0), dtype=np.int64))
    assert Panel(programs, [-1, 0]).states(rows).tolist() == [[0, 0, 2, 2], [0, 0, 0, 2]]


def test_features_are_read_by_their_column():
    names = {"one": Name(feature=0), "two": Name(feature=2)}
    features = np.array([[1, 0, 10], [2, 0, 20], [3, 0, 30]])
    rows = Rows({}.__getitem__, np.array([2, 0]), features)
    expression = compile_expression("one * 100 + two", names, kind="number")
    values, known = compute(expression.program, rows)
    assert (values.tolist(), known.all()) == ([330, 110], True)


def test_decimal_numbers_are_cut_to_whole_ones():
    rows = Rows(COLUMNS.__getitem__, np.arange(4), np.zeros((0, 0), dtype=np.int64))
    values, known = compute(compile_expression("paid / owed", NAMES, kind="number").program, rows)
    assert (values.tolist(), known.tolist()) == ([0, 4, -4, 0], [False, True, True, False])
