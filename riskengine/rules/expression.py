"""Conditions as people write them in pandas and numexpr, checked against a list of names and run over whole columns.

Known are names, whole and decimal numbers, texts of a closed set, `+ - * / // %`, comparisons (chained ones too), `and
or not` (or `& | ~`), `in (...)`, `min`, `max` and `abs`. Nothing else parses, so that no text can reach Python. Whole
numbers are 64-bit and stop at their limits instead of wrapping round.

A value can be unknown: a field that was absent, or a division by 0. A condition is then true, false or unknown by the
usual three-valued logic, and a rule whose condition is unknown is not judged.
"""

import ast
import io
import operator
import tokenize
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np
from numba import vectorize
from numpy.typing import NDArray

from streams.batch import ABSENT

Kind = Literal["number", "condition", "choice"]
Array = NDArray[Any]
Columns = Callable[[str], Array]

_LONGEST, _MOST_PARTS = 2000, 400
_WORDS = {"&": " and ", "|": " or ", "~": " not "}
_LIMIT = 2**63 - 1


class ExpressionError(Exception):
    """A text is no condition; the message goes on after the name of its rule."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a name stands for.

    Attributes
    ----------
    kind : {"number", "condition", "choice"}
        An int64 column (`ABSENT` absent), an int8 column of 1, 0 and -1 (absent), or the codes of a closed set (-1
        absent).
    choices : tuple of str
        The closed set of a choice.
    """

    kind: Kind = "number"
    choices: tuple[str, ...] = ()


@vectorize(["int64(int64, int64)"], cache=True)
def _add(a: Any, b: Any) -> Any:
    total = a + b
    if (a ^ total) & (b ^ total) < 0:
        return _LIMIT if a > 0 else -_LIMIT
    return total


@vectorize(["int64(int64, int64)"], cache=True)
def _multiply(a: Any, b: Any) -> Any:
    if abs(np.float64(a) * np.float64(b)) >= 9.2e18:
        return _LIMIT if (a > 0) == (b > 0) else -_LIMIT
    return a * b


def _subtract(a: Any, b: Any) -> Any:
    return _add(a, np.negative(b))


@dataclass(frozen=True, slots=True)
class _Number:
    """Values, and where they are known (None: everywhere)."""

    value: Any
    known: Any = None


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a condition is true and where it is false; unknown where neither.

    Attributes
    ----------
    true, false : ndarray of bool
    """

    true: Any
    false: Any

    @property
    def unknown(self) -> Any:
        """Where the condition is neither true nor false."""
        return ~(self.true | self.false)


_Result = Any  # a _Number or a Truth; a choice's codes travel as a _Number
_Run = Callable[[Columns], _Result]
_Part = tuple[Kind, _Run, tuple[str, ...]]

_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_WHOLE: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.remainder,
}
_DECIMAL: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.remainder,
}


def _both(a: Any, b: Any) -> Any:
    """Where both are known."""
    if a is None:
        return b
    return a if b is None else a & b


def _is_decimal(value: Any) -> bool:
    return np.asarray(value).dtype.kind == "f"


def _calculate(symbol: ast.operator, left: _Number, right: _Number) -> _Number:
    """One arithmetic step."""
    known = _both(left.known, right.known)
    a, b = left.value, right.value
    decimal = isinstance(symbol, ast.Div) or _is_decimal(a) or _is_decimal(b)
    function = (_DECIMAL if decimal else _WHOLE)[type(symbol)]
    if isinstance(symbol, (ast.Div, ast.FloorDiv, ast.Mod)):
        divides = np.asarray(b) != 0
        if not divides.all():
            known = _both(known, np.broadcast_to(divides, np.broadcast_shapes(np.shape(a), np.shape(b))))
            b = np.where(divides, b, 1)
    return _Number(function(a, b), known)


def _compare(symbol: ast.cmpop, left: _Number, right: _Number) -> Truth:
    """One comparison."""
    holds = _COMPARE[type(symbol)](left.value, right.value)
    known = _both(left.known, right.known)
    if known is None:
        return Truth(holds, np.logical_not(holds))
    return Truth(holds & known, np.logical_not(holds) & known)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` if a known word is close, else nothing.

    Examples
    --------
    >>> suggestion("dpd_day", ["dpd_days", "region"])
    "; did you mean 'dpd_days'?"
    """
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


