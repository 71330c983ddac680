# SPDX-License-Identifier: Apache-2.0
"""One reader's linear programme over everything that is or will be known."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set

import highspy
import numpy as np
from numpy.typing import NDArray

from tejido.statistics.disclosure.attacking import quiet_solver
from tejido.statistics.disclosure.facts import Key, Need
from tejido.statistics.disclosure.problem import Group, Problem, Reader, cells_of, range_of

_NEARLY = 1e-6
_SWEEPS = 80  # tables in which many cells are looked at together, before they are one by one
_MANY = 20

Floats = NDArray[np.float64]
Hole = tuple[dict[Key, float], float, Key]


class ReaderProgramme:
    """Shown cells are held fast, hidden ones are let go; how far can each move?"""

    def __init__(self, problem: Problem, reader: Reader, whole: frozenset[Group]) -> None:
        self._problem, self._reader = problem, reader
        zeros = cells_of(whole)
        self._keys = list(problem.values)
        self._column = {key: number for number, key in enumerate(self._keys)}
        self._truth = np.array([problem.values[key] for key in self._keys], dtype=np.float64)
        self._least = np.array([
            value if key in problem.settled else min(range_of(problem, key, reader, zeros)[0], value)
            for key, value in problem.values.items()
        ], dtype=np.float64)  # fmt: skip
        self._far = 8 * float(self._truth.max(initial=0)) + 1000
        self._model = quiet_solver()
        for value in self._truth:
            self._model.addVar(value, value)
        self._rows: list[tuple[list[int], list[float], float | None, float | None, float]] = []
        for relation in problem.relations:
            places = [self._column[key] for key, _ in relation.terms]
            coefficients = [float(c) for _, c in relation.terms]
            at_truth = float(np.dot(coefficients, self._truth[places]))
            low = None if relation.low is None else float(relation.low)
            high = None if relation.high is None else float(relation.high)
            if (low is not None and at_truth < low) or (high is not None and at_truth > high):
                raise ValueError(", ".join(str(key) for key, _ in relation.terms))
            self._rows.append((places, coefficients, low, high, at_truth))
            self._model.addRow(
                -highspy.kHighsInf if low is None else low, highspy.kHighsInf if high is None else high,
                len(places), places, coefficients,
            )  # fmt: skip
        self._open: NDArray[np.int32] = np.array([], dtype=np.int32)

    def holes(self, hidden: Set[Key]) -> list[Hole]:
        """Inequalities that this choice breaks: weights of cells, what they must reach, and whose hole it is."""
        self._let_go(hidden)
        self._low, self._high = self._truth.copy(), self._truth.copy()
        needs = dict(self._needs())
        self._sweep(needs)
        found: list[Hole] = []
        for column, need in needs.items():
            value = float(self._truth[column])
            if self._met(column, need):
                continue
            up = self._extreme(column, 1)
            if self._met(column, need):
                continue
            down = self._extreme(column, -1)
            if self._met(column, need, to_the_end=True):
                continue
            key = self._keys[column]
            if need.width is not None:
                above, below = self._weights(column, 1, up[1]), self._weights(column, -1, down[1])
                both = {other: above[0].get(other, 0.0) + below[0].get(other, 0.0) for other in above[0] | below[0]}
                found.append((both, need.width - 1 - above[1] - below[1], key))
            elif need.low is not None and need.high is not None:
                for sense, (moved, duals), wanted in ((1, up, need.high - value), (-1, down, value - need.low)):
                    if moved < wanted - _NEARLY:
                        weights, slack = self._weights(column, sense, duals)
                        found.append((weights, wanted - slack, key))
        return [hole for hole in found if hole[1] > _NEARLY]

    def _let_go(self, hidden: Set[Key]) -> None:
        never = self._problem.never
        held, free = self._truth.copy(), self._truth.copy()
        self._open = np.array(
            [column for column, key in enumerate(self._keys) if key in hidden or key in never], dtype=np.int32
        )
        held[self._open], free[self._open] = self._least[self._open], self._far
        self._bound(np.arange(len(self._keys), dtype=np.int32), held, free)

    def _bound(self, columns: NDArray[np.int32], low: Floats, high: Floats) -> None:
        self._model.changeColsBounds(len(columns), columns, low, high)

    def _needs(self) -> list[tuple[int, Need]]:
        asked = []
        for column in map(int, self._open):
            key = self._keys[column]
            if key in self._problem.never and key not in self._reader.musts:
                continue
            need = self._reader.need(key, int(self._truth[column]))
            if need is not None:
                asked.append((column, need))
        return asked

    def _sweep(self, needs: dict[int, Need]) -> None:
        """Push all cells that are not open yet at once, each towards the end it lacks: one table speaks for many."""
        chance = np.random.default_rng(0)
        left = [column for column, need in needs.items() if not self._met(column, need)]
        if len(left) < _MANY:
            return
        for _ in range(_SWEEPS):
            wanted = np.array([self._wanted(column, needs[column], chance) for column in left])
            self._push(np.array(left, dtype=np.int32), -wanted)
            left = [column for column in left if not self._met(column, needs[column])]
            if not left:
                return

    def _wanted(self, column: int, need: Need, chance: np.random.Generator) -> float:
        """Up or down: towards the end that no table reached, else either."""
        above = need.high is not None and self._high[column] < need.high - _NEARLY
        below = need.low is not None and self._low[column] > need.low + _NEARLY
        if above == below:
            return float(chance.choice([-1.0, 1.0]))
        return 1.0 if above else -1.0

    def _push(self, columns: NDArray[np.int32], costs: Floats) -> None:
        self._model.changeColsCost(len(columns), columns, costs)
        self._solve()
        self._model.changeColsCost(len(columns), columns, np.zeros(len(columns)))

    def _solve(self) -> tuple[Floats, Sequence[float]]:
        self._model.run()
        status, solution = self._model.getModelStatus(), self._model.getSolution()
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError("a reader's linear programme has no optimum")
        values = np.array(solution.col_value)
        np.minimum(self._low, values, out=self._low)
        np.maximum(self._high, values, out=self._high)
        return values, list(solution.row_dual)

    def _extreme(self, column: int, sense: int) -> tuple[float, Sequence[float]]:
        """How far this cell can move, and the prices of the relations that hold it."""
        self._model.changeColCost(column, float(-sense))
        values, duals = self._solve()
        self._model.changeColCost(column, 0.0)
        return abs(float(values[column] - self._truth[column])), duals

    def _weights(self, column: int, sense: int, duals: Sequence[float]) -> tuple[dict[Key, float], float]:
        """How far cells that bound this one would let it move, were they let go; and what slack alone gives."""
        # The programme is min -sense·x; by duality x moves at most by what the reduced costs allow each cell.
        reduced = {column: float(sense)}
        slack = 0.0
        for (places, coefficients, low, high, at_truth), dual in zip(self._rows, duals, strict=True):
            gamma = -dual
            if abs(gamma) <= 1e-9:
                continue
            for place, coefficient in zip(places, coefficients, strict=True):
                reduced[place] = reduced.get(place, 0.0) - gamma * coefficient
            end = high if gamma > 0 else low
            if end is not None:
                slack += abs(gamma) * abs(end - at_truth)
        weights: dict[Key, float] = {}
        for place, cost in reduced.items():
            room = self._far if cost > 0 else float(self._truth[place] - self._least[place])
            if abs(cost) <= 1e-9 or room == 0.0:
                continue
            key = self._keys[place]
            if key in self._problem.never:
                slack += abs(cost) * room
            else:
                weights[key] = weights.get(key, 0.0) + abs(cost) * room
        return weights, slack

    def _met(self, column: int, need: Need, *, to_the_end: bool = False) -> bool:
        """`to_the_end`: these are the ends, not only what was seen."""
        least, most = math.ceil(self._low[column] - _NEARLY), math.floor(self._high[column] + _NEARLY)
        return need.met(least, most) if to_the_end else need.open(least, most)
