# SPDX-License-Identifier: Apache-2.0
"""One reader's linear programme over everything that is or will be known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set

import highspy
import numpy as np
from numpy.typing import NDArray

from tejido.statistics.disclosure.facts import Key, Need
from tejido.statistics.disclosure.problem import Group, Problem, Reader, cells_of, range_of
from tejido.statistics.disclosure.solver import quiet_solver

_NEARLY = 1e-6
_MANY = 20  # cells that are worth looking at together
_ENOUGH = 100  # holes the programmes look for at once: what closes them closes others

Floats = NDArray[np.float64]
Hole = tuple[dict[Key, float], float, Key]
_Reach = tuple[float, Mapping[int, float]]  # how far a cell moves; prices of the relations that hold it


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
        self._model = quiet_solver(many_aims=True)
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
        self._low, self._high = self._truth.copy(), self._truth.copy()  # of every table seen so far
        self._suspects: list[int] = []
        self._entries = (
            np.array([row for row, (places, *_) in enumerate(self._rows) for _ in places], dtype=np.int64),
            np.array([place for places, *_ in self._rows for place in places], dtype=np.int64),
            np.array([one for _, coefficients, *_ in self._rows for one in coefficients]),
        )
        self._slack = {
            1: np.array([math.inf if high is None else high - at_truth for *_, high, at_truth in self._rows]),
            -1: np.array([math.inf if low is None else at_truth - low for *_, low, _, at_truth in self._rows]),
        }

    def holes(self, hidden: Set[Key]) -> list[Hole]:
        """Inequalities that this choice breaks: weights of cells, what they must reach, and whose hole it is.

        What one relation alone gives away is looked for first, without any programme; then programmes look until they
        have found `_ENOUGH`. None found: there is none.
        """
        self._let_go(hidden)
        needs = dict(self._needs())
        found = self._plain_holes(needs)
        if found:
            return found
        # What was a hole the last time may be one still: then there is no need to look at every cell.
        found = self._holes_among({column: needs[column] for column in self._suspects if column in needs})
        if not found:
            self._sweep(needs)
            found = self._holes_among(needs)
        return found

    def _holes_among(self, needs: Mapping[int, Need]) -> list[Hole]:
        found: list[Hole] = []
        self._suspects = []
        for column, need in needs.items():
            if self._met(column, need):
                continue
            up = self._extreme(column, 1)
            if self._met(column, need):
                continue
            down = self._extreme(column, -1)
            if self._met(column, need, to_the_end=True):
                continue
            found += self._cuts(column, need, up, down)
            self._suspects.append(column)
            if len(found) >= _ENOUGH:
                break
        return found

    def _plain_holes(self, needs: Mapping[int, Need]) -> list[Hole]:
        (up, up_row), (down, down_row) = (self._by_one_relation(sense) for sense in (1, -1))
        found: list[Hole] = []
        for column, need in needs.items():
            value = self._truth[column]
            if need.met(math.ceil(value - down[column] - _NEARLY), math.floor(value + up[column] + _NEARLY)):
                continue
            found += self._cuts(
                column, need, (up[column], self._price(up_row[column], column, 1)),
                (down[column], self._price(down_row[column], column, -1)),
            )  # fmt: skip
            found += self._beside(column, int(up_row[column]), int(down_row[column]))
        return found

    def _beside(self, column: int, up_row: int, down_row: int) -> list[Hole]:
        """The same of other cells of these relations: else the next choice but moves the hole to one of them."""
        found: list[Hole] = []
        shut = self._problem.settled | self._problem.never
        for other in self._rows[max(up_row, down_row)][0] if max(up_row, down_row) >= 0 else ():
            key, value = self._keys[other], int(self._truth[other])
            need = self._reader.need(key, value)
            if other == column or key in shut or key in self._reader.musts or need is None:
                continue
            up, down = (
                (0.0, self._price(row if row >= 0 and other in self._rows[row][0] else -1, other, sense))
                for row, sense in ((up_row, 1), (down_row, -1))
            )
            found += self._cuts(other, need, up, down)
        return found

    def _by_one_relation(self, sense: int) -> tuple[Floats, NDArray[np.int64]]:
        """For every cell: how far the narrowest of its relations lets it move, and which; -1: its own range."""
        rows, columns, coefficients = self._entries
        is_open = np.zeros(len(self._keys), dtype=bool)
        is_open[self._open] = True
        below = np.where(is_open, self._truth - self._least, 0.0)
        above = np.where(is_open, self._far, 0.0)
        most = above.copy() if sense > 0 else below.copy()
        which = np.full(len(self._keys), -1, dtype=np.int64)
        for orientation in (1, -1):
            given = np.abs(coefficients) * np.where(orientation * coefficients < 0, above[columns], below[columns])
            totals = np.bincount(rows, given, len(self._rows)) + self._slack[orientation]
            bounds = (totals[rows] - given) / np.abs(coefficients)
            for entry in np.flatnonzero((orientation * coefficients * sense > 0) & (bounds < most[columns] - _NEARLY)):
                column = columns[entry]
                if bounds[entry] < most[column] - _NEARLY:
                    most[column], which[column] = bounds[entry], rows[entry]
        return most, which

    def _price(self, row: int, column: int, sense: int) -> dict[int, float]:
        if row < 0:
            return {}
        places, coefficients, *_ = self._rows[row]
        return {int(row): -sense / coefficients[places.index(column)]}

    def _cuts(self, column: int, need: Need, up: _Reach, down: _Reach) -> list[Hole]:
        key, value = self._keys[column], float(self._truth[column])
        found: list[Hole] = []
        if need.width is not None:
            above, below = self._weights(column, 1, up[1]), self._weights(column, -1, down[1])
            both = {other: above[0].get(other, 0.0) + below[0].get(other, 0.0) for other in above[0] | below[0]}
            found.append((both, need.width - 1 - above[1] - below[1], key))
        elif need.low is not None and need.high is not None:
            for sense, (moved, prices), wanted in ((1, up, need.high - value), (-1, down, value - need.low)):
                if moved < wanted - _NEARLY:
                    weights, slack = self._weights(column, sense, prices)
                    found.append((weights, wanted - slack, key))
        return [hole for hole in found if hole[1] > _NEARLY]

    def _let_go(self, hidden: Set[Key]) -> None:
        never = self._problem.never
        held, free = self._truth.copy(), self._truth.copy()
        before = set(map(int, self._open))
        self._open = np.array(
            [column for column, key in enumerate(self._keys) if key in hidden or key in never], dtype=np.int32
        )
        if not before.issubset(map(int, self._open)):  # else what was possible stays possible
            self._low, self._high = self._truth.copy(), self._truth.copy()
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
        """Push many cells at once that are not open yet, each towards the end it lacks: one table speaks for many.

        All of them first; then fewer at a time, which stand less in each other's way.
        """
        chance = np.random.default_rng(0)
        left = [column for column, need in needs.items() if not self._met(column, need)]
        size = len(left)
        while len(left) >= _MANY and size >= 4:
            before = len(left)
            drawn = chance.permutation(left)
            for start in range(0, before, size):
                together = [c for c in map(int, drawn[start : start + size]) if not self._met(c, needs[c])]
                if together:
                    wanted = np.array([self._wanted(column, needs[column], chance) for column in together])
                    self._push(np.array(together, dtype=np.int32), -wanted)
            left = [column for column in left if not self._met(column, needs[column])]
            if before - len(left) < before / 20:
                size = min(size, len(left)) // 4

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

    def _extreme(self, column: int, sense: int) -> _Reach:
        self._model.changeColCost(column, float(-sense))
        values, duals = self._solve()
        self._model.changeColCost(column, 0.0)
        prices = {row: float(dual) for row, dual in enumerate(duals) if abs(dual) > 1e-9}
        return abs(float(values[column] - self._truth[column])), prices

    def _weights(self, column: int, sense: int, prices: Mapping[int, float]) -> tuple[dict[Key, float], float]:
        """How far cells that bound this one would let it move, were they let go; and what slack alone gives."""
        # The programme is min -sense·x; by duality x moves at most by what the reduced costs allow each cell.
        reduced = {column: float(sense)}
        slack = 0.0
        for row, dual in prices.items():
            places, coefficients, low, high, at_truth = self._rows[row]
            gamma = -dual
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