class _Compiler:
    """Turns a parsed text into functions over columns."""

    def __init__(self, names: Mapping[str, Name], noun: str) -> None:
        self._names, self._noun = names, noun
        self.used: dict[str, None] = {}

    def part(self, node: ast.expr) -> _Part:
        """One node: its kind, its function, and the closed set of a choice."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionError(f"holds {ast.unparse(node)!r}; known are names, numbers, comparisons and arithmetic")
        part: _Part = method(node)
        return part

    def condition(self, node: ast.expr) -> _Run:
        """A node that must be a condition."""
        kind, run, _ = self.part(node)
        if kind != "condition":
            raise ExpressionError(
                f"expected a condition, found the {kind} {ast.unparse(node)!r}; compare it to something"
            )
        return run

    def number(self, node: ast.expr) -> _Run:
        """A node that must be a number."""
        kind, run, _ = self.part(node)
        if kind != "number":
            raise ExpressionError(f"expected a number, found the {kind} {ast.unparse(node)!r}")
        return run

    def _name(self, node: ast.Name) -> _Part:
        name = node.id
        if name not in self._names:
            raise ExpressionError(f"uses unknown {self._noun} '{name}'{suggestion(name, self._names)}")
        self.used[name] = None
        what = self._names[name]
        if what.kind == "condition":
            return "condition", lambda columns: Truth(columns(name) == 1, columns(name) == 0), ()
        absent = -1 if what.kind == "choice" else ABSENT

        def read(columns: Columns) -> _Number:
            column = columns(name)
            missing = column == absent
            if not missing.any():
                return _Number(column)
            return _Number(np.where(missing, 0, column), ~missing)

        return what.kind, read, what.choices

    def _constant(self, node: ast.Constant) -> _Part:
        value = node.value
        if isinstance(value, bool):
            return "condition", lambda _: Truth(np.bool_(value), np.bool_(not value)), ()
        if isinstance(value, int) and abs(value) <= _LIMIT:
            return "number", lambda _: _Number(np.int64(value)), ()
        if isinstance(value, float) and np.isfinite(value):
            return "number", lambda _: _Number(np.float64(value)), ()
        raise ExpressionError(
            f"holds {ast.unparse(node)!r}; a constant is a number below 2**63, or compared to a closed set"
        )

    def _boolop(self, node: ast.BoolOp) -> _Part:
        runs = [self.condition(value) for value in node.values]
        is_and = isinstance(node.op, ast.And)

        def run(columns: Columns) -> Truth:
            result: Truth = runs[0](columns)
            for other in runs[1:]:
                part = other(columns)
                if is_and:
                    result = Truth(result.true & part.true, result.false | part.false)
                else:
                    result = Truth(result.true | part.true, result.false & part.false)
            return result

        return "condition", run, ()

    def _unaryop(self, node: ast.UnaryOp) -> _Part:
        if isinstance(node.op, (ast.Not, ast.Invert)):
            condition = self.condition(node.operand)

            def negated(columns: Columns) -> Truth:
                truth = condition(columns)
                return Truth(truth.false, truth.true)

            return "condition", negated, ()
        number = self.number(node.operand)

        def signed(columns: Columns) -> _Number:
            result = number(columns)
            return result if isinstance(node.op, ast.UAdd) else _Number(np.negative(result.value), result.known)

        return "number", signed, ()

    def _binop(self, node: ast.BinOp) -> _Part:
        if type(node.op) not in _DECIMAL:
            raise ExpressionError(f"holds {ast.unparse(node)!r}; the arithmetic is + - * / // %")
        left, right, symbol = self.number(node.left), self.number(node.right), node.op
        return "number", lambda columns: _calculate(symbol, left(columns), right(columns)), ()

    def _call(self, node: ast.Call) -> _Part:
        called = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if called not in ("min", "max", "abs") or node.keywords:
            raise ExpressionError(f"calls '{called}'; the functions are min, max and abs")
        wanted = "1 argument" if called == "abs" else "at least 2 arguments"
        if (len(node.args) != 1) if called == "abs" else (len(node.args) < 2):
            raise ExpressionError(f"calls {called} with {len(node.args)} arguments, expected {wanted}")
        runs = [self.number(argument) for argument in node.args]
        pick = np.minimum if called == "min" else np.maximum

        def run(columns: Columns) -> _Number:
            result: _Number = runs[0](columns)
            if called == "abs":
                return _Number(np.abs(result.value), result.known)
            for other in runs[1:]:
                part = other(columns)
                result = _Number(pick(result.value, part.value), _both(result.known, part.known))
            return result

        return "number", run, ()

    def _compare(self, node: ast.Compare) -> _Part:
        steps: list[_Run] = []
        left = node.left
        for symbol, right in zip(node.ops, node.comparators, strict=True):
            steps.append(self._step(left, symbol, right))
            left = right

        def run(columns: Columns) -> Truth:
            result: Truth = steps[0](columns)
            for step in steps[1:]:
                part = step(columns)
                result = Truth(result.true & part.true, result.false | part.false)
            return result

        return "condition", run, ()

    def _step(self, left: ast.expr, symbol: ast.cmpop, right: ast.expr) -> _Run:
        """One comparison of a chain."""
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            left, right = right, left
        if isinstance(symbol, (ast.In, ast.NotIn)) or (
            isinstance(right, ast.Constant) and isinstance(right.value, str)
        ):
            return self._choice(left, symbol, right)
        if type(symbol) not in _COMPARE:
            raise ExpressionError(f"holds {ast.unparse(right)!r} after a word that is no comparison")
        a, b = self.number(left), self.number(right)
        return lambda columns: _compare(symbol, a(columns), b(columns))

    def _choice(self, left: ast.expr, symbol: ast.cmpop, right: ast.expr) -> _Run:
        """A closed set compared to its words."""
        kind, run, choices = self.part(left)
        if kind != "choice" or not isinstance(symbol, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
            raise ExpressionError(f"compares {ast.unparse(left)!r} to a text, which only a closed set can be")
        words = right.elts if isinstance(right, (ast.Tuple, ast.List)) else [right]
        codes = []
        for word in words:
            text = word.value if isinstance(word, ast.Constant) else None
            if text not in choices:
                shown = ", ".join(choices)
                raise ExpressionError(f"compares {ast.unparse(left)!r} to {ast.unparse(word)}; expected one of {shown}")
            codes.append(choices.index(str(text)))
        is_among = isinstance(symbol, (ast.Eq, ast.In))

        def compared(columns: Columns) -> Truth:
            number = run(columns)
            holds = np.isin(number.value, codes) == is_among
            known = True if number.known is None else number.known
            return Truth(holds & known, ~holds & known)

        return compared


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that was checked and can be run.

    Attributes
    ----------
    text : str
    kind : {"number", "condition"}
    names : tuple of str
        Names it reads, in order of appearance.
    parts : tuple of callable
        The conditions that an `and` at the top joins, each on its own; one if there is none.
    """

    text: str
    kind: Kind
    names: tuple[str, ...]
    parts: tuple[_Run, ...] = field(repr=False, compare=False)
    _run: _Run = field(repr=False, compare=False)

    def truth(self, columns: Columns) -> Truth:
        """Where the condition holds.

        Parameters
        ----------
        columns : callable
            Gives the column of a name; all columns have one shape.
        """
        result: Truth = self._run(columns)
        return result

    def numbers(self, columns: Columns) -> tuple[Array, Array | None]:
        """Values, and where they are known (None: everywhere)."""
        result = self._run(columns)
        return result.value, result.known


