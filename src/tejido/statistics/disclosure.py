# SPDX-License-Identifier: Apache-2.0
"""Which cells must be hidden so that no small one can be read, or worked out by subtraction, within one sheet.

Cell suppression as an optimisation problem (Fischetti and Salazar 2001, "Solving the cell suppression problem on
tabular data with linear constraints", Management Science 47): a master problem picks cells, an exact attacker
computes what a reader could still infer, and every hole it finds becomes a constraint of the master.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import highspy

Key = tuple[str, str]  # table name, code of the cell
Interval = tuple[int, int | None]  # inclusive; None: nothing bounds it from above


@dataclass(frozen=True)
class CellTable:
    """One table as a reader sees it.

    `base`: how many persons (cases, contacts) the table is about; None where it is not printed. A base under k is
    treated as not printed, because the caller must not print it. `base_cell` says that the base is itself a cell
    ("headline", "victims"): it is then known only while that cell is shown.
    `multiple`: one person may be counted in several cells. `complete`: every part of the base is a cell here,
    the unknown included; a top list is not complete.
    """

    name: str
    base: int | None
    multiple: bool
    complete: bool
    cells: Mapping[str, int]
    base_cell: Key | None = None


def hidden_cells(tables: Sequence[CellTable], *, k: int) -> dict[str, frozenset[str]]:
    """Table name -> codes to hide: every count from 1 to k-1, and as few others as it takes.

    After hiding, a reader who knows the rule (zeros are shown, hidden cells are not zero) can place no small cell more
    narrowly than 1..k-1, and no other hidden cell within fewer than k values. Fewest cells first, then the least total
    value. Zeros stay, except where a table can only be protected by hiding it whole, or its base is under k.
    Percentages of hidden cells must not be printed either.
    Raises ValueError for k < 2, repeated table names or negative counts.
    """
    _check(tables, k)
    hidden: dict[str, frozenset[str]] = {}
    for component in _components(tables):
        hidden |= _protect(component, k)
    return {table.name: hidden[table.name] for table in tables}


def recoverable(tables: Sequence[CellTable], hidden: Mapping[str, frozenset[str]]) -> dict[str, dict[str, Interval]]:
    """The exact attacker: for every hidden cell the least and greatest integer that fits all that is printed.

    A cell whose two ends meet is known. The attacker knows that zeros are shown: a hidden cell is at least 1, unless
    its whole table is hidden.
    """
    found: dict[str, dict[str, Interval]] = {table.name: {} for table in tables}
    for component in _components(tables):
        attacker = _Attacker(component, hidden)
        for key in attacker.columns:
            found[key[0]][key[1]] = attacker.interval(key)
    return found


def uncovered(
    tables: Sequence[CellTable], hidden: Mapping[str, frozenset[str]], *, k: int
) -> list[tuple[Key, Interval]]:
    """Hidden cells that a reader can place more narrowly than the rule of `hidden_cells` allows, in table order."""
    holes = []
    intervals = recoverable(tables, hidden)
    for table in tables:
        for code, interval in intervals[table.name].items():
            if not _covered(table.cells[code], interval, k):
                holes.append(((table.name, code), interval))
    return holes


def is_small(count: int, k: int) -> bool:
    """Whether a count must not be printed: from 1 to k-1. Nobody is found in a zero."""
    return 0 < count < k


def _check(tables: Sequence[CellTable], k: int) -> None:
    if k < 2:
        raise ValueError("k must be at least 2")
    if len({table.name for table in tables}) != len(tables):
        raise ValueError("table names must be unique")
    if any(count < 0 for table in tables for count in table.cells.values()):
        raise ValueError("counts cannot be negative")


def _covered(count: int, interval: Interval, k: int) -> bool:
    low, high = interval
    if count < k:  # small cells, and zeros hidden with their whole table
        return low <= 1 and (high is None or high >= k - 1)
    return high is None or high - low + 1 >= k


def _components(tables: Sequence[CellTable]) -> list[list[CellTable]]:
    """Tables that share a base cell belong together; all others are attacked alone."""
    leader = {table.name: table.name for table in tables}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for table in tables:
        if table.base_cell is not None and table.base_cell[0] in leader:
            leader[find(table.name)] = find(table.base_cell[0])
    groups: dict[str, list[CellTable]] = {}
    for table in tables:
        groups.setdefault(find(table.name), []).append(table)
    return list(groups.values())


def _protect(tables: Sequence[CellTable], k: int) -> dict[str, frozenset[str]]:
    whole = {table.name for table in tables if is_small(table.base or 0, k)}
    tables = [replace(table, base=None) if table.name in whole else table for table in tables]
    values = {(table.name, code): count for table in tables for code, count in table.cells.items()}
    bases = {table.base_cell for table in tables}
    primary = {key for key, count in values.items() if is_small(count, k)}
    free = [key for key, count in values.items() if count >= k and key not in bases]
    seen: set[tuple[frozenset[Key], frozenset[str]]] = set()
    cuts: list[tuple[Key, frozenset[Key]]] = []
    chosen: frozenset[Key] = frozenset()
    while True:
        hidden = _by_table(tables, primary | chosen, whole)
        holes = uncovered(tables, hidden, k=k)
        state = (chosen, frozenset(whole))
        if not holes or state in seen:  # a state seen again: nothing more can be taken away
            return hidden
        seen.add(state)
        for key, _ in holes:
            outside = frozenset(other for other in free if other not in chosen and other[0] not in whole)
            cuts.append((key, outside))
        # Nothing left to hide beside it: the table goes whole, and with all of it gone a zero may be among the hidden.
        hopeless = {key[0] for key, outside in cuts if not outside and key[0] not in whole}
        whole |= hopeless
        cuts = [cut for cut in cuts if cut[1]]
        chosen = _cheapest(free, values, cuts)


def _by_table(tables: Sequence[CellTable], keys: Set[Key], whole: set[str]) -> dict[str, frozenset[str]]:
    return {
        table.name: frozenset(code for code in table.cells if table.name in whole or (table.name, code) in keys)
        for table in tables
    }


def _quiet() -> highspy.Highs:
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 0.5)
    return model


def _cheapest(
    free: Sequence[Key], values: Mapping[Key, int], cuts: Sequence[tuple[Key, frozenset[Key]]]
) -> frozenset[Key]:
    """Fewest cells that meet every cut, then the least total value among those."""
    if not cuts:
        return frozenset()
    place = {key: index for index, key in enumerate(free)}
    limit: int | None = None
    picked: frozenset[Key] = frozenset()
    for weights in ([1.0] * len(free), [float(values[key]) for key in free]):
        model = _quiet()
        for weight in weights:
            column = model.addVariable(lb=0, ub=1, obj=weight)
            model.changeColIntegrality(column.index, highspy.HighsVarType.kInteger)
        for key, outside in cuts:
            columns = [place[other] for other in free if other in outside]
            coefficients = [1.0] * len(columns)
            needs = 1.0
            if key in place:  # a cell hidden only to cover others needs cover only while it is hidden
                columns, coefficients, needs = [*columns, place[key]], [*coefficients, -1.0], 0.0
            model.addRow(needs, highspy.kHighsInf, len(columns), columns, coefficients)
        if limit is not None:
            model.addRow(0.0, float(limit), len(free), list(range(len(free))), [1.0] * len(free))
        model.run()
        solution = model.getSolution().col_value
        picked = frozenset(key for key in free if solution[place[key]] > 0.5)
        limit = len(picked)
    return picked


class _Attacker:
    """What a reader of linked tables can work out: an integer programme with one unknown per hidden cell."""

    def __init__(self, tables: Sequence[CellTable], hidden: Mapping[str, frozenset[str]]) -> None:
        self.columns: dict[Key, int] = {}
        self._model = _quiet()
        for table in tables:
            gone = hidden.get(table.name, frozenset())
            floor = 0 if len(gone) == len(table.cells) else 1
            for code in table.cells:
                if code in gone:
                    self._add((table.name, code), floor)
        for table in tables:
            self._constrain(table)

    def _add(self, key: Key, floor: int) -> None:
        variable = self._model.addVariable(lb=floor, ub=highspy.kHighsInf)
        self._model.changeColIntegrality(variable.index, highspy.HighsVarType.kInteger)
        self.columns[key] = variable.index

    def _constrain(self, table: CellTable) -> None:
        base_column = self.columns.get(table.base_cell) if table.base_cell else None
        if table.base is None and base_column is None:
            return
        unknown = [self.columns[key] for code in table.cells if (key := (table.name, code)) in self.columns]
        shown = sum(count for code, count in table.cells.items() if (table.name, code) not in self.columns)
        if table.multiple:
            for column in unknown:
                self._row([column], base_column, table.base, 0, upper=True, lower=False)
            if table.complete:
                self._row(unknown, base_column, table.base, shown, upper=False, lower=True)
        else:
            self._row(unknown, base_column, table.base, shown, upper=True, lower=table.complete)

    def _row(
        self, unknown: list[int], base_column: int | None, base: int | None, shown: int, *, upper: bool, lower: bool
    ) -> None:
        """sum(unknown) + shown <= base (upper), >= base (lower); the base is a number or itself unknown."""
        columns, coefficients = list(unknown), [1.0] * len(unknown)
        right = float((base or 0) - shown)
        if base_column is not None:
            columns, coefficients, right = [*columns, base_column], [*coefficients, -1.0], float(-shown)
        if not columns:
            return
        infinity = highspy.kHighsInf
        self._model.addRow(
            right if lower else -infinity, right if upper else infinity, len(columns), columns, coefficients
        )

    def interval(self, key: Key) -> Interval:
        """Least and greatest value of one hidden cell; raises ValueError where the tables contradict themselves."""
        low = self._extreme(key, highspy.ObjSense.kMinimize)
        high = self._extreme(key, highspy.ObjSense.kMaximize)
        if low is None:
            raise ValueError(f"{key[0]}, {key[1]}: the tables contradict each other")
        return low, high

    def _extreme(self, key: Key, sense: highspy.ObjSense) -> int | None:
        column = self.columns[key]
        self._model.changeColCost(column, 1.0)
        self._model.changeObjectiveSense(sense)
        self._model.run()
        status = self._model.getModelStatus()
        value: float = self._model.getSolution().col_value[column]
        self._model.changeColCost(column, 0.0)
        if status == highspy.HighsModelStatus.kOptimal:
            return round(value)
        if status == highspy.HighsModelStatus.kInfeasible:
            raise ValueError(f"{key[0]}: the printed cells contradict the base")
        return None  # unbounded
