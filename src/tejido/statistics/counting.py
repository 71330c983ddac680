# SPDX-License-Identifier: Apache-2.0
"""Counting declared indicators over records with DuckDB, in memory: exact totals, no row about anyone leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import duckdb

from tejido.statistics.conditions import Condition, Exists, Linked, expanded, named
from tejido.statistics.definitions import definitions_hash, in_order, indicators
from tejido.statistics.handovers import SHARED_TABLES, check_handovers, handed_over
from tejido.statistics.layout import layout
from tejido.statistics.queries import (
    breakdown_sql,
    dated_by,
    described_groups_sql,
    group_total_sql,
    groups_sql,
    headline_sql,
    keys_sql,
    meets_sql,
    pool_sql,
    pools,
    unit_sql,
)
from tejido.statistics.specification import Breakdown, Indicator
from tejido.statistics.tabulation import Cell, Tabulation
from tejido.statistics.window import Window
from tejido.tables.reading import Records
from tejido.vocabulary import BadInput, code_list

Connection = Any  # duckdb.DuckDBPyConnection; duckdb ships no types that mypy is told to follow
_THREADS = 2
_MEMORY = "4GB"


@contextmanager
def counter() -> Any:
    """A DuckDB connection that keeps everything in memory and never writes: temporary files would hold people."""
    connection = duckdb.connect(":memory:", config={"threads": _THREADS, "memory_limit": _MEMORY})
    try:
        connection.execute("SET temp_directory = ''")
        connection.execute("SET preserve_insertion_order = false")
        yield connection
    finally:
        connection.close()


def tabulate(
    records: Sequence[Records],
    *,
    window: Window | None,
    partners: Collection[str] = (),
    names: Collection[str] = (),
) -> list[Tabulation]:
    """Count `names` (default: all of the cross-border sheet) at each node; one tabulation per node, in the given order.

    `partners` are nodes whose totals will be joined with these but whose rows are not here: what they count is left to
    them. A window of None counts everything. Raises `BadInput` where records are wrong, or where nodes disagree about
    a hand-over: held twice by one, counted by different nodes, or left to a node that does not hold it.
    """
    wanted = tuple(names) or layout().indicators
    nodes = [one.node for one in records]
    _check_nodes(nodes, partners)
    with counter() as connection:
        prefixes = {one.node: f"n{number}" for number, one in enumerate(records)}
        tables = tables_needed(wanted)
        together = [*nodes, *sorted(partners)]

        def attach(cursor: Connection, one: Records) -> None:
            one.attach(cursor, prefixes[one.node], tables=tables)

        def count(cursor: Connection, one: Records) -> list[Cell]:
            others = [node for node in together if node != one.node]
            return count_node(cursor, prefixes[one.node], wanted, window, others)

        _side_by_side(connection, attach, records)
        check_handovers(connection, prefixes, sorted(partners))
        cells = dict(zip(nodes, _side_by_side(connection, count, records), strict=True))
        return [
            Tabulation(
                node=one.node,
                window=window or Window(one.as_of.min, one.as_of.max),
                as_of=one.as_of,
                invented=one.invented,
                definitions=definitions_hash(wanted),
                cells=tuple(cells[one.node]),
                handed_over=handed_over(connection, one.node, nodes, sorted(partners)),
            )
            for one in records
        ]


def _side_by_side[Result](
    connection: Connection, work: Callable[[Connection, Records], Result], records: Sequence[Records]
) -> list[Result]:
    """`work` for each node, a cursor of the same database each, results and the first error in the order given.

    One node's steps cannot keep two cores busy by themselves; two nodes' can.
    """

    def one_node(one: Records) -> Result:
        with connection.cursor() as cursor:
            return work(cursor, one)

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(one_node, records))


def _check_nodes(nodes: Sequence[str], partners: Collection[str]) -> None:
    if not nodes:
        raise BadInput("no_records", en="no records were given", es="no se dieron registros")
    for node in nodes:
        if nodes.count(node) > 1 or node in partners:
            raise BadInput(
                "same_node_twice",
                en=f"the records of {node} were given twice",
                es=f"los registros de {node} se dieron dos veces",
                where=node,
            )


def tables_needed(names: Iterable[str]) -> list[str]:
    """The record tables that counting `names` reads, and those in which a hand-over must be checked."""
    found = indicators()
    needed = set(SHARED_TABLES)
    for name in in_order(names, found):
        indicator = found[name]
        needed.add(indicator.table.name)
        needed.update(_tables_of(indicator.filter))
        if indicator.window is not None and indicator.window.table is not None:
            needed.add(indicator.window.table)
        if indicator.estimate is not None:
            needed.add("group_counts")
        needed.update(b.through.table for b in indicator.breakdowns.values() if b.through is not None)
    return sorted(needed)


def _tables_of(condition: Condition) -> set[str]:
    match condition:
        case Linked(table=table, condition=inner) | Exists(table=table, condition=inner):
            return {table} | _tables_of(inner)
    parts = getattr(condition, "parts", None) or ([condition.part] if hasattr(condition, "part") else [])
    return set().union(*(_tables_of(part) for part in parts)) if parts else set()


def count_node(
    connection: Connection, prefix: str, names: Sequence[str], window: Window | None, others: Collection[str]
) -> list[Cell]:
    """All totals of `names` over the tables `{prefix}_…` of one node, ordered by indicator, breakdown and cell."""
    needed = _needed(names)
    references = Counter(other for indicator in needed for other, _ in named(indicator.filter, indicator.table.name))
    kept = {one.id for one in needed if one.id in references or one.reaches_further}
    for indicator in needed:
        if indicator.id in kept:
            uses = [one for one in needed if dated_by(one) == indicator.id]
            same_window = len(uses) == references[indicator.id] and all(_same_date(one, indicator) for one in uses)
            if uses or indicator.id in names:
                applied = window if same_window else None
                connection.execute(meets_sql(indicator, prefix, applied, others))
            else:
                connection.execute(keys_sql(indicator, prefix))
    counted = {indicator.id: indicator for indicator in needed if indicator.id in names}
    from_kept = [name for name, one in counted.items() if name in kept and not one.sums_people]
    for name in from_kept:
        connection.execute(unit_sql(counted[name], prefix, f"meets_{name}", window))
    for number, pool in enumerate(pools([one for name, one in counted.items() if name not in from_kept])):
        connection.execute(pool_sql(f"pool_{number}", pool, prefix, window, others))
        for indicator in pool:
            connection.execute(unit_sql(indicator, prefix, f"pool_{number}", window))
    cells: list[Cell] = []
    for name in names:
        cells.extend(_count(connection, counted[name], prefix))
    return cells


def _same_date(one: Indicator, other: Indicator) -> bool:
    return one.window is not None and other.window is not None and one.window.date == other.window.date


def _needed(names: Sequence[str]) -> list[Indicator]:
    """`names` and what they name, in order; one named only once, and not counted, is written out in its place."""
    found = indicators()
    needed = [found[name] for name in in_order(names, found)]
    references = Counter(other for indicator in needed for other, _ in named(indicator.filter, indicator.table.name))
    inline = {one.id: one.filter for one in needed if one.id not in names and references[one.id] == 1}
    return [replace(one, filter=expanded(one.filter, inline)) for one in needed if one.id not in inline]


def _count(connection: Connection, indicator: Indicator, prefix: str) -> list[Cell]:
    counted, held = connection.execute(headline_sql(indicator, prefix)).fetchone()
    cells = [Cell(indicator.id, None, None, counted, held)]
    groups = _Groups.of(connection, indicator, prefix) if indicator.estimate else None
    for breakdown in indicator.breakdowns.values():
        totals: dict[str, tuple[int, int]] = {}
        for cell, here, all_held in connection.execute(breakdown_sql(indicator, breakdown, prefix)).fetchall():
            totals[_cell_text(cell)] = (here, all_held)
        if groups is not None and breakdown.through is None:
            groups.add(breakdown, totals)
        cells.extend(Cell(indicator.id, breakdown.name, cell, *totals[cell]) for cell in breakdown.in_order(totals))
    return cells


def _cell_text(value: object) -> str:
    return "" if value is None else str(value)


class _Groups:
    """Groups of unnamed people: their counts by code, and for single answers the rest as unknown."""

    def __init__(self, total: tuple[int, int], by_code: dict[str, dict[str, tuple[int, int]]]) -> None:
        self._total = total
        self._by_code = by_code

    @classmethod
    def of(cls, connection: Connection, indicator: Indicator, prefix: str) -> _Groups:
        misplaced = connection.execute(described_groups_sql(indicator, prefix)).fetchone()
        if misplaced:
            raise BadInput(
                "group_described",
                en=f"person_id {misplaced[0]}: an unnamed group has codes of its own; they belong in group_counts",
                es=f"person_id {misplaced[0]}: un grupo sin nombres tiene códigos propios; van en group_counts",
                where="persons",
            )
        counted, held = connection.execute(group_total_sql(indicator, prefix)).fetchone()
        by_code: dict[str, dict[str, tuple[int, int]]] = {}
        for attribute, code, here, all_held in connection.execute(groups_sql(indicator, prefix)).fetchall():
            by_code.setdefault(attribute, {})[code] = (here, all_held)
        return cls((counted, held), by_code)

    def add(self, breakdown: Breakdown, totals: dict[str, tuple[int, int]]) -> None:
        """Add the groups' people to the totals of `breakdown`. No group has more than its estimate: see attach."""
        attribute = next(
            name
            for name, entry in code_list("group_attribute").codes.items()
            if entry.properties["column"] == breakdown.column
        )
        named_counted = named_held = 0
        for code, (counted, held) in self._by_code.get(attribute, {}).items():
            _add(totals, code, counted, held)
            named_counted, named_held = named_counted + counted, named_held + held
        if not breakdown.multiple and breakdown.unknown is not None:
            _add(totals, breakdown.unknown, self._total[0] - named_counted, self._total[1] - named_held)


def _add(totals: dict[str, tuple[int, int]], code: str, counted: int, held: int) -> None:
    before = totals.get(code, (0, 0))
    if held or code in totals:
        totals[code] = (before[0] + counted, before[1] + held)
