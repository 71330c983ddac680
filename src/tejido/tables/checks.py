# SPDX-License-Identifier: Apache-2.0
"""What must hold inside and between the record tables, checked in sets by DuckDB.

The good case is what must be fast: each column is read once, never a row in Python, and what was read is what
is counted afterwards. Only when a check finds something does a second, slower query ask where.
"""

# ruff: noqa: S608  names in the SQL come from declared tables; values are quoted in `sources`
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

import duckdb
import numpy as np
import numpy.typing as npt

from tejido.tables.groups import check_group_rows, check_groups
from tejido.tables.id_sets import NOWHERE, Hashes, IdSet
from tejido.tables.manifest import Manifest, is_node_name
from tejido.tables.place_of_error import Finder
from tejido.tables.records import record_table
from tejido.tables.rows import MISSING, NO_NUMBER, Codes, TableRows, is_coded, narrowed
from tejido.tables.rules import REQUIRED, RowRule, row_rules
from tejido.tables.shape import Column, Kind, Table
from tejido.tables.sources import Connection, NoSource, ParquetSource, Source, damaged, literal, quoted
from tejido.vocabulary import code_list


def check_records(
    connection: Connection, prefix: str, sources: Mapping[str, Source], manifest: Manifest, *, whole: bool = True
) -> dict[str, TableRows]:
    """Raises `BadInput` naming file, row and column of the first thing that is wrong; the rows by table if nothing is.

    References and the counts of groups are checked where both tables are among `sources`. `whole` adds what counting
    together refuses by itself: a hand-over that stands twice.
    """
    attempt = 0
    while True:
        try:
            return _checked(_Check(connection, prefix, manifest, Finder(connection, prefix, sources), attempt), whole)
        except _SharedHash:
            attempt += 1


def _checked(check: _Check, whole: bool) -> dict[str, TableRows]:
    sources = check.find.sources
    tables = [record_table(name) for name in sources]
    # Ids are the largest of what is read: each table's are let go as soon as nothing is looked up in them.
    order = _pointed_to_first(tables)
    for place, table in enumerate(order, 1):
        hashes = check.values(table)
        check.key(table, hashes)
        check.references(table, hashes)
        del hashes
        check.keep({name for later in order[place:] for column in later.columns for name in _targets(later, column)})
    if "group_counts" in sources and "persons" in sources:
        check_groups(check.rows, check.find)
    if "persons" in sources:
        check_group_rows(check.rows["persons"], check.find)
    for table in tables:
        check.complete(table)
    for table in tables:
        if whole and "handover_id" in table.names:
            check.handed_over_once(table)
    return check.rows


def _pointed_to_first(tables: Sequence[Table]) -> list[Table]:
    """Each table after those it points to, and straight after: the ids it is looked up in are held no longer."""
    known = {table.name: table for table in tables}
    points = {one.name: {name for column in one.columns for name in _targets(one, column)} & {*known} for one in tables}
    order: list[str] = []

    def visit(name: str) -> None:
        for target in sorted(points[name] - {*order}):
            visit(target)
        if name not in order:
            order.append(name)
            for other in known:
                if name in points[other] and points[other] <= {*order}:
                    visit(other)

    for name in known:
        visit(name)
    return [known[name] for name in order]


class _SharedHash(Exception):
    """Two different ids have the same hash."""


def _hashed(name: str, attempt: int) -> str:
    """SQL for a 64-bit hash of an id: of 2 million ids two share one by chance once in millions of files.

    Another attempt hashes other text, so that those two are told apart.
    """
    return f"hash({name} || '{attempt}')" if attempt else f"hash({name})"


# A tie runs from a person to a person or a business.
_TARGETS = {("ties", "from_id"): ("persons",), ("ties", "to_id"): ("persons", "businesses")}
_NO_NODE = (
    "{value} cannot name a node; expected lower-case letters, digits, - and _",
    "{value} no puede nombrar a una organización; se esperaban minúsculas, dígitos, - y _",
)

_TWICE = (
    "the same hand-over {value} stands in several rows; expected one",
    "el mismo traspaso {value} está en varias filas; se esperaba una",
)

_PORTION = 1_000_000  # rows that are read at once
_NUMBERS = (Kind.DATE, Kind.INTEGER, Kind.FLAG)


def _number(column: Column) -> str:
    name = quoted(column.name)
    number = {
        Kind.DATE: f"({name} - DATE '1970-01-01')::INTEGER",
        Kind.FLAG: f"{name}::TINYINT",  # a byte each: Arrow's eighths of one are no numpy array
    }.get(column.kind, name)
    return f"coalesce({number}, {NO_NUMBER})" if column.measured else number


