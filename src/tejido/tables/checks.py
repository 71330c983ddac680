# SPDX-License-Identifier: Apache-2.0
"""What must hold inside and between the record tables, checked in sets by DuckDB.

The good case is what must be fast: one pass over each column group, never a row in Python. Only when a pass finds
something does a second, slower query ask where.
"""

# ruff: noqa: S608  names in the SQL come from declared tables; values are quoted in `sources`
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from tejido.tables.groups import check_groups
from tejido.tables.manifest import Manifest, is_node_name
from tejido.tables.place_of_error import Finder
from tejido.tables.records import record_table
from tejido.tables.rules import REQUIRED, row_rules
from tejido.tables.shape import Column, Kind, Table
from tejido.tables.sources import Connection, Source, literal, quoted
from tejido.vocabulary import code_list


def check_records(connection: Connection, prefix: str, sources: Mapping[str, Source], manifest: Manifest) -> None:
    """Raises `BadInput` naming file, row and column of the first thing that is wrong.

    References and the counts of groups are checked where both tables are among `sources`.
    """
    check = _Check(connection, prefix, manifest, Finder(connection, prefix, sources))
    tables = [record_table(name) for name in sources]
    for table in tables:
        check.values(table)
        check.key(table)
    for table in tables:
        check.references(table, sources)
    if "group_counts" in sources and "persons" in sources:
        check_groups(connection, prefix, check.find)
    if {"ties", "persons", "businesses"} <= set(sources):
        check.ties()
    for table in tables:
        check.complete(table)
    check.forget()


