# SPDX-License-Identifier: Apache-2.0
"""The attacker: how narrowly a reader can place what is hidden, in whole numbers.

A cell is certified by witnesses: whole tables, free of contradiction, in which it is as small and as large as it must
be able to be. One witness speaks for many cells. What no witness covers is solved: linear programmes first, whose
corners are often whole numbers, then integer programmes (Fischetti and Salazar 2001 call this the auditing problem).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from tejido.statistics.disclosure.facts import Component, Contradiction, Facts, Interval, Key, Need, components
from tejido.statistics.disclosure.solver import quiet_solver

_NEARLY = 1e-6
_MANY = 20  # cells that are worth looking at together
_LARGE = 1000  # cells: among so many, what is nearest to a known table is found sooner than what is beside fractions
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Attacked:
    """What an attack found: `intervals` of hidden cells, those of them that are not open enough, and contradictions.

    An interval is the tightest there is for a cell that fell, and for all where exact ones were asked for; else it is
    what witnesses showed to be possible. `inconsistent`: groups of cells whose numbers cannot all be true; nothing is
    said of the hidden cells among them.
    """

    intervals: Mapping[Key, Interval]
    fell: tuple[Key, ...]
    inconsistent: tuple[tuple[Key, ...], ...] = ()


def attack(
    facts: Facts,
    needs: Mapping[Key, Need],
    *,
    exact: bool = False,
    witnesses: Sequence[Mapping[Key, int]] = (),
) -> Attacked:
    """Look at every hidden cell that `needs` names; `witnesses`: whole tables that are known to be possible."""
    intervals: dict[Key, Interval] = {}
    fell: list[Key] = []
    parts, inconsistent = components(facts)
    for component in parts:
        wanted = [needs.get(key) for key in component.cells]
        if not exact and not any(wanted):
            continue
        known = [np.array([witness[key] for key in component.cells], dtype=np.int64) for witness in witnesses]
        try:
            found = list(_look(component, wanted, known, exact))
        except Contradiction as problem:
            inconsistent.append(problem.cells)
            continue
        for key, interval, need in zip(component.cells, found, wanted, strict=True):
            if interval is not None:
                intervals[key] = interval
                if need is not None and not need.met(*interval):
                    fell.append(key)
    return Attacked(intervals, tuple(fell), tuple(inconsistent))


def tightest(facts: Facts) -> dict[Key, Interval]:
    """The least and greatest whole number every hidden cell can be; raises `Contradiction`."""
    found = attack(facts, {}, exact=True)
    for cells in found.inconsistent:
        raise Contradiction(cells)
    return dict(found.intervals)


def possible(facts: Facts) -> dict[Key, int]:
    """One value for every hidden cell, so that nothing contradicts anything; raises `Contradiction`."""
    parts, contradicted = components(facts)
    for cells in contradicted:
        raise Contradiction(cells)
    found: dict[Key, int] = {}
    for component in parts:
        values = _Solver(component).any_table()
        found |= zip(component.cells, map(int, values), strict=True)
    return found


def _look(
    component: Component, needs: Sequence[Need | None], known: Iterable[Whole], exact: bool
) -> list[Interval | None]:
    if _is_one_sum(component):
        return list(_of_one_sum(component))
    seen = _Seen(component, known)
    solver: _Solver | None = None
    if not exact:
        left = {place: need for place, need in enumerate(needs) if need is not None and not seen.meets(place, need)}
        if len(left) >= _MANY:
            solver = _Solver(component)
            solver.sweep(left, seen)
    for place, need in enumerate(needs):
        if not exact and (need is None or seen.meets(place, need)):
            continue
        solver = solver or _Solver(component)
        for sense in (1, -1):
            solver.towards(place, sense, need if not exact else None, seen)
            if not exact and need is not None and seen.meets(place, need):
                break
    return [
        None if need is None and not exact else seen.interval(place) for place, need in enumerate(needs)
    ]  # fmt: skip


def _is_one_sum(component: Component) -> bool:
    return len(component.rows) <= 1 and all(abs(c) == 1 for _, coefficients, *_ in component.rows for c in coefficients)


def _of_one_sum(component: Component) -> Iterable[Interval]:
    """Exact and at once: one sum of ones, or none, binds the cells."""
    if not component.rows:
        return component.ranges
    ((places, coefficients, low, high),) = component.rows
    least: float = sum(_end(component.ranges[p], c, up=False) for p, c in zip(places, coefficients, strict=True))
    most: float = sum(_end(component.ranges[p], c, up=True) for p, c in zip(places, coefficients, strict=True))
    below = -math.inf if low is None else low
    above = math.inf if high is None else high
    if least > above or most < below:
        raise Contradiction(component.cells)
    found = list(component.ranges)
    for place, coefficient in zip(places, coefficients, strict=True):
        others_least = least - _end(component.ranges[place], coefficient, up=False) if math.isfinite(least) else (
            _sum_of_others(component, places, coefficients, place, up=False))  # fmt: skip
        others_most = most - _end(component.ranges[place], coefficient, up=True) if math.isfinite(most) else (
            _sum_of_others(component, places, coefficients, place, up=True))  # fmt: skip
        ends = (below - others_most, above - others_least)
        if coefficient < 0:
            ends = (-ends[1], -ends[0])
        low_end, high_end = component.ranges[place]
        greatest = min(math.inf if high_end is None else high_end, ends[1])
        found[place] = (int(max(low_end, ends[0])), None if greatest == math.inf else int(greatest))
    return found


def _end(interval: Interval, coefficient: int, *, up: bool) -> float:
    low, high = interval
    if up == (coefficient > 0):
        return math.inf * (1 if up else -1) if high is None else coefficient * high
    return coefficient * low


def _sum_of_others(
    component: Component, places: Sequence[int], coefficients: Sequence[int], place: int, *, up: bool
) -> float:
    return sum(
        _end(component.ranges[p], c, up=up) for p, c in zip(places, coefficients, strict=True) if p != place
    )  # fmt: skip


class _Seen:
    """The least and greatest of every cell over all witnesses so far."""

    def __init__(self, component: Component, known: Iterable[Whole]) -> None:
        far = _far(component)  # once: it looks at the whole component
        self.one: Whole | None = None
        self._no_end = [far if high is None else None for _low, high in component.ranges]
        self._low = np.full(len(component.cells), 2**62, dtype=np.int64)
        self._high = -self._low
        for values in known:
            if not component.holds(values):
                raise Contradiction(component.cells)
            self.add(values)

    def add(self, values: Whole) -> None:
        """One more table that contradicts nothing."""
        if self.one is None:
            self.one = np.asarray(values, dtype=np.int64)
        np.minimum(self._low, values, out=self._low)
        np.maximum(self._high, values, out=self._high)

    def meets(self, place: int, need: Need) -> bool:
        """Do the witnesses show this cell to be open enough?"""
        if self._low[place] > self._high[place]:
            return False
        return need.open(*self.interval(place))

    def lacks(self, place: int, need: Need, either: float) -> float:
        """Which way to push this cell: up (1) or down (-1) where only that end is wanting, else `either`."""
        low, high = self._low[place], self._high[place]
        above, below = need.high is not None and high < need.high, need.low is not None and low > need.low
        return either if above == below else 1.0 if above else -1.0

    def interval(self, place: int) -> Interval:
        """What witnesses show; the tightest interval once both ends were solved for."""
        far = self._no_end[place]
        low, high = int(self._low[place]), int(self._high[place])
        return low, None if far is not None and high >= far else high


def _far(component: Component) -> int:
    """Stands for "no end": larger than any total there is."""
    finite = [abs(end) for interval in component.ranges for end in interval if end is not None]
    finite += [abs(end) for *_, low, high in component.rows for end in (low, high) if end is not None]
    return 4 * max(finite, default=0) + 1000


class _Solver:
    """Linear and integer programmes over one component; each solution that is whole becomes a witness."""

    def __init__(self, component: Component) -> None:
        self._component = component
        self._far = _far(component)
        self._bounds = (
            np.array([float(least) for least, _ in component.ranges]),
            np.array([float(self._far if most is None else most) for _, most in component.ranges]),
        )
        self._linear = self._model(whole=False)
        self._integer: highspy.Highs | None = None
        self._moves: tuple[Whole, highspy.Highs] | None = None

    def _model(self, *, whole: bool) -> highspy.Highs:
        model = quiet_solver(many_aims=not whole)
        for least, most in zip(*self._bounds, strict=True):
            model.addVar(least, most)
        if whole:
            kind = highspy.HighsVarType.kInteger
            for place in range(len(self._component.cells)):
                model.changeColIntegrality(place, kind)
        for places, coefficients, low, high in self._component.rows:
            model.addRow(
                -highspy.kHighsInf if low is None else float(low), highspy.kHighsInf if high is None else float(high),
                len(places), list(places), [float(c) for c in coefficients],
            )  # fmt: skip
        return model

    def towards(self, place: int, sense: int, need: Need | None, seen: _Seen) -> None:
        """Put into `seen` how far up (1) or down (-1) this cell goes; with a `need`, as far as that asks is enough."""
        found = self._extreme(self._linear, place, sense)
        enough = None if need is None else need.high if sense > 0 else need.low
        wanted = math.floor(sense * found[place] + _NEARLY)
        if enough is not None:
            wanted = min(wanted, sense * enough)
        asked = enough if enough is not None and sense * (found[place] - enough) >= -_NEARLY else None
        if asked is None or seen.one is None or len(self._component.cells) < _LARGE:
            near = self._beside(found, {place: float(-sense)}, gap=0.0 if need is None else 0.5)
            if near is not None:
                seen.add(near)
                if sense * int(near[place]) >= wanted:
                    return
        if asked is not None:
            # A whole table that goes as far as is asked costs less than the one that goes farthest.
            known = seen.one
            near = self._whole(place, sense, asked) if known is None else self._moved(place, sense, asked, known)
            if near is not None:
                seen.add(near)
                return
        whole = _whole_numbers(self._extreme(self._in_whole_numbers(), place, sense))
        if not self._component.holds(whole):
            raise ArithmeticError("the solver's whole numbers contradict the tables")
        seen.add(whole)

    def _moved(self, place: int, sense: int, enough: int, near: Whole) -> Whole | None:
        """The whole table nearest to one that is known in which this cell goes as far as is asked; None if that fails.

        Least change in all leaves most cells alone: a few move, along the sums they share, mostly by whole numbers
        already where the programme is linear. So it is found where a search with nothing to aim at is lost.
        """
        if self._moves is None:
            self._moves = near, self._model_of_moves(near)
        known, model = self._moves
        least, most = self._bounds
        columns = (place, len(known) + place)  # up, down
        rooms = (float(most[place] - known[place]), float(known[place] - least[place]))
        there, back = columns if sense > 0 else columns[::-1]
        model.changeColBounds(there, float(max(0, sense * (enough - int(known[place])))), rooms[0 if sense > 0 else 1])
        model.changeColBounds(back, 0.0, 0.0)  # else it could go up and down at once
        model.run()
        found = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        moves = _whole_numbers(model.getSolution().col_value) if found else None
        for column, room in zip(columns, rooms, strict=True):
            model.changeColBounds(column, 0.0, room)
        if moves is None:
            return None
        whole: Whole = known + moves[: len(known)] - moves[len(known) :]
        return whole if self._component.holds(whole) else None

    def _model_of_moves(self, known: Whole) -> highspy.Highs:
        """Columns: how much each cell goes up, then how much down, from `known`; their sum is to be small."""
        model, count = quiet_solver(), len(known)
        least, most = self._bounds
        for room in (*(most - known), *(known - least)):
            model.addVariable(lb=0.0, ub=float(room), obj=1.0, type=highspy.HighsVarType.kInteger)
        for places, coefficients, low, high in self._component.rows:
            at = float(np.dot(coefficients, known[list(places)]))
            model.addRow(
                -highspy.kHighsInf if low is None else low - at, highspy.kHighsInf if high is None else high - at,
                2 * len(places), [*places, *(count + place for place in places)],
                [*(float(c) for c in coefficients), *(-float(c) for c in coefficients)],
            )  # fmt: skip
        model.setOptionValue("mip_rel_gap", 1.0)  # any will do that is found so
        return model

    def sweep(self, needs: Mapping[int, Need], seen: _Seen) -> None:
        """Whole tables in which many cells at once go where they must; then fewer, less in each other's way."""
        chance = np.random.default_rng(0)
        left = list(needs)
        size = len(left)
        while len(left) >= _MANY and size >= 4:
            before = len(left)
            drawn = [int(place) for place in chance.permutation(left)]
            for start in range(0, before, size):
                together = [place for place in drawn[start : start + size] if not seen.meets(place, needs[place])]
                if together:
                    costs = [-seen.lacks(place, needs[place], float(chance.choice([-1.0, 1.0]))) for place in together]
                    table = self._pushed(together, costs)
                    if table is not None:
                        seen.add(table)
            left = [place for place in left if not seen.meets(place, needs[place])]
            if before - len(left) < before / 20:
                size = min(size, len(left)) // 4

    def _pushed(self, places: Sequence[int], costs: Sequence[float]) -> Whole | None:
        columns = np.array(places, dtype=np.int32)
        self._linear.changeColsCost(len(columns), columns, np.array(costs))
        self._linear.run()
        values = list(self._linear.getSolution().col_value)
        self._linear.changeColsCost(len(columns), columns, np.zeros(len(columns)))
        return self._beside(values, dict(zip(places, costs, strict=True)), gap=0.1)  # about as far will do

    def _beside(self, values: Sequence[float], costs: Mapping[int, float], *, gap: float = 0.0) -> Whole | None:
        """A whole table beside one of fractions, a little more than rounded; None where there is none so near."""
        near = np.array(values)
        whole = _whole_numbers(values)
        if self._component.holds(whole):
            return whole
        model, columns = self._in_whole_numbers(), np.arange(len(near), dtype=np.int32)
        least, most = self._bounds
        low, high = np.floor(near + _NEARLY) - 1, np.ceil(near - _NEARLY) + 1
        model.changeColsBounds(len(columns), columns, np.maximum(low, least), np.minimum(high, most))
        model.changeColsCost(len(costs), np.array(list(costs), dtype=np.int32), np.array(list(costs.values())))
        model.setOptionValue("mip_rel_gap", gap)
        model.run()
        model.setOptionValue("mip_rel_gap", 0.0)
        found = model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        whole = _whole_numbers(model.getSolution().col_value) if found else whole
        model.changeColsBounds(len(columns), columns, least, most)
        model.changeColsCost(len(costs), np.array(list(costs), dtype=np.int32), np.zeros(len(costs)))
        return whole if found and self._component.holds(whole) else None

    def _in_whole_numbers(self) -> highspy.Highs:
        self._integer = self._integer or self._model(whole=True)
        return self._integer

    def any_table(self) -> Whole:
        """Whole numbers that contradict nothing; raises `Contradiction`."""
        whole = _whole_numbers(self._extreme(self._linear, 0, -1))
        if not self._component.holds(whole):
            whole = _whole_numbers(self._extreme(self._in_whole_numbers(), 0, -1))
        return whole

    def _whole(self, place: int, sense: int, enough: int) -> Whole | None:
        model = self._in_whole_numbers()
        low, high = self._component.ranges[place]
        top = self._far if high is None else high
        model.changeColBounds(place, float(enough if sense > 0 else low), float(top if sense > 0 else enough))
        try:
            model.run()
            if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            whole = _whole_numbers(model.getSolution().col_value)
            return whole if self._component.holds(whole) else None
        finally:
            model.changeColBounds(place, float(low), float(top))

    def _extreme(self, model: highspy.Highs, place: int, sense: int) -> list[float]:
        model.changeColCost(place, float(-sense))  # always a minimum
        model.run()
        status = model.getModelStatus()
        values: list[float] = list(model.getSolution().col_value)
        model.changeColCost(place, 0.0)
        if status == highspy.HighsModelStatus.kOptimal:
            return values
        raise Contradiction(self._component.cells)


def _whole_numbers(values: Sequence[float]) -> Whole:
    return np.rint(np.array(values)).astype(np.int64)