def _targets(table: Table, column: Column) -> tuple[str, ...]:
    """The tables in one of which a reference finds its row; none where the column is no reference."""
    return _TARGETS.get((table.name, column.name), (column.references,) if column.references else ())


def _wrong(column: Column, codes: Codes) -> list[str | None]:
    """Which values may not stand in a column of codes or of nodes, what is missing last."""
    if column.kind is Kind.TEXT:
        return []
    known = code_list(column.codes) if column.codes is not None else None
    right = [value for value in codes.values if (is_node_name(value) if known is None else value in known)]
    missing_is_wrong = column.required or column.kind is Kind.CODES
    if len(right) == len(codes.values) and not (missing_is_wrong and (codes.numbers == MISSING).any()):
        return []
    used = codes.used
    wrong = sorted(value for value in used if value is not None and value not in right)
    return [*wrong, None] if None in used and missing_is_wrong else [*wrong]


@dataclass(frozen=True)
class _Check:
    connection: Connection
    prefix: str
    manifest: Manifest
    find: Finder
    attempt: int
    rows: dict[str, TableRows] = field(default_factory=dict)  # by table
    ids: dict[str, IdSet] = field(default_factory=dict)  # by table

    def values(self, table: Table) -> dict[str, Hashes]:
        """Codes are in their lists; rows keep their rules. Reads all of the table that is looked at.

        Returns its hashed ids, by column.
        """
        columns = [column for column in table.columns if is_coded(column)]
        codes = self.find.sources[table.name].codes(self.connection, f"{self.prefix}_{table.name}", columns)
        for column in columns:
            for value in _wrong(column, codes[column.name]):
                self._bad_value(table, column, value)
        rules = row_rules(table, self.manifest.as_of)
        ids = [column.name for column in table.columns if column.name == table.key or _targets(table, column)]
        numbers = [c for c in table.columns if (c.required or c.measured) and c.kind in _NUMBERS]
        query = (
            f"SELECT {', '.join(f'{_hashed(quoted(name), self.attempt)} AS {quoted(name)}' for name in ids)}, "
            f"{''.join(f'{_number(column)} AS {quoted(column.name)}, ' for column in numbers)}"
            f"coalesce({' OR '.join(f'({rule.broken})' for rule in rules) or 'false'}, false) AS __broken "
            f"FROM {self._name(table)}"
        )
        found: dict[str, list[npt.NDArray[Any]]] = {name: [np.empty(0, np.uint64)] for name in ids}
        found |= {column.name: [np.empty(0, np.int8)] for column in numbers}
        size = 0
        try:
            with self.connection.cursor() as cursor:
                for portion in cursor.sql(query).to_arrow_reader(_PORTION):
                    if portion.column("__broken").true_count:
                        self._broken(table, rules)
                    size += len(portion)
                    for name, parts in found.items():
                        parts.append(narrowed(np.from_dlpack(portion.column(name))))
        except duckdb.Error as error:
            source = self.find.sources[table.name]
            if isinstance(source, ParquetSource) and not isinstance(error, duckdb.OutOfMemoryException):
                raise damaged(source.name) from None
            raise
        whole = {name: np.concatenate(found.pop(name)) for name in (*found,)}
        flags = {column.name for column in numbers if column.kind is Kind.FLAG}
        counted = {c.name: whole[c.name].view(np.bool_) if c.name in flags else whole[c.name] for c in numbers}
        self.rows[table.name] = TableRows(size, codes, counted)
        return {name: whole[name] for name in ids}

    def _broken(self, table: Table, rules: list[RowRule]) -> None:
        counts = ", ".join(f"count(*) FILTER ({rule.broken})" for rule in rules)
        broken = self._one(f"SELECT {counts} FROM {self._name(table)}")
        for rule, rows in zip(rules, broken, strict=True):
            if rows:
                self.find.refuse(table, rule.column, rule.broken, rule.en, rule.es, more=rows - 1)

    def _bad_value(self, table: Table, column: Column, value: str | None) -> NoReturn:
        name = quoted(column.name)
        if column.kind is Kind.CODES:
            holds = (
                f"list_contains({name}, {literal(value)})" if value is not None else f"list_count({name}) < len({name})"
            )
            self._bad_code(table, column, holds, value or "")
        if value is None:
            self.find.refuse(table, column.name, f"{name} IS NULL", *REQUIRED)
        if column.codes is None:
            self.find.refuse(table, column.name, f"{name} = {literal(value)}", *_NO_NODE)
        self._bad_code(table, column, f"{name} = {literal(value)}", value)

    def _bad_code(self, table: Table, column: Column, broken: str, value: str) -> NoReturn:
        listed = list(code_list(column.codes or ""))
        some = (
            ", ".join(listed) if len(listed) <= 12 else f"{', '.join(listed[:3])} …, tejido tables show {column.codes}"
        )
        self.find.refuse(
            table,
            column.name,
            broken,
            f"{value!r} is not a code of the list {column.codes} ({some})",
            f"{value!r} no es un código de la lista {column.codes} ({some})",
        )

    def key(self, table: Table, hashes: Mapping[str, Hashes]) -> None:
        """Every row has its own id."""
        if table.key is None:
            return
        ids = self.ids[table.name] = IdSet(hashes[table.key])
        if ids.rows(self._nothing)[0] != NOWHERE:
            self.find.refuse(table, table.key, f"{quoted(table.key)} IS NULL", *REQUIRED)
        if ids.repeated:
            self.find.refuse_duplicate(table, table.key)
            raise _SharedHash

    def references(self, table: Table, hashes: Mapping[str, Hashes]) -> None:
        """Every id that points to another table finds its row there, or in one of several."""
        for column in table.columns:
            targets = _targets(table, column)
            if targets and set(targets) <= set(self.ids):
                self._references(table, column, targets, hashes[column.name])

    def keep(self, tables: Collection[str]) -> None:
        """Let go of the ids of all other tables."""
        for name in self.ids.keys() - tables:
            del self.ids[name]

    def _references(self, table: Table, column: Column, targets: tuple[str, ...], hashes: Hashes) -> None:
        found = self.ids[targets[0]].rows(hashes)
        self.rows[table.name].points_to[column.name] = found
        missing = hashes[found == NOWHERE]
        for target in targets[1:]:
            missing = missing[self.ids[target].rows(missing) == NOWHERE]
        dangling = int(np.count_nonzero(missing != self._nothing))
        name, empty = quoted(column.name), missing.size - dangling
        if column.required and empty:
            self.find.refuse(table, column.name, f"{name} IS NULL", *REQUIRED, more=empty - 1)
        if dangling:
            known = " UNION ALL ".join(
                f"SELECT {quoted(str(record_table(target).key))} FROM {self._name(record_table(target))}"
                for target in targets
            )
            called = " or ".join(targets)
            short_en, short_es = self._shortened(targets)
            self.find.refuse(
                table,
                column.name,
                f"{name} IS NOT NULL AND {name} NOT IN ({known})",
                f"{{value}} is not in the table {called}{short_en}",
                f"{{value}} no está en la tabla {called.replace(' or ', ' ni en la tabla ')}{short_es}",
                more=dangling - 1,
            )

    def _shortened(self, targets: tuple[str, ...]) -> tuple[str, str]:
        """Said of references that dangle because the table they point to was cut: that is where to look."""
        for target in targets:
            expected = self.manifest.rows.get(target, 0)
            if (rows := self.rows[target].size) < expected:
                return f" (which has {rows} of its {expected} rows)", f" (que tiene {rows} de sus {expected} filas)"
        return "", ""

    def complete(self, table: Table) -> None:
        """No fewer rows than `records.json` says were written: a file cut between two rows is whole to the eye."""
        expected = self.manifest.rows.get(table.name, 0)
        there = not isinstance(self.find.sources[table.name], NoSource)
        if there and (rows := self.rows[table.name].size) < expected:
            self.find.refuse_cut(table, rows, expected)

    def handed_over_once(self, table: Table) -> None:
        """One row for each hand-over: a second one would be counted twice."""
        twice = f"SELECT handover_id FROM {self._name(table)} GROUP BY handover_id HAVING count(*) > 1"
        broken = f"handover_id IN ({twice})"
        if (rows := self._one(f"SELECT count(*) FROM {self._name(table)} WHERE {broken}")[0]) > 0:
            self.find.refuse(table, "handover_id", broken, *_TWICE, more=rows - 1)

    @cached_property
    def _nothing(self) -> Hashes:
        """The hash of a missing value, alone."""
        found: Hashes = self.connection.execute(
            f"SELECT {_hashed('NULL::VARCHAR', self.attempt)} AS nothing"
        ).fetchnumpy()["nothing"]
        return found

    def _name(self, table: Table) -> str:
        return quoted(f"{self.prefix}_{table.name}")

    def _one(self, sql: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self.connection.execute(sql).fetchone()
        return row