def compile_expression(
    text: str, names: Mapping[str, Name], *, kind: Literal["number", "condition"] = "condition", noun: str = "feature"
) -> Expression:
    """Check a text and make it ready to run.

    Parameters
    ----------
    text : str
        The condition, or the number where `kind` says so.
    names : mapping of str to Name
        What the text may read.
    kind : {"number", "condition"}, default="condition"
    noun : str, default="feature"
        What a name is called in an error.

    Raises
    ------
    ExpressionError
        If the text is no expression of this language, reads an unknown name, or is of the other kind.

    Examples
    --------
    >>> columns = {"paid": np.array([10, 20, ABSENT]), "cash": np.array([1, -1, 0], dtype=np.int8)}
    >>> rule = compile_expression("paid * 2 >= 40 or cash", {"paid": Name(), "cash": Name("condition")})
    >>> rule.truth(columns.__getitem__).true.tolist(), rule.truth(columns.__getitem__).unknown.tolist()
    ([True, True, False], [False, False, True])
    """
    tree = _parse(text)
    compiler = _Compiler(names, noun)
    run = compiler.condition(tree) if kind == "condition" else compiler.number(tree)
    joined = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    parts = tuple(compiler.condition(part) for part in joined) if kind == "condition" else (run,)
    return Expression(text.strip(), kind, tuple(compiler.used), parts, run)


def _parse(text: str) -> ast.expr:
    """The tree of a text, `&`, `|` and `~` read as words."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"holds an expression of {len(text)} characters, expected at most {_LONGEST}")
    try:
        tokens = tokenize.generate_tokens(io.StringIO(" ".join(text.split())).readline)
        words = [(token.type, _WORDS.get(token.string, token.string)) for token in tokens]
        tree = ast.parse(tokenize.untokenize(words).strip(), mode="eval").body
    except (SyntaxError, tokenize.TokenError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"holds {text.strip()!r}, which is no expression: {error.args[0]}") from None
    parts = sum(1 for _ in ast.walk(tree))
    if parts > _MOST_PARTS:
        raise ExpressionError(f"holds an expression of {parts} parts, expected at most {_MOST_PARTS}")
    return tree
