"""Conditions as people write them in pandas and numexpr, checked against a list of names and turned into programs.

Known are names, whole and decimal numbers, texts of a closed set, `+ - * / // %`, comparisons (chained ones too), `and
or not` (or `& | ~`), `in (...)`, `min`, `max`, `abs`, and `known(...)`, true where a value is not unknown. Nothing else
parses, so that no text can reach Python. Whole numbers are 64-bit and stop at their limits instead of wrapping round.

A value can be unknown: a field that was absent, or a division by 0. A condition is then true, false or unknown by the
usual three-valued logic, and a rule whose condition is unknown is not judged.
"""

import ast
import io
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal

import numpy as np

from riskengine.rules.program import DEEPEST, FALSE, LIMIT, TRUE, Op, Program

Kind = Literal["number", "condition", "choice"]

_LONGEST, _MOST_PARTS = 2000, 400
_WORDS = {"&": " and ", "|": " or ", "~": " not "}
_MASK_BITS = 63


class ExpressionError(Exception):
    """A text is no condition; the message goes on after the name of its rule."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a name stands for.

    Attributes
    ----------
    kind : {"number", "condition", "choice"}
        Whole numbers (`ABSENT` absent); 1, 0 and -1 (absent); or the codes of a closed set (-1 absent).
    choices : tuple of str
        The closed set of a choice.
    feature : int
        Column of the feature row that holds the number, -1 if it is none.
    """

    kind: Kind = "number"
    choices: tuple[str, ...] = ()
    feature: int = -1


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that was checked, with the program it became.

    Attributes
    ----------
    text : str
    kind : {"number", "condition"}
    names : tuple of str
        Names it reads, in order of appearance.
    program : Program
    """

    text: str
    kind: Kind
    names: tuple[str, ...]
    program: Program = field(repr=False, compare=False)


_Steps = list[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one node became."""

    kind: Literal["whole", "decimal", "condition", "choice"]
    steps: _Steps
    choices: tuple[str, ...] = ()
    place: int = -1


