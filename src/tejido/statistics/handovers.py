# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608  every piece of SQL here is built from declared names and quoted node names, never from records
"""Cases two nodes know through a hand-over: exactly one of them counts, and both must say the same about which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tejido.statistics.tabulation import HandedOver, Tabulation
from tejido.tables import RECORD_TABLES
from tejido.tables.records import CASES, PERSONS
from tejido.tables.sources import literal
from tejido.vocabulary import BadInput

SHARED_TABLES = tuple(table.name for table in RECORD_TABLES if "handover_id" in table.names)


def check_handovers(connection: Any, prefixes: Mapping[str, str], partners: Sequence[str]) -> None:
    """Compare the hand-overs of nodes counted from their rows; raises `BadInput` naming the first that cannot be right.

    `prefixes`: table prefix by node. `partners`: nodes counted together with these whose rows are not here.
    """
    for table in SHARED_TABLES:
        parts = [
            f"SELECT {literal(node)} AS node, case_id, handover_id, counted_by FROM {prefix}_{table} "
            "WHERE handover_id IS NOT NULL"
            for node, prefix in prefixes.items()
        ]
        connection.execute(f"CREATE OR REPLACE TEMP TABLE handed_over_{table} AS {' UNION ALL '.join(parts)}")
        for problem in (_doubled, _disputed, _left_to_no_one, _counted_elsewhere):
            problem(connection, table, tuple(prefixes), partners)
    _counted_beside_its_case(connection)


def _first(connection: Any, query: str) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = connection.execute(f"{query} ORDER BY ALL LIMIT 1").fetchone()
    return row


def _listed(nodes: Sequence[str]) -> str:
    return ", ".join(literal(node) for node in nodes)


def _refused(node: str, table: str, handover: str | None, en: str, es: str) -> BadInput:
    row = f", handover_id {handover}" if handover else ""
    return BadInput("handover", en=en, es=es, where=f"{node}/{table}{row}")


def _doubled(connection: Any, table: str, nodes: Sequence[str], partners: Sequence[str]) -> None:
    found = _first(
        connection,
        f"SELECT node, handover_id, count(*) AS times FROM handed_over_{table} "
        "GROUP BY node, handover_id HAVING count(*) > 1",
    )
    if found:
        raise _refused(
            found[0],
            table,
            found[1],
            f"the same handover_id stands in {found[2]} rows; expected one",
            f"el mismo handover_id aparece en {found[2]} filas; se esperaba una",
        )


def _disputed(connection: Any, table: str, nodes: Sequence[str], partners: Sequence[str]) -> None:
    found = _first(
        connection,
        # No node holds it twice (see _doubled), so several rows are several nodes. Few are disputed: who says what is
        # asked about those alone.
        "SELECT min(node), handover_id, max(node), arg_min(coalesce(counted_by, ''), node), "
        f"arg_max(coalesce(counted_by, ''), node) FROM handed_over_{table} WHERE handover_id IN ("
        f"SELECT handover_id FROM handed_over_{table} GROUP BY handover_id HAVING count(*) > 1 "
        "AND (min(counted_by) IS DISTINCT FROM max(counted_by) OR count(counted_by) < count(*))) "
        "GROUP BY handover_id",
    )
    if found and found[3] == found[4]:
        raise _refused(
            found[0],
            table,
            found[1],
            f"{found[0]} and {found[2]} both hold it, and neither says who counts it (counted_by)",
            f"{found[0]} y {found[2]} lo tienen, y ninguna dice quién lo cuenta (counted_by)",
        )
    if found:
        raise _refused(
            found[0],
            table,
            found[1],
            f"{found[0]} says it is counted by {found[3] or 'no one'}, {found[2]} says by {found[4] or 'no one'}",
            f"{found[0]} dice que lo cuenta {found[3] or 'nadie'}; {found[2]}, que lo cuenta {found[4] or 'nadie'}",
        )


def _left_to_no_one(connection: Any, table: str, nodes: Sequence[str], partners: Sequence[str]) -> None:
    found = _first(
        connection,
        f"SELECT a.node, a.handover_id, a.counted_by FROM handed_over_{table} AS a "
        f"ANTI JOIN handed_over_{table} AS b ON b.handover_id = a.handover_id AND b.node = a.counted_by "
        f"WHERE a.counted_by IN ({_listed(nodes)})  AND a.counted_by <> a.node",
    )
    if found:
        raise _refused(
            found[0],
            table,
            found[1],
            f"left to {found[2]} to count, but {found[2]} holds no such hand-over: a row was removed or doubled",
            f"se deja a {found[2]} para que lo cuente, pero {found[2]} no tiene ese traspaso: falta o sobra una fila",
        )


def _counted_elsewhere(connection: Any, table: str, nodes: Sequence[str], partners: Sequence[str]) -> None:
    present = _listed([*nodes, *partners])
    found = _first(
        connection,
        f"SELECT min(node), handover_id, max(node), max(counted_by) FROM handed_over_{table} "
        f"WHERE counted_by NOT IN ({present}) "
        "GROUP BY handover_id HAVING count(DISTINCT node) > 1",
    )
    if found:
        raise _refused(
            found[0],
            table,
            found[1],
            f"{found[0]} and {found[2]} hold it and leave it to {found[3]}, whose records are not given",
            f"{found[0]} y {found[2]} lo tienen y lo dejan a {found[3]}, cuyos registros no se dieron",
        )


def _counted_beside_its_case(connection: Any) -> None:
    """A person counted by another than her case could be counted twice, and from totals alone nobody would see it."""
    found = _first(
        connection,
        "SELECT a.node, a.handover_id, a.counted_by, b.counted_by "
        f"FROM handed_over_{PERSONS.name} AS a JOIN handed_over_{CASES.name} AS b USING (node, case_id) "
        "WHERE a.counted_by IS DISTINCT FROM b.counted_by",
    )
    if found:
        raise _refused(
            found[0],
            PERSONS.name,
            found[1],
            f"counted by {found[2] or 'no one'}, but the case by {found[3] or 'no one'}; expected the same",
            f"la cuenta {found[2] or 'nadie'}, pero al caso, {found[3] or 'nadie'}; se esperaba la misma",
        )


def handed_over(connection: Any, node: str, nodes: Sequence[str], partners: Sequence[str]) -> tuple[HandedOver, ...]:
    """How many rows `node` counts that others hold, and how many it leaves to each; after `check_handovers`.

    A hand-over that this node counts is known to be held elsewhere where rows are here; where a partner's are not,
    every one is reported, and `check_exchanged` compares the numbers.
    """
    found = []
    for table in SHARED_TABLES:
        here = f"counted_by = {literal(node)} AND node = {literal(node)}"
        if not partners:
            here += f" AND handover_id IN (SELECT handover_id FROM handed_over_{table} WHERE node <> {literal(node)})"
        counted = connection.execute(f"SELECT count(*) FROM handed_over_{table} WHERE {here}").fetchone()[0]
        others = [other for other in (*nodes, *partners) if other != node]
        left = dict.fromkeys(others, 0)
        if others:
            rows = connection.execute(
                f"SELECT counted_by, count(*) FROM handed_over_{table} "
                f"WHERE node = {literal(node)} AND counted_by IN ({_listed(others)}) "
                "GROUP BY counted_by"
            ).fetchall()
            left.update({str(other): int(number) for other, number in rows})
        found.append(HandedOver(table, int(counted), left))
    return tuple(found)


def check_exchanged(tabulations: Sequence[Tabulation]) -> None:
    """Compare what nodes leave to each other with what each counts, from totals alone; raises `BadInput`.

    Whoever counts must hold at least what any one partner leaves to it: a row removed there, or doubled here, shows as
    a difference. Of cases it must hold no more than all leave together, else a case is counted on both sides; it may
    know people in them whom a partner never heard of. (Two mistakes that cancel each other out do not show.)
    """
    for counting in tabulations:
        others = [other for other in tabulations if other.node != counting.node]
        if not others:
            continue
        for mine in counting.handed_over:
            left = {other.node: _left(other, mine.table, counting.node) for other in others}
            most = max(left, key=lambda node: (left[node], node))
            too_many = mine.table == CASES.name and mine.counted_here > sum(left.values())
            if left[most] > mine.counted_here or too_many:
                raise BadInput(
                    "handover_totals",
                    en=f"{counting.node} counts {mine.counted_here} handed-over {mine.table}, but "
                    f"{_worded(left, 'leaves', 'and')} to it: one side is out of date, or a row was removed or doubled",
                    es=f"{counting.node} cuenta {mine.counted_here} en {mine.table} por traspaso, pero "
                    f"{_worded(left, 'le deja', 'y')}: un lado no está al día, o falta o sobra una fila",
                    where=f"{counting.node}/{mine.table}",
                )


def _left(tabulation: Tabulation, table: str, to: str) -> int:
    return sum(entry.left_to.get(to, 0) for entry in tabulation.handed_over if entry.table == table)


def _worded(left: Mapping[str, int], verb: str, conjunction: str) -> str:
    return f" {conjunction} ".join(f"{node} {verb} {number}" for node, number in sorted(left.items()))
