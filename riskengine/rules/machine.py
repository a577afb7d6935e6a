"""The machine that runs conditions: one compiled loop over the steps of a program, for a block of rows at a time.

A checked expression becomes a program for a stack machine (see `riskengine.rules.expression`) whose stack holds a block
of rows at a time. One machine serves every expression of every pack, so that nothing is compiled when a pack is loaded.
A condition is FALSE, UNKNOWN or TRUE, in this order, so that `and` is the least and `or` the greatest; a number carries
a flag whether it is known. Rows that an `and` at the top has ruled out are dropped before the next of its conditions is
asked.
"""

from enum import IntEnum
from typing import Any

import numpy as np

from streams.batch import ABSENT
from streams.kernel import kernel

FALSE, UNKNOWN, TRUE = 0, 1, 2
"""States of a condition."""

DEEPEST = 48
"""Values that the stack may hold at a time."""

LIMIT = 2**63 - 1
"""Whole numbers stop here, and at the negative of it, instead of wrapping round."""

BLOCK = 256


class Op(IntEnum):
    """What one step does; I works on whole numbers, F on decimal ones."""

    CONSTANT_I = 0
    CONSTANT_F = 1
    FEATURE = 2  # a column in which nothing is absent
    NUMBER = 3
    CONDITION = 4
    IS_AMONG = 5  # a choice, against the bits of a mask
    IS_CODE = 6  # a choice, against one code
    HAS_CHOICE = 7
    TO_F = 8
    NEGATE_I = 9
    NEGATE_F = 10
    ABSOLUTE_I = 11
    ABSOLUTE_F = 12
    NOT = 13
    KNOWN_TRUTH = 14
    KNOWN_NUMBER = 15
    LEAVE_IF_FALSE = 16  # skips so many steps where no row has another state
    LEAVE_IF_TRUE = 17
    DROP_IF_FALSE = 18  # the row is decided
    AND = 19
    OR = 20
    LESS_I = 21
    AT_MOST_I = 22
    EQUAL_I = 23
    LESS_F = 24
    AT_MOST_F = 25
    EQUAL_F = 26
    ADD_I = 27
    SUBTRACT_I = 28
    MULTIPLY_I = 29
    FLOOR_I = 30
    MODULO_I = 31
    MINIMUM_I = 32
    MAXIMUM_I = 33
    ADD_F = 34
    SUBTRACT_F = 35
    MULTIPLY_F = 36
    DIVIDE_F = 37
    FLOOR_F = 38
    MODULO_F = 39
    MINIMUM_F = 40
    MAXIMUM_F = 41


# plain integers, so that the compiled machine knows them
(
    _CONSTANT_I, _CONSTANT_F, _FEATURE, _NUMBER, _CONDITION, _IS_AMONG, _IS_CODE, _HAS_CHOICE, _TO_F, _NEGATE_I,
    _NEGATE_F, _ABSOLUTE_I, _ABSOLUTE_F, _NOT, _KNOWN_TRUTH, _KNOWN_NUMBER, _LEAVE_IF_FALSE, _LEAVE_IF_TRUE,
    _DROP_IF_FALSE, _AND, _OR, _LESS_I, _AT_MOST_I, _EQUAL_I, _LESS_F, _AT_MOST_F, _EQUAL_F, _ADD_I, _SUBTRACT_I,
    _MULTIPLY_I, _FLOOR_I, _MODULO_I, _MINIMUM_I, _MAXIMUM_I, _ADD_F, _SUBTRACT_F, _MULTIPLY_F, _DIVIDE_F, _FLOOR_F,
    _MODULO_F, _MINIMUM_F, _MAXIMUM_F,
) = (int(op) for op in Op)  # fmt: skip


@kernel()
def _load(
    op: int,
    argument: int,
    mask: int,
    constant: float,
    features: Any,
    places: Any,
    fields: Any,
    chosen: Any,
    n: int,
    whole: Any,
    decimal: Any,
    known: Any,
) -> None:
    """Put one column on the stack."""
    known[:n] = True
    if op == _FEATURE:
        for j in range(n):
            whole[j] = features[places[chosen[j]], argument]
    elif op == _CONSTANT_I:
        whole[:n] = argument
    elif op == _CONSTANT_F:
        decimal[:n] = constant
    elif op == _NUMBER:
        for j in range(n):
            whole[j] = fields[chosen[j], argument]
            known[j] = whole[j] != ABSENT
    elif op == _CONDITION:
        for j in range(n):
            value = fields[chosen[j], argument]
            whole[j] = UNKNOWN if value < 0 else 2 * value
    elif op == _HAS_CHOICE:
        for j in range(n):
            whole[j] = TRUE if fields[chosen[j], argument] >= 0 else FALSE
    elif op == _IS_AMONG:
        for j in range(n):
            value = fields[chosen[j], argument]
            whole[j] = UNKNOWN if value < 0 else 2 * ((mask >> value) & 1)
    else:
        for j in range(n):
            value = fields[chosen[j], argument]
            whole[j] = UNKNOWN if value < 0 else (TRUE if value == mask else FALSE)


