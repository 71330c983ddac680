# SPDX-License-Identifier: Apache-2.0
"""The totals of one indicator at one node, whole and by code: (counted here when all count together, held)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tejido.statistics.breakdowns import Band, Breakdown
from tejido.statistics.conditions import All, Exists
from tejido.statistics.holdings import Holdings, of_those_pointed_to
from tejido.statistics.specification import Indicator
from tejido.statistics.tabulation import Cell
from tejido.statistics.window import Window
from tejido.tables.rows import MISSING, NO_NUMBER, Mask, TableRows
from tejido.vocabulary import code_list

_PORTION = 1_000_000  # rows that are added up at once: what is made of them is several times their size
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
            rows.numbers[indicator.estimate] if indicator.estimate else np.broadcast_to(np.int8(1), rows.size),
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
        if breakdown.band is not None:
            return self._banded(breakdown, breakdown.band)
        codes = self.rows.codes[breakdown.column]
        named = self.held if self.groups is None else self.held & ~self.groups
        if codes.rows is None:
            totals = self._sums(codes.values, codes.numbers[named], named, breakdown.unknown or "")
        else:
            said = codes.numbers != codes.number_of(breakdown.unknown)
            totals = self._distinct(codes.values, codes.numbers, codes.rows, named[codes.rows] & said)
            self._add_silent(breakdown, codes.rows[said], named, totals)
        if self.groups is not None:
            self._add_groups(breakdown, self.groups, totals)
        return totals

    def _through(self, breakdown: Breakdown) -> _Totals:
        """Each held row once per code among the rows that point to it, and among the groups of people that do."""
        through = breakdown.through
        if through is None:
            raise ValueError(breakdown.name)
        found = self._answers(through, breakdown.column, self.holdings.where(through.condition, through.table))
        values = tuple({value: None for one in found for value in one.values})
        rows, numbers = _among(found, values, self.held, breakdown.unknown)
        if breakdown.unless is not None:
            unless = self.holdings.where(All((through.condition, breakdown.unless)), through.table)
            met = _among(self._answers(through, breakdown.column, unless), values, self.held, None)
            stays = ~np.isin(
                rows.astype(np.int64) * len(values) + numbers, met[0].astype(np.int64) * len(values) + met[1]
            )
            rows, numbers = rows[stays], numbers[stays]
        totals = self._distinct(values, numbers, rows, np.ones(rows.size, np.bool_))
        self._add_silent(breakdown, rows, self.held, totals)
        return totals

    def _answers(self, through: Exists, column: str, chosen: Mask) -> list[_Answers]:
        """What the rows `chosen` of another table say of the rows here, each and as groups of people."""
        there = self.holdings.rows[through.table]
        codes, pointers = there.codes[column], there.points_to[through.column]
        if codes.rows is None:
            found = [_Answers(codes.values, codes.numbers, pointers, chosen & (codes.numbers != MISSING))]
        else:  # several codes: each stands where its row points
            found = [_Answers(codes.values, codes.numbers, pointers[codes.rows], chosen[codes.rows])]
        if through.table == "persons" and (attribute := _attribute(column)) is not None:
            counts = self.holdings.rows["group_counts"]
            person, codes = counts.points_to["person_id"], counts.codes["code"]
            about = counts.having("attribute", (attribute,)) & chosen[person]
            found.append(_Answers(codes.values, codes.numbers, pointers[person], about))
        return found

    def _add_silent(self, breakdown: Breakdown, said: _Numbers, named: Mask, totals: _Totals) -> None:
        """Rows that give no answer but the unknown, each once, where the breakdown says under which code."""
        if breakdown.unknown is not None:
            silent = named.copy()
            silent[said] = False
            _add(totals, breakdown.unknown, *self.total(silent))

    def _banded(self, breakdown: Breakdown, band: Band) -> _Totals:
        """Each row under the band of its number; under the unknown where it has none."""
        numbers = self.rows.numbers[band.to][self.held].astype(np.int32)
        there = numbers != NO_NUMBER
        if band.since is not None:
            numbers -= self.rows.numbers[band.since][self.held]
        places = np.where(there, np.searchsorted(np.array(band.limits, np.int32), numbers), MISSING)
        return self._sums(band.codes, places, self.held, breakdown.unknown or "")

    def _distinct(self, values: Sequence[str], numbers: _Numbers, rows: _Numbers, chosen: Mask) -> _Totals:
        """Pairs of a code and a row, the same pair once."""
        kind: Any = np.uint32 if self.rows.size * len(values) < 2**32 else np.uint64
        pairs = rows[chosen].astype(kind) * kind(len(values)) + numbers[chosen].astype(kind)
        pairs.sort()  # a fraction of what np.unique takes
        once = np.append(pairs[:1] == pairs[:1], pairs[1:] != pairs[:-1])
        at, codes = np.divmod(pairs[once], kind(max(len(values), 1)))
        return self._sums(values, codes, at, "")

    def _sums(self, values: Sequence[str], numbers: _Numbers, at: _Numbers, unknown: str) -> _Totals:
        """`numbers[n]` is the code of the row `at[n]`, or of the nth row that `at` marks."""
        totals: _Totals = {}
        for code, here, all_held in _summed(values, numbers, self.amount[at], self.counted[at], unknown):
            _add(totals, code, here, all_held)
        return totals

    def _add_groups(self, breakdown: Breakdown, groups: Mask, totals: _Totals) -> None:
        """Add the groups' people: their counts by code, and the rest as unknown.

        No group has more than its estimate: records are checked before. Several answers may be one person's or as many
        people's; the rest is what is left when each is another's.
        """
        counts = self.holdings.rows["group_counts"]
        group, codes = counts.points_to["person_id"], counts.codes["code"]
        about = counts.having("attribute", (_attribute(breakdown.column) or "",)) & of_those_pointed_to(groups, group)
        if breakdown.multiple:
            about &= codes.numbers != codes.number_of(breakdown.unknown)
        at = np.flatnonzero(about)
        people = counts.numbers["count"][at]
        for code, here, all_held in _summed(codes.values, codes.numbers[at], people, self.counted[group[at]], ""):
            _add(totals, code, here, all_held)
        if breakdown.unknown is not None:
            there = np.flatnonzero(groups)
            said = np.bincount(group[at], people, self.rows.size)[there]
            rest = np.maximum(self.amount[there] - said, 0)
            _add(totals, breakdown.unknown, int(rest[self.counted[there]].sum()), int(rest.sum()))


@dataclass(frozen=True)
class _Answers:
    """Codes and the counted rows they speak of, of those `chosen`."""

    values: tuple[str, ...]
    numbers: _Numbers
    rows: _Numbers
    chosen: Mask


def _among(
    found: Sequence[_Answers], values: tuple[str, ...], held: Mask, unknown: str | None
) -> tuple[_Numbers, _Numbers]:
    """Held rows and the number of each answer among `values`, the unknown left out."""
    pairs = []
    for one in found:
        said = one.chosen & of_those_pointed_to(held, one.rows)
        if unknown in one.values:
            said &= one.numbers != one.values.index(str(unknown))
        places = np.array([values.index(value) for value in one.values] + [MISSING], np.int32)
        pairs.append((one.rows[said], places[one.numbers[said]]))
    rows, numbers = (np.concatenate(part) for part in zip(*pairs, strict=True))
    return rows, numbers


def _attribute(column: str) -> str | None:
    """How group_counts calls a column of persons; None where it tells nothing of groups."""
    return next(
        (name for name, entry in code_list("group_attribute").codes.items() if entry.properties["column"] == column),
        None,
    )


def _summed(
    values: Sequence[str], numbers: _Numbers, amount: _Numbers, counted: Mask, unknown: str
) -> list[tuple[str, int, int]]:
    """(code, counted, held) for each code that occurs; a missing one is called `unknown`."""
    sums = np.zeros((len(values) + 1, 2))  # left to others, counted here
    for start in range(0, numbers.size, _PORTION):
        part = slice(start, start + _PORTION)
        places = (numbers[part].astype(np.intp) + 1) * 2 + counted[part]
        sums += np.bincount(places, amount[part], sums.size).reshape(sums.shape)
    of_code = zip((unknown, *values), sums, strict=True)
    return [(code, int(here), int(left + here)) for code, (left, here) in of_code if left + here]


def _add(totals: _Totals, code: str, counted: int, held: int) -> None:
    before = totals.get(code, (0, 0))
    if held or code in totals:
        totals[code] = (before[0] + counted, before[1] + held)
