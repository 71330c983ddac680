# SPDX-License-Identifier: Apache-2.0
"""Tables of one sheet, each with its base: which cells must be hidden, and what a reader could still work out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from tejido.statistics.disclosure.attacking import tightest
from tejido.statistics.disclosure.choosing import choose
from tejido.statistics.disclosure.facts import Facts, Interval, Need, Relation
from tejido.statistics.disclosure.problem import Group, Problem, Reader

CellKey = tuple[str, str]  # table name, code of the cell


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
    base_cell: CellKey | None = None

    @property
    def keys(self) -> list[CellKey]:
        """The cells as (table, code)."""
        return [(self.name, code) for code in self.cells]


def hidden_cells(tables: Sequence[CellTable], *, k: int) -> dict[str, frozenset[str]]:
    """Table name -> codes to hide: every count from 1 to k-1, and as few others as it takes.

    After hiding, a reader who knows the rule (zeros are shown, hidden cells are not zero) can place no small cell more
    narrowly than 1..k-1, and no other hidden cell within fewer than k values. Fewest cells first, then the least total
    value. Zeros stay, except where a table can only be protected by hiding it whole, or its base is under k.
    Percentages of hidden cells must not be printed either.
    Raises ValueError for k < 2, repeated table names or negative counts.
    """
    _check(tables, k)
    whole = {table.name for table in tables if is_small(table.base or 0, k)}
    printed = [replace(table, base=None) if table.name in whole else table for table in tables]
    bases = {table.base_cell for table in tables}
    values = {(table.name, code): count for table in tables for code, count in table.cells.items()}
    problem = Problem(
        values=values,
        relations=[relation for table in printed for relation in _relations(table, values)],
        settled=frozenset(key for key, count in values.items() if count >= k and key in bases),
        groups=[Group(frozenset(table.keys)) for table in printed if table.name not in whole],
        whole=[Group(frozenset(table.keys)) for table in printed if table.name in whole],
    )
    musts = {key: Need(1, k - 1) for key, count in values.items() if is_small(count, k)}
    hidden = choose(problem, [Reader("public", musts, Need(width=k))]).hidden
    return {table.name: frozenset(code for name, code in table.keys if (name, code) in hidden) for table in tables}


def recoverable(tables: Sequence[CellTable], hidden: Mapping[str, frozenset[str]]) -> dict[str, dict[str, Interval]]:
    """The exact attacker: for every hidden cell the least and greatest integer that fits all that is printed.

    A cell whose two ends meet is known. The attacker knows that zeros are shown: a hidden cell is at least 1, unless
    its whole table is hidden. Raises ValueError where the tables contradict themselves.
    """
    values = {(table.name, code): count for table in tables for code, count in table.cells.items()}
    gone: dict[CellKey, Interval] = {}
    for table in tables:
        codes = hidden.get(table.name, frozenset())
        floor = 0 if len(codes) == len(table.cells) else 1
        gone |= {key: (floor, None) for key in table.keys if key[1] in codes}
    facts = Facts(
        shown={key: count for key, count in values.items() if key not in gone},
        hidden=dict(gone),
        relations=[relation for table in tables for relation in _relations(table, values)],
    )
    found = tightest(facts)
    return {table.name: {key[1]: found[key] for key in table.keys if key in gone} for table in tables}


def uncovered(
    tables: Sequence[CellTable], hidden: Mapping[str, frozenset[str]], *, k: int
) -> list[tuple[CellKey, Interval]]:
    """Hidden cells that a reader can place more narrowly than the rule of `hidden_cells` allows, in table order."""
    holes = []
    intervals = recoverable(tables, hidden)
    for table in tables:
        for code, interval in intervals[table.name].items():
            need = Need(1, k - 1) if table.cells[code] < k else Need(width=k)
            if not need.met(*interval):
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


def _relations(table: CellTable, known: Set[CellKey] | Mapping[CellKey, int]) -> list[Relation]:
    terms: list[tuple[CellKey, int]] = [(key, 1) for key in table.keys]
    base: list[tuple[CellKey, int]] = []
    right = table.base
    if table.base_cell is not None and table.base_cell in known:
        base, right = [(table.base_cell, -1)], 0
    if right is None or not terms:
        return []
    if not table.multiple:
        return [Relation((*terms, *base), right if table.complete else None, right)]
    made = [Relation((term, *base), None, right) for term in terms]
    return [*made, Relation((*terms, *base), right, None)] if table.complete else made