@kernel()
def _change(op: int, n: int, whole: Any, decimal: Any, known: Any) -> None:
    """Change what is on top of the stack."""
    if op == _NOT:
        for j in range(n):
            whole[j] = TRUE - whole[j]
    elif op == _KNOWN_TRUTH:
        for j in range(n):
            whole[j] = FALSE if whole[j] == UNKNOWN else TRUE
    elif op == _KNOWN_NUMBER:
        for j in range(n):
            whole[j] = TRUE if known[j] else FALSE
    elif op == _TO_F:
        for j in range(n):
            decimal[j] = np.float64(whole[j])
    elif op == _NEGATE_I:
        for j in range(n):
            whole[j] = -whole[j]
    elif op == _ABSOLUTE_I:
        for j in range(n):
            whole[j] = abs(whole[j])
    elif op == _NEGATE_F:
        for j in range(n):
            decimal[j] = -decimal[j]
    else:
        for j in range(n):
            decimal[j] = abs(decimal[j])


@kernel(inline="always")
def _sum(a: int, b: int) -> int:
    total = a + b
    if (a ^ total) & (b ^ total) < 0:
        return LIMIT if a > 0 else -LIMIT
    return total


@kernel()
def _whole_step(op: int, n: int, a: Any, b: Any, known: Any, known_b: Any) -> None:
    """Arithmetic of whole numbers, `a` and `b` into `a`."""
    if op == _ADD_I:
        for j in range(n):
            a[j] = _sum(a[j], b[j])
    elif op == _SUBTRACT_I:
        for j in range(n):
            a[j] = _sum(a[j], -b[j])
    elif op == _MULTIPLY_I:
        for j in range(n):
            if abs(np.float64(a[j]) * np.float64(b[j])) >= 9.2e18:
                a[j] = LIMIT if (a[j] > 0) == (b[j] > 0) else -LIMIT
            else:
                a[j] = a[j] * b[j]
    elif op == _MINIMUM_I:
        for j in range(n):
            a[j] = min(a[j], b[j])
    elif op == _MAXIMUM_I:
        for j in range(n):
            a[j] = max(a[j], b[j])
    else:
        for j in range(n):
            if b[j] == 0:
                known[j] = False
            else:
                a[j] = a[j] // b[j] if op == _FLOOR_I else a[j] % b[j]
    for j in range(n):
        known[j] = known[j] and known_b[j]


@kernel()
def _decimal_step(op: int, n: int, a: Any, b: Any, known: Any, known_b: Any) -> None:
    """Arithmetic of decimal numbers, `a` and `b` into `a`."""
    for j in range(n):
        known[j] = known[j] and known_b[j]
        if op == _ADD_F:
            a[j] = a[j] + b[j]
        elif op == _SUBTRACT_F:
            a[j] = a[j] - b[j]
        elif op == _MULTIPLY_F:
            a[j] = a[j] * b[j]
        elif op == _MINIMUM_F:
            a[j] = min(a[j], b[j])
        elif op == _MAXIMUM_F:
            a[j] = max(a[j], b[j])
        elif b[j] == 0.0:
            known[j] = False
        elif op == _DIVIDE_F:
            a[j] = a[j] / b[j]
        else:
            a[j] = a[j] // b[j] if op == _FLOOR_F else a[j] % b[j]


@kernel()
def _compare_whole(op: int, n: int, a: Any, b: Any, known: Any, known_b: Any) -> None:
    """A comparison of whole numbers, `a` and `b` into `a`."""
    for j in range(n):
        if op == _LESS_I:
            holds = a[j] < b[j]
        elif op == _AT_MOST_I:
            holds = a[j] <= b[j]
        else:
            holds = a[j] == b[j]
        a[j] = 2 * np.int64(holds) if known[j] and known_b[j] else UNKNOWN
        known[j] = True


