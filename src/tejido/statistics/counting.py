# SPDX-License-Identifier: Apache-2.0
"""Counting declared indicators over records, in memory: exact totals, no row about anyone leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import duckdb

from tejido.statistics.coding import check_versions
from tejido.statistics.conditions import Condition, Exists, Linked, parts_of
from tejido.statistics.definitions import definitions_hash, in_order, indicators
from tejido.statistics.handovers import SHARED_TABLES, check_handovers, handed_over
from tejido.statistics.holdings import Holdings
from tejido.statistics.layout import layout
from tejido.statistics.tabulation import Cell, Tabulation
from tejido.statistics.totals import cells_of
from tejido.statistics.window import Window
from tejido.tables.reading import Records
from tejido.vocabulary import BadInput

Connection = Any  # duckdb.DuckDBPyConnection; duckdb ships no types that mypy is told to follow
_THREADS = 2
_MEMORY = "4GB"
_MANY_ROWS = 20_000_000


@contextmanager
def counter() -> Any:
    """A DuckDB connection that keeps everything in memory and never writes: temporary files would hold people."""
    connection = duckdb.connect(":memory:", config={"threads": _THREADS, "memory_limit": _MEMORY})
    try:
        connection.execute("SET temp_directory = ''")
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
    for one in records:
        check_versions(one.node, one.code_lists, wanted)
    with counter() as connection:
        prefixes = {one.node: f"n{number}" for number, one in enumerate(records)}
        tables = tables_needed(wanted)
        together = {*nodes, *partners}

        def count(one: Records) -> list[Cell]:
            with connection.cursor() as cursor:
                rows = one.attach(cursor, prefixes[one.node], tables=tables)
            return count_node(Holdings(rows, together - {one.node}), wanted, window)

        cells = dict(zip(nodes, _each(count, records), strict=True))
        check_handovers(connection, prefixes, sorted(partners))
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


def _each[Result](work: Callable[[Records], Result], records: Sequence[Records]) -> list[Result]:
    """`work` for each node, results and the first error in the order given.

    Side by side, for one node's steps cannot keep two cores busy by themselves and two nodes' can; one after the other
    where together they would not fit into memory.
    """
    if sum(one.said_rows for one in records) > _MANY_ROWS:
        return [work(one) for one in records]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, records))


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
        for breakdown in indicator.breakdowns.values():
            if breakdown.through is not None:
                needed |= {breakdown.through.table} | _tables_of(breakdown.through.condition)
                needed |= {"group_counts"} if breakdown.through.table == "persons" else set()
    return sorted(needed)


def _tables_of(condition: Condition) -> set[str]:
    return {part.table for part, _ in parts_of(condition, "") if isinstance(part, (Linked, Exists))}


def count_node(holdings: Holdings, names: Sequence[str], window: Window | None) -> list[Cell]:
    """All totals of `names` at one node, ordered by indicator, breakdown and cell."""
    return [cell for name in names for cell in cells_of(indicators()[name], holdings, window)]
