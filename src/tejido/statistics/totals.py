# SPDX-License-Identifier: Apache-2.0
"""The totals of one indicator at one node, whole and by code: (counted here when all count together, held)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tejido.statistics.holdings import Holdings, of_those_pointed_to
from tejido.statistics.specification import Breakdown, Indicator
from tejido.statistics.tabulation import Cell
from tejido.statistics.window import Window
from tejido.tables.rows import MISSING, Mask, TableRows
from tejido.vocabulary import code_list

_Numbers = npt.NDArray[Any]
_Totals = dict[str, tuple[int, int]]  # by code: counted, held


def cells_of(indicator: Indicator, holdings: Holdings, window: Window | None) -> list[Cell]:
    """The headline number of `indicator`, then its breakdowns, cell by cell in the order of their code lists."""
    counting = _Counting.of(indicator, holdings, window)
    found = [Cell(indicator.id, None, None, *counting.total())]
    for breakdown in indicator.breakdowns.values():
        totals = counting.by(breakdown)
        found.extend(Cell(indicator.id, breakdown.name, code, *totals[code]) for code in breakdown.in_order(totals))
    return found


@dataclass(frozen=True)
class _Counting:
    """Which rows are held, how many people or things each stands for, and whether this node counts it."""

    holdings: Holdings
    rows: TableRows
    held: Mask
    groups: Mask | None  # held rows of unnamed people, whose codes stand in group_counts; None: no people are counted
    amount: _Numbers
    counted: Mask

    @classmethod
    def of(cls, indicator: Indicator, holdings: Holdings, window: Window | None) -> _Counting:
        rows, held = holdings.rows[indicator.table.name], holdings.held(indicator, window)
        people = indicator.estimate is not None
        return cls(
            holdings,
            rows,
            held,
            held & rows.numbers["unnamed_group"] if people else None,
            rows.numbers[indicator.estimate] if indicator.estimate else np.ones(rows.size, np.int32),
            holdings.counted(indicator.table.name),
        )

    def total(self, chosen: Mask | None = None) -> tuple[int, int]:
        """(counted, held) of the rows `chosen`, or of all that are held."""
        chosen = self.held if chosen is None else chosen
        return int(self.amount[chosen & self.counted].sum()), int(self.amount[chosen].sum())

    def by(self, breakdown: Breakdown) -> _Totals:
        """The totals by code."""
        if breakdown.through is not None:
            return self._through(breakdown)
        codes = self.rows.codes[breakdown.column]
        named = self.held if self.groups is None else self.held & ~self.groups
        if codes.rows is None:
            at = np.flatnonzero(named)
            totals = self._sums(codes.values, codes.numbers[at], at, breakdown.unknown or "")
        else:
            totals = self._distinct(codes.values, codes.numbers, codes.rows, named[codes.rows])
        if self.groups is not None:
            self._add_groups(breakdown, self.groups, totals)
        return totals

    def _through(self, breakdown: Breakdown) -> _Totals:
        """Each held row once per code among the rows that point to it."""
        through = breakdown.through
        if through is None:
            raise ValueError(breakdown.name)
        there = self.holdings.rows[through.table]
        codes, pointers = there.codes[breakdown.column], there.points_to[through.column]
        chosen = self.holdings.where(through.condition, through.table) & (codes.numbers != MISSING)
        return self._distinct(codes.values, codes.numbers, pointers, chosen & of_those_pointed_to(self.held, pointers))

    def _distinct(self, values: Sequence[str], numbers: _Numbers, rows: _Numbers, chosen: Mask) -> _Totals:
        """Pairs of a code and a row, the same pair once."""
        pairs = rows[chosen].astype(np.int64) * len(values) + numbers[chosen]
        pairs.sort()  # a fraction of what np.unique takes
        at, codes = np.divmod(pairs[np.diff(pairs, prepend=-1) != 0], max(len(values), 1))
        return self._sums(values, codes, at, "")

    def _sums(self, values: Sequence[str], numbers: _Numbers, at: _Numbers, unknown: str) -> _Totals:
        """`numbers[n]` is the code of the row `at[n]`."""
        totals: _Totals = {}
        for code, here, all_held in _summed(values, numbers, self.amount[at], self.counted[at], unknown):
            _add(totals, code, here, all_held)
        return totals

    def _add_groups(self, breakdown: Breakdown, groups: Mask, totals: _Totals) -> None:
        """Add the groups' people: their counts by code, and for a single answer the rest as unknown.

        No group has more than its estimate: records are checked before.
        """
        attribute = next(
            name
            for name, entry in code_list("group_attribute").codes.items()
            if entry.properties["column"] == breakdown.column
        )
        counts = self.holdings.rows["group_counts"]
        group, codes = counts.points_to["person_id"], counts.codes["code"]
        at = np.flatnonzero(counts.having("attribute", (attribute,)) & of_those_pointed_to(groups, group))
        rest_here, rest_held = self.total(groups)
        people, counted = counts.numbers["count"][at], self.counted[group[at]]
        for code, here, all_held in _summed(codes.values, codes.numbers[at], people, counted, ""):
            _add(totals, code, here, all_held)
            rest_here, rest_held = rest_here - here, rest_held - all_held
        if not breakdown.multiple and breakdown.unknown is not None:
            _add(totals, breakdown.unknown, rest_here, rest_held)


def _summed(
    values: Sequence[str], numbers: _Numbers, amount: _Numbers, counted: Mask, unknown: str
) -> list[tuple[str, int, int]]:
    """(code, counted, held) for each code that occurs; a missing one is called `unknown`."""
    held = np.bincount(numbers + 1, amount, len(values) + 1)
    here = np.bincount(numbers + 1, amount * counted, len(values) + 1)
    of_code = zip((unknown, *values), here, held, strict=True)
    return [(code, int(some), int(every)) for code, some, every in of_code if every]


def _add(totals: _Totals, code: str, counted: int, held: int) -> None:
    before = totals.get(code, (0, 0))
    if held or code in totals:
        totals[code] = (before[0] + counted, before[1] + held)