@kernel()
def _compare_decimal(op: int, n: int, a: Any, b: Any, known: Any, known_b: Any, out: Any) -> None:
    """A comparison of decimal numbers, `a` and `b` into `out`."""
    for j in range(n):
        if op == _LESS_F:
            holds = a[j] < b[j]
        elif op == _AT_MOST_F:
            holds = a[j] <= b[j]
        else:
            holds = a[j] == b[j]
        out[j] = 2 * np.int64(holds) if known[j] and known_b[j] else UNKNOWN
        known[j] = True


@kernel()
def _run(
    steps: Any, step: int, end: int, constants: Any, features: Any, places: Any, fields: Any, chosen: Any, n: int,
    whole: Any, decimal: Any, known: Any,
) -> int:  # fmt: skip
    """Run one program on the chosen rows; returns for how many of them the bottom of the stack holds a result.

    Rows that are dropped are false; `chosen` is left with the others.
    """
    top = -1
    while step < end:
        op, argument, mask = steps[step, 0], steps[step, 1], steps[step, 2]
        step += 1
        if op <= _HAS_CHOICE:
            top += 1
            constant = constants[argument] if op == _CONSTANT_F else 0.0
            _load(
                op, argument, mask, constant, features, places, fields, chosen, n, whole[top], decimal[top], known[top]
            )
        elif op <= _KNOWN_NUMBER:
            _change(op, n, whole[top], decimal[top], known[top])
        elif op == _DROP_IF_FALSE:
            kept = 0
            for j in range(n):
                if whole[0, j] != FALSE:
                    whole[0, kept], chosen[kept] = whole[0, j], chosen[j]
                    kept += 1
            n = kept
            if n == 0:
                return 0
        elif op <= _LEAVE_IF_TRUE:
            leaves = True
            state = FALSE if op == _LEAVE_IF_FALSE else TRUE
            for j in range(n):
                if whole[top, j] != state:
                    leaves = False
                    break
            if leaves:
                step += argument
        else:
            top -= 1
            a, b, known_a, known_b = whole[top], whole[top + 1], known[top], known[top + 1]
            if op == _AND:
                for j in range(n):
                    a[j] = min(a[j], b[j])
            elif op == _OR:
                for j in range(n):
                    a[j] = max(a[j], b[j])
            elif op <= _EQUAL_I:
                _compare_whole(op, n, a, b, known_a, known_b)
            elif op <= _EQUAL_F:
                _compare_decimal(op, n, decimal[top], decimal[top + 1], known_a, known_b, a)
            elif op <= _MAXIMUM_I:
                _whole_step(op, n, a, b, known_a, known_b)
            else:
                _decimal_step(op, n, decimal[top], decimal[top + 1], known_a, known_b)
    return n


@kernel()
def judge(
    steps: Any, starts: Any, gates: Any, constants: Any, features: Any, places: Any, fields: Any, scratch: Any,
    states: Any,
) -> None:  # fmt: skip
    """Run every program on every row, block by block."""
    whole, decimal, known, chosen = scratch
    for first in range(0, len(places), BLOCK):
        last = min(first + BLOCK, len(places))
        for number in range(len(gates)):
            gate, n = gates[number], 0
            for i in range(first, last):
                states[number, i] = FALSE
                if gate < 0 or states[gate, i] == TRUE:
                    chosen[n] = i
                    n += 1
            if n:
                n = _run(
                    steps, starts[number], starts[number + 1], constants, features, places, fields, chosen, n, whole,
                    decimal, known,
                )  # fmt: skip
            for j in range(n):
                states[number, chosen[j]] = whole[0, j]


@kernel()
def compute(
    steps: Any, constants: Any, features: Any, places: Any, fields: Any, is_decimal: bool, scratch: Any, values: Any,
    is_known: Any,
) -> None:  # fmt: skip
    """Run one program on every row and cut its number to a whole one."""
    whole, decimal, known, chosen = scratch
    for first in range(0, len(places), BLOCK):
        n = min(BLOCK, len(places) - first)
        for j in range(n):
            chosen[j] = first + j
        _run(steps, 0, len(steps), constants, features, places, fields, chosen, n, whole, decimal, known)
        for j in range(n):
            is_known[first + j] = known[0, j]
            values[first + j] = 0
            if known[0, j]:
                number = np.int64(min(max(decimal[0, j], -9.2e18), 9.2e18)) if is_decimal else whole[0, j]
                values[first + j] = number
