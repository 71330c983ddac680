# SPDX-License-Identifier: Apache-2.0
"""A mixed-integer programme, collected column by column and row by row, and handed to HiGHS at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

_NEARLY = 1e-6
_SMALL = 2000  # rows: below, presolving takes longer than it saves
_MOST_STEPS = 4000  # from corner to corner
Floats = NDArray[np.float64]

Tell = Callable[[float, float], None]  # how far the search is: the best found, and what is proven


@dataclass(frozen=True)
class Solved:
    """`values`: of every column, None where time ran out first; `bound`: no whole objective is below it.

    `possible` is false where nothing meets all rows.
    """

    values: Floats | None
    bound: int
    proven: bool
    possible: bool = True


class Programme:
    """Minimise a whole number."""

    def __init__(self) -> None:
        self._lower: list[float] = []
        self._upper: list[float] = []
        self._cost: list[float] = []
        self._whole: list[int] = []
        self._rows: list[tuple[float, float]] = []
        self._starts: list[int] = []
        self._columns: list[int] = []
        self._weights: list[float] = []

    def columns(self, upper: Sequence[float], *, cost: float | Sequence[float] = 0.0, whole: bool = False) -> list[int]:
        """Columns from 0 to `upper`; their numbers."""
        first = len(self._upper)
        made = list(range(first, first + len(upper)))
        self._lower += [0.0] * len(upper)
        self._upper += [float(most) for most in upper]
        self._cost += [float(cost)] * len(upper) if isinstance(cost, int | float) else [float(one) for one in cost]
        if whole:
            self._whole += made
        return made

    def fix(self, column: int, value: float) -> None:
        """Hold a column at a value."""
        self._lower[column] = self._upper[column] = value

    def row(
        self, columns: Sequence[int], weights: Sequence[float], *, low: float = -math.inf, high: float = math.inf
    ) -> None:
        """low ≤ Σ weight × column ≤ high."""
        self._rows.append((low, high))
        self._starts.append(len(self._columns))
        self._columns += columns
        self._weights += weights

    def solve(self, time_limit: float, tell: Tell | None = None) -> Solved:
        """On one thread, without chance: the same answer on every machine that is given the time."""
        model = self._handed_over()
        for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 1 - 1e-3), ("time_limit", float(time_limit)),
                              ("presolve", "off" if len(self._rows) <= _SMALL else "choose")):  # fmt: skip
            model.setOptionValue(option, value)
        if self._whole:
            kinds = np.full(len(self._whole), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            model.changeColsIntegrality(len(self._whole), np.array(self._whole, dtype=np.int32), kinds)
        if tell:
            model.cbMipInterrupt.subscribe(lambda event: _told(event.data_out, tell))
        model.run()
        status, info = model.getModelStatus(), model.getInfo()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return Solved(None, 0, True, possible=False)
        proven = status == highspy.HighsModelStatus.kOptimal
        found = proven or info.primal_solution_status == 2
        values = np.array(model.getSolution().col_value) if found else None
        if proven:
            return Solved(values, round(info.objective_function_value), True)
        bound = info.mip_dual_bound
        return Solved(values, max(0, math.ceil(bound - _NEARLY)) if math.isfinite(bound) else 0, False)

    def relaxed(self) -> Relaxed:
        """The same with parts of a whole allowed, to be solved again and again within other limits."""
        model = self._handed_over()
        model.setOptionValue("presolve", "off")  # so that each begins where the last one ended
        model.setOptionValue("simplex_iteration_limit", _MOST_STEPS)
        return Relaxed(model)

    def _handed_over(self) -> Any:
        model = highspy.Highs()
        model.silent()
        model.setOptionValue("threads", 1)
        model.setOptionValue("random_seed", 1)
        empty = np.array([], dtype=np.int32)
        model.addCols(len(self._upper), np.array(self._cost), np.array(self._lower), np.array(self._upper), 0,
                      empty, empty, np.array([]))  # fmt: skip
        low, high = (np.array([row[side] for row in self._rows]) for side in (0, 1))
        model.addRows(len(self._rows), low, high, len(self._columns), np.array(self._starts, dtype=np.int32),
                      np.array(self._columns, dtype=np.int32), np.array(self._weights, dtype=np.float64))  # fmt: skip
        return model


class Relaxed:
    """A programme of parts, in HiGHS."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def solve(self, lower: Floats, upper: Floats, time_limit: float) -> tuple[Floats | None, Floats]:
        """Columns, the first ones within these limits, and what each row is worth.

        No columns where time ran out first; what rows are worth then is what was known by then.
        """
        columns = np.arange(len(lower), dtype=np.int32)
        self._model.changeColsBounds(len(columns), columns, lower, upper)
        self._run(time_limit)
        if self._model.getModelStatus() == highspy.HighsModelStatus.kIterationLimit:
            # Too large for going from corner to corner: through the inside from now on.
            for option, value in (("solver", "ipm"), ("run_crossover", "off"), ("presolve", "choose")):
                self._model.setOptionValue(option, value)
            self._run(time_limit)
        solution = self._model.getSolution()
        status = self._model.getModelStatus()
        done = status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnknown)
        return np.array(solution.col_value) if done and len(solution.col_value) else None, np.array(solution.row_dual)

    def _run(self, time_limit: float) -> None:
        self._model.setOptionValue("time_limit", self._model.getRunTime() + max(0.0, time_limit))
        self._model.run()


def _told(now: Any, tell: Tell) -> None:
    if math.isfinite(now.mip_primal_bound):
        tell(now.mip_primal_bound, now.mip_dual_bound)
