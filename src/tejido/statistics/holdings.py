# SPDX-License-Identifier: Apache-2.0
"""What one node holds, and which of its rows meet an indicator's conditions: one answer per row, for whole tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import reduce

import numpy as np

from tejido.statistics.conditions import All, AnyOf, Condition, Exists, HasCode, Linked, Meets, Not
from tejido.statistics.definitions import indicators
from tejido.statistics.specification import Indicator
from tejido.statistics.window import Window
from tejido.tables.id_sets import RowNumbers
from tejido.tables.rows import Mask, TableRows

_FIRST_DAY = date(1970, 1, 1).toordinal()  # days are counted from there


class Holdings:
    """The rows of one node by table. `others`: nodes that count together with it, to whom some rows are left."""

    def __init__(self, rows: Mapping[str, TableRows], others: Collection[str] = ()) -> None:
        self.rows = rows
        self._others = others
        self._meeting: dict[str, Mask] = {}

    def counted(self, table: str) -> Mask:
        """Rows that this node counts: all, except those that one of the others does."""
        rows = self.rows[table]
        left = rows.having("counted_by", self._others) if "counted_by" in rows.codes else np.zeros(rows.size, np.bool_)
        return ~left

    def held(self, indicator: Indicator, window: Window | None) -> Mask:
        """Rows that meet the indicator and whose date is in the window."""
        rule, found = indicator.window, self._meets(indicator)
        if rule is None or window is None:
            return found
        start, end = window.start.toordinal() - _FIRST_DAY, window.end.toordinal() - _FIRST_DAY
        days = self.rows[rule.table or indicator.table.name].numbers[rule.date]
        inside = (days >= start) & (days <= end)
        return found & (of_those_pointed_to(inside, self._pointers(indicator, rule.linked)) if rule.linked else inside)

    def where(self, condition: Condition, table: str) -> Mask:
        """Rows of `table` that meet `condition`; what is empty meets nothing."""
        match condition:
            case All(parts):
                return reduce(
                    np.logical_and,
                    (self.where(part, table) for part in parts),
                    np.ones(self.rows[table].size, np.bool_),
                )
            case AnyOf(parts):
                return reduce(np.logical_or, (self.where(part, table) for part in parts))
            case Not(part):
                return ~self.where(part, table)
            case HasCode(column, codes):
                return self.rows[table].having(column, codes)
            case Meets(name):
                return self._meets(indicators()[name])
            case Linked(column, there, _, inner):
                return of_those_pointed_to(self.where(inner, there), self.rows[table].points_to[column])
            case Exists(there, column, _, inner):
                found = np.zeros(self.rows[table].size + 1, np.bool_)  # the last is NOWHERE's, -1
                found[self.rows[there].points_to[column][self.where(inner, there)]] = True
                return found[:-1]

    def _meets(self, indicator: Indicator) -> Mask:
        if indicator.id not in self._meeting:
            self._meeting[indicator.id] = self.where(indicator.filter, indicator.table.name)
        return self._meeting[indicator.id]

    def _pointers(self, indicator: Indicator, column: str) -> RowNumbers:
        return self.rows[indicator.table.name].points_to[column]


def of_those_pointed_to(mask: Mask, pointers: RowNumbers) -> Mask:
    """For each pointer what `mask` says of the row it names; false where it names none."""
    return np.append(mask, np.False_)[pointers]  # NOWHERE, -1, is the last