@dataclass(frozen=True)
class _Check:
    connection: Connection
    prefix: str
    manifest: Manifest
    find: Finder

    def values(self, table: Table) -> None:
        """Codes are in their lists; rows keep their rules."""
        for column in table.columns:
            if column.codes:
                self._codes(table, column)
            elif column.name == "counted_by":
                self._node_names(table, column)
        rules = row_rules(table, self.manifest.as_of)
        if not rules:
            return
        counts = ", ".join(f"count(*) FILTER ({rule.broken})" for rule in rules)
        broken = self._one(f"SELECT {counts} FROM {self._name(table)}")
        for rule, rows in zip(rules, broken, strict=True):
            if rows:
                self.find.refuse(table, rule.column, rule.broken, rule.en, rule.es, more=rows - 1)

    def _codes(self, table: Table, column: Column) -> None:
        """Distinct values first: they are few, and a list of codes is then compared with few values."""
        codes = code_list(column.codes or "")
        name = quoted(column.name)
        value = f"unnest({name})" if column.kind is Kind.CODES else name
        known = ", ".join(literal(code) for code in codes)
        found = self.connection.execute(
            f"SELECT value FROM (SELECT DISTINCT {value} AS value FROM {self._name(table)}) "
            f"WHERE value IS NULL OR value NOT IN ({known}) ORDER BY value NULLS LAST LIMIT 1"
        ).fetchone()
        if found is None:
            return
        if found[0] is None:
            if column.kind is Kind.CODES:
                self._bad_codes(
                    table, column, f"list_contains(list_transform({name}, x -> x IS NULL), true)", codes.name
                )
            elif column.required:
                self.find.refuse(table, column.name, f"{name} IS NULL", *REQUIRED)
            return
        if column.kind is Kind.CODES:
            self._bad_codes(table, column, f"list_contains({name}, {literal(found[0])})", codes.name, found[0])
        self._bad_codes(table, column, f"{name} = {literal(found[0])}", codes.name, found[0])

    def _bad_codes(self, table: Table, column: Column, broken: str, codes: str, value: str = "") -> NoReturn:
        listed = list(code_list(codes))
        some = ", ".join(listed) if len(listed) <= 12 else f"{', '.join(listed[:3])} … (tejido tables show {codes})"
        self.find.refuse(
            table,
            column.name,
            broken,
            f"{value!r} is not a code of the list {codes}; expected {some}",
            f"{value!r} no es un código de la lista {codes}; se esperaba {some}",
        )

    def _node_names(self, table: Table, column: Column) -> None:
        name = quoted(column.name)
        found = self.connection.execute(f"SELECT DISTINCT {name} FROM {self._name(table)} LIMIT 1000").fetchall()
        for (value,) in sorted(found, key=str):
            if value is not None and not is_node_name(value):
                self.find.refuse(
                    table,
                    column.name,
                    f"{name} = {literal(value)}",
                    "{value} cannot name a node; expected lower-case letters, digits, - and _",
                    "{value} no puede nombrar a una organización; se esperaban minúsculas, dígitos, - y _",
                )

    def key(self, table: Table) -> None:
        """Every row has its own id. Keeps a set of hashed ids, against which references are then checked.

        64-bit hashes: two of 2 million ids share one by chance once in ten million files; then the exact count decides.
        """
        if table.key is None:
            return
        name, keys = quoted(table.key), self._keys(table.name)
        rows, given = self._one(f"SELECT count(*), count({name}) FROM {self._name(table)}")
        if given < rows:
            self.find.refuse(table, table.key, f"{name} IS NULL", *REQUIRED)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {keys} AS SELECT DISTINCT hash({name}) AS id FROM {self._name(table)}"
        )
        if self._one(f"SELECT count(*) FROM {keys}")[0] < rows:
            self.find.refuse_duplicate(table, table.key)

    def references(self, table: Table, sources: Mapping[str, Source]) -> None:
        """Every id that points to another table finds its row there."""
        for column in table.columns:
            if column.references is None:
                continue
            name = quoted(column.name)
            if column.required and self._one(f"SELECT count(*) - count({name}) FROM {self._name(table)}")[0]:
                self.find.refuse(table, column.name, f"{name} IS NULL", *REQUIRED)
            if column.references not in sources:
                continue
            dangling = f"{name} IS NOT NULL AND hash({name}) NOT IN (SELECT id FROM {self._keys(column.references)})"
            if rows := self._one(f"SELECT count(*) FROM {self._name(table)} WHERE {dangling}")[0]:
                self.find.refuse(
                    table,
                    column.name,
                    dangling,
                    f"{{value}} is not in the table {column.references}",
                    f"{{value}} no está en la tabla {column.references}",
                    more=rows - 1,
                )

    def ties(self) -> None:
        """A tie runs from a person to a person or a business."""
        table = record_table("ties")
        persons, businesses = self._keys("persons"), self._keys("businesses")
        ends = {
            "from_id": (f"(SELECT id FROM {persons})", "persons"),
            "to_id": (f"(SELECT id FROM {persons} UNION ALL SELECT id FROM {businesses})", "persons or businesses"),
        }
        for column, (known, called) in ends.items():
            if self._one(f"SELECT count(*) - count({column}) FROM {self._name(table)}")[0]:
                self.find.refuse(table, column, f"{column} IS NULL", *REQUIRED)
            dangling = f"hash({column}) NOT IN {known}"
            if rows := self._one(f"SELECT count(*) FROM {self._name(table)} WHERE {dangling}")[0]:
                en = f"{{value}} is not in the table {called}"
                es = f"{{value}} no está en la tabla {called.replace(' or ', ' ni en ')}"
                self.find.refuse(table, column, dangling, en, es, more=rows - 1)

    def complete(self, table: Table) -> None:
        """No fewer rows than `records.json` says were written: a file cut between two rows is whole to the eye."""
        expected = self.manifest.rows.get(table.name, 0)
        if expected and (rows := self._one(f"SELECT count(*) FROM {self._name(table)}")[0]) < expected:
            self.find.refuse_cut(table, rows, expected)

    def forget(self) -> None:
        """Drop the sets of ids."""
        for name in ("contacts", "cases", "persons", "places", "businesses"):
            self.connection.execute(f"DROP TABLE IF EXISTS {self._keys(name)}")

    def _name(self, table: Table) -> str:
        return quoted(f"{self.prefix}_{table.name}")

    def _keys(self, table: str) -> str:
        return quoted(f"{self.prefix}_{table}__ids")

    def _one(self, sql: str) -> tuple[int, ...]:
        row: tuple[int, ...] = self.connection.execute(sql).fetchone()
        return row