_ARITHMETIC: Mapping[type[ast.operator], tuple[Op | None, Op]] = {
    ast.Add: (Op.ADD_I, Op.ADD_F),
    ast.Sub: (Op.SUBTRACT_I, Op.SUBTRACT_F),
    ast.Mult: (Op.MULTIPLY_I, Op.MULTIPLY_F),
    ast.Div: (None, Op.DIVIDE_F),
    ast.FloorDiv: (Op.FLOOR_I, Op.FLOOR_F),
    ast.Mod: (Op.MODULO_I, Op.MODULO_F),
}
# comparison: (is the other way round, is negated, operations)
_COMPARE: Mapping[type[ast.cmpop], tuple[bool, bool, tuple[Op, Op]]] = {
    ast.Lt: (False, False, (Op.LESS_I, Op.LESS_F)),
    ast.LtE: (False, False, (Op.AT_MOST_I, Op.AT_MOST_F)),
    ast.Gt: (True, False, (Op.LESS_I, Op.LESS_F)),
    ast.GtE: (True, False, (Op.AT_MOST_I, Op.AT_MOST_F)),
    ast.Eq: (False, False, (Op.EQUAL_I, Op.EQUAL_F)),
    ast.NotEq: (False, True, (Op.EQUAL_I, Op.EQUAL_F)),
}
_NOT: _Steps = [(Op.NOT, 0, 0)]


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
    """Turns a parsed text into steps."""

    def __init__(self, names: Mapping[str, Name], noun: str) -> None:
        self._names, self._noun = names, noun
        self.used: dict[str, None] = {}
        self.fields: dict[str, int] = {}
        self.constants: list[float] = []

    def part(self, node: ast.expr) -> _Part:
        """One node."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise ExpressionError(f"holds {ast.unparse(node)!r}; known are names, numbers, comparisons and arithmetic")
        part: _Part = method(node)
        return part

    def condition(self, node: ast.expr) -> _Steps:
        """A node that must be a condition."""
        part = self.part(node)
        if part.kind != "condition":
            shown = f"the {_word(part)} {ast.unparse(node)!r}"
            raise ExpressionError(f"expected a condition, found {shown}; compare it to something")
        return part.steps

    def number(self, node: ast.expr) -> _Part:
        """A node that must be a number."""
        part = self.part(node)
        if part.kind not in ("whole", "decimal"):
            raise ExpressionError(f"expected a number, found the {_word(part)} {ast.unparse(node)!r}")
        return part

    def _name(self, node: ast.Name) -> _Part:
        name = node.id
        if name not in self._names:
            raise ExpressionError(f"uses unknown {self._noun} '{name}'{suggestion(name, self._names)}")
        self.used[name] = None
        what = self._names[name]
        if what.feature >= 0:
            return _Part("whole", [(Op.FEATURE, what.feature, 0)])
        place = self.fields.setdefault(name, len(self.fields))
        if what.kind == "number":
            return _Part("whole", [(Op.NUMBER, place, 0)])
        if what.kind == "condition":
            return _Part("condition", [(Op.CONDITION, place, 0)])
        return _Part("choice", [], what.choices, place)

    def _constant(self, node: ast.Constant) -> _Part:
        value = node.value
        if isinstance(value, bool):
            return _Part("condition", [(Op.CONSTANT_I, TRUE if value else FALSE, 0)])
        if isinstance(value, int) and abs(value) <= LIMIT:
            return _Part("whole", [(Op.CONSTANT_I, value, 0)])
        if isinstance(value, float) and np.isfinite(value):
            self.constants.append(value)
            return _Part("decimal", [(Op.CONSTANT_F, len(self.constants) - 1, 0)])
        shown = ast.unparse(node)
        raise ExpressionError(f"holds {shown!r}; a constant is a number below 2**63, or compared to a closed set")

    def _boolop(self, node: ast.BoolOp) -> _Part:
        is_and = isinstance(node.op, ast.And)
        parts = [self.condition(value) for value in node.values]
        return _Part("condition", _joined(parts, is_and))

    def _unaryop(self, node: ast.UnaryOp) -> _Part:
        if isinstance(node.op, (ast.Not, ast.Invert)):
            return _Part("condition", self.condition(node.operand) + _NOT)
        number = self.number(node.operand)
        if isinstance(node.op, ast.UAdd):
            return number
        negate = Op.NEGATE_I if number.kind == "whole" else Op.NEGATE_F
        return _Part(number.kind, [*number.steps, (negate, 0, 0)])

    def _binop(self, node: ast.BinOp) -> _Part:
        if type(node.op) not in _ARITHMETIC:
            raise ExpressionError(f"holds {ast.unparse(node)!r}; the arithmetic is + - * / // %")
        whole, decimal = _ARITHMETIC[type(node.op)]
        left, right = self.number(node.left), self.number(node.right)
        if whole is not None and left.kind == right.kind == "whole":
            return _Part("whole", [*left.steps, *right.steps, (whole, 0, 0)])
        return _Part("decimal", [*_as_decimal(left), *_as_decimal(right), (decimal, 0, 0)])

    def _call(self, node: ast.Call) -> _Part:
        called = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if called not in ("min", "max", "abs", "known") or node.keywords:
            raise ExpressionError(f"calls '{called}'; the functions are min, max, abs and known")
        is_one = called in ("abs", "known")
        if (len(node.args) != 1) if is_one else (len(node.args) < 2):
            wanted = "1 argument" if is_one else "at least 2 arguments"
            raise ExpressionError(f"calls {called} with {len(node.args)} arguments, expected {wanted}")
        if called == "known":
            return self._known(node.args[0])
        parts = [self.number(argument) for argument in node.args]
        is_whole = all(part.kind == "whole" for part in parts)
        if called == "abs":
            return _Part(parts[0].kind, [*parts[0].steps, (Op.ABSOLUTE_I if is_whole else Op.ABSOLUTE_F, 0, 0)])
        picks = (Op.MINIMUM_I, Op.MINIMUM_F) if called == "min" else (Op.MAXIMUM_I, Op.MAXIMUM_F)
        steps: _Steps = []
        for number, part in enumerate(parts):
            steps += part.steps if is_whole else _as_decimal(part)
            if number:
                steps.append((picks[0] if is_whole else picks[1], 0, 0))
        return _Part("whole" if is_whole else "decimal", steps)

    def _known(self, node: ast.expr) -> _Part:
        part = self.part(node)
        if part.kind == "choice":
            return _Part("condition", [(Op.HAS_CHOICE, part.place, 0)])
        ask = Op.KNOWN_TRUTH if part.kind == "condition" else Op.KNOWN_NUMBER
        return _Part("condition", [*part.steps, (ask, 0, 0)])

    def _compare(self, node: ast.Compare) -> _Part:
        steps: list[_Steps] = []
        left = node.left
        for symbol, right in zip(node.ops, node.comparators, strict=True):
            steps.append(self._step(left, symbol, right))
            left = right
        return _Part("condition", _joined(steps, is_and=True))

    def _step(self, left: ast.expr, symbol: ast.cmpop, right: ast.expr) -> _Steps:
        """One comparison of a chain."""
        if _is_text(left):
            left, right = right, left
        if isinstance(symbol, (ast.In, ast.NotIn)) or _is_text(right):
            return self._choice(left, symbol, right)
        if type(symbol) not in _COMPARE:
            raise ExpressionError(f"holds {ast.unparse(right)!r} after a word that is no comparison")
        is_turned, is_negated, (whole, decimal) = _COMPARE[type(symbol)]
        a, b = self.number(left), self.number(right)
        if is_turned:
            a, b = b, a
        if a.kind == b.kind == "whole":
            steps = [*a.steps, *b.steps, (whole, 0, 0)]
        else:
            steps = [*_as_decimal(a), *_as_decimal(b), (decimal, 0, 0)]
        return steps + _NOT if is_negated else steps

    def _choice(self, left: ast.expr, symbol: ast.cmpop, right: ast.expr) -> _Steps:
        """A closed set compared to its words."""
        part = self.part(left)
        if part.kind != "choice" or not isinstance(symbol, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
            raise ExpressionError(f"compares {ast.unparse(left)!r} to a text, which only a closed set can be")
        codes = []
        for word in right.elts if isinstance(right, (ast.Tuple, ast.List)) else [right]:
            text = word.value if isinstance(word, ast.Constant) else None
            if text not in part.choices:
                expected = f"expected one of {', '.join(part.choices)}"
                raise ExpressionError(f"compares {ast.unparse(left)!r} to {ast.unparse(word)}; {expected}")
            codes.append(part.choices.index(str(text)))
        if len(part.choices) <= _MASK_BITS:
            steps: _Steps = [(Op.IS_AMONG, part.place, sum(1 << code for code in set(codes)))]
        else:
            steps = _joined([[(Op.IS_CODE, part.place, code)] for code in codes], is_and=False)
        return steps if isinstance(symbol, (ast.Eq, ast.In)) else steps + _NOT


def _word(part: _Part) -> str:
    """What a part is called in an error."""
    return "number" if part.kind in ("whole", "decimal") else part.kind


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _as_decimal(part: _Part) -> _Steps:
    """Steps of a number, as a decimal one."""
    return part.steps if part.kind == "decimal" else [*part.steps, (Op.TO_F, 0, 0)]


def _joined(parts: list[_Steps], is_and: bool) -> _Steps:
    """Conditions joined by `and` or `or`, left as soon as one decides."""
    leave, join = (Op.LEAVE_IF_FALSE, Op.AND) if is_and else (Op.LEAVE_IF_TRUE, Op.OR)
    steps = list(parts[0])
    rest = sum(len(part) + 1 for part in parts[1:]) + len(parts) - 2
    for part in parts[1:]:
        steps += [(leave, rest, 0), *part, (join, 0, 0)]
        rest -= len(part) + 2
    return steps


def _dropping(parts: list[_Steps]) -> _Steps:
    """Conditions joined by `and` at the top: a row that one rules out is not asked again."""
    steps = list(parts[0])
    for part in parts[1:]:
        steps += [(Op.DROP_IF_FALSE, 0, 0), *part, (Op.AND, 0, 0)]
    return steps


def _depth(steps: _Steps) -> int:
    """Values on the stack at most."""
    depth = deepest = 0
    for op, _, _ in steps:
        depth += (op <= Op.HAS_CHOICE) - (op >= Op.AND)
        deepest = max(deepest, depth)
    return deepest


def compile_expression(
    text: str, names: Mapping[str, Name], *, kind: Literal["number", "condition"] = "condition", noun: str = "feature"
) -> Expression:
    """Check a text and make a program of it.

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
    >>> from riskengine.rules.program import Panel, Rows
    >>> rule = compile_expression("paid * 2 >= 40 or cash", {"paid": Name(), "cash": Name("condition")})
    >>> columns = {"paid": np.array([10, 20, 10]), "cash": np.array([0, -1, -1])}
    >>> rows = Rows(columns.__getitem__, np.arange(3), np.zeros((0, 0), dtype=np.int64))
    >>> Panel([rule.program]).states(rows)[0].tolist()
    [0, 2, 1]
    """
    tree = _parse(text)
    compiler = _Compiler(names, noun)
    if kind == "number":
        part = compiler.number(tree)
    elif isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        part = _Part("condition", _dropping([compiler.condition(value) for value in tree.values]))
    else:
        part = _Part("condition", compiler.condition(tree))
    if _depth(part.steps) > DEEPEST:
        raise ExpressionError(f"holds an expression nested {_depth(part.steps)} deep, expected at most {DEEPEST}")
    program = Program(
        np.array(part.steps, dtype=np.int64).reshape(-1, 3),
        np.array(compiler.constants, dtype=np.float64),
        tuple(compiler.fields),
        part.kind == "decimal",
    )
    return Expression(text.strip(), kind, tuple(compiler.used), program)


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
