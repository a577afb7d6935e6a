"""Conditions and numbers made ready to run on columns: programs, the rows they run on, panels of several conditions.

A checked expression becomes a program (see `riskengine.rules.expression`), which `riskengine.rules.machine` runs. A
panel asks several conditions of the same rows in one pass and can leave one out where another does not hold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.rules import machine
from riskengine.rules.machine import BLOCK, DEEPEST, FALSE, LIMIT, TRUE, UNKNOWN, Op

__all__ = ["DEEPEST", "FALSE", "LIMIT", "TRUE", "UNKNOWN", "Op", "Panel", "Program", "Rows", "compute", "plain_rows"]

_READS = [Op.NUMBER, Op.CONDITION, Op.IS_AMONG, Op.IS_CODE, Op.HAS_CHOICE]


def _scratch() -> tuple[NDArray[Any], ...]:
    """The stacks and the chosen rows of one run."""
    shape = (DEEPEST, BLOCK)
    whole, decimal = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.float64)
    return whole, decimal, np.zeros(shape, dtype=np.bool_), np.zeros(BLOCK, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Program:
    """One expression, ready to run.

    Attributes
    ----------
    steps : ndarray of shape (n_steps, 3), int64
        Operation and its arguments.
    constants : ndarray of float64
    fields : tuple of str
        Names of the columns that the steps read, by place; features are read by their own column.
    is_decimal : bool
        True where the result is a decimal number.
    """

    steps: NDArray[np.int64]
    constants: NDArray[np.float64]
    fields: tuple[str, ...]
    is_decimal: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """What programs run on.

    Attributes
    ----------
    columns : callable
        Gives the column of a field by name, of shape (n,).
    places : ndarray of shape (n,), int64
        Row of `features` that each row reads.
    features : ndarray of shape (n_payments, n_features), int64
        Empty where no program reads features.
    """

    columns: Callable[[str], NDArray[Any]]
    places: NDArray[np.int64]
    features: NDArray[np.int64]

    def matrix(self, names: tuple[str, ...]) -> NDArray[np.int64]:
        """Columns side by side."""
        matrix = np.empty((len(self.places), len(names)), dtype=np.int64)
        for number, name in enumerate(names):
            matrix[:, number] = self.columns(name)
        return matrix


def plain_rows(columns: Callable[[str], NDArray[Any]], n: int) -> Rows:
    """Rows on which no program reads features."""
    return Rows(columns, np.zeros(n, dtype=np.int64), np.zeros((1, 1), dtype=np.int64))


class Panel:
    """Several conditions asked of the same rows in one pass.

    Parameters
    ----------
    programs : sequence of Program
        Of conditions.
    gates : sequence of int, optional
        For each program an earlier one that must hold, else its state is FALSE without being asked; -1 for none.
    """

    def __init__(self, programs: Sequence[Program], gates: Sequence[int] | None = None) -> None:
        fields = tuple(dict.fromkeys(name for program in programs for name in program.fields))
        steps: list[NDArray[np.int64]] = []
        constants: list[NDArray[np.float64]] = []
        starts = [0]
        for program in programs:
            steps.append(_moved(program, fields, sum(map(len, constants))))
            constants.append(program.constants)
            starts.append(starts[-1] + len(program.steps))
        self._fields = fields
        self._steps = np.concatenate([np.zeros((0, 3), dtype=np.int64), *steps])
        self._constants = np.concatenate([np.zeros(0), *constants])
        self._starts = np.array(starts, dtype=np.int64)
        self._gates = np.array([-1] * len(programs) if gates is None else gates, dtype=np.int64)

    def states(self, rows: Rows) -> NDArray[np.int8]:
        """State of each condition on each row.

        Returns
        -------
        ndarray of shape (n_programs, n), int8
            FALSE, UNKNOWN or TRUE.
        """
        states = np.empty((len(self._gates), len(rows.places)), dtype=np.int8)
        machine.judge(
            self._steps,
            self._starts,
            self._gates,
            self._constants,
            rows.features,
            rows.places,
            rows.matrix(self._fields),
            _scratch(),
            states,
        )
        return states


def compute(program: Program, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A number on each row, cut to a whole one, and where it is known."""
    n = len(rows.places)
    values, known = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.bool_)
    fields = rows.matrix(program.fields)
    machine.compute(
        program.steps,
        program.constants,
        rows.features,
        rows.places,
        fields,
        program.is_decimal,
        _scratch(),
        values,
        known,
    )
    return values, known


def _moved(program: Program, fields: tuple[str, ...], constants: int) -> NDArray[np.int64]:
    """Steps that read the fields of a panel and its constants."""
    steps = program.steps.copy()
    reads = np.isin(steps[:, 0], _READS)
    places = np.array([fields.index(name) for name in program.fields], dtype=np.int64)
    if reads.any():
        steps[reads, 1] = places[steps[reads, 1]]
    steps[steps[:, 0] == Op.CONSTANT_F, 1] += constants
    return steps
