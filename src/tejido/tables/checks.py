# SPDX-License-Identifier: Apache-2.0
"""What must hold inside and between the record tables, checked in sets by DuckDB.

The good case is what must be fast: one pass over each column group, never a row in Python. Only when a pass finds
something does a second, slower query ask where.
"""

# ruff: noqa: S608  names in the SQL come from declared tables; values are quoted in `sources`
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from tejido.tables.groups import check_groups
from tejido.tables.manifest import Manifest, is_node_name
from tejido.tables.place_of_error import Finder
from tejido.tables.records import record_table
from tejido.tables.rules import REQUIRED, row_rules
from tejido.tables.shape import Column, Kind, Table
from tejido.tables.sources import Connection, NoSource, Source, literal, quoted
from tejido.vocabulary import code_list


def check_records(connection: Connection, prefix: str, sources: Mapping[str, Source], manifest: Manifest) -> None:
    """Raises `BadInput` naming file, row and column of the first thing that is wrong.

    References and the counts of groups are checked where both tables are among `sources`.
    """
    check = _Check(connection, prefix, manifest, Finder(connection, prefix, sources))
    tables = [record_table(name) for name, source in sources.items() if not isinstance(source, NoSource)]
    for table in tables:
        check.values(table)
    for name in sources:
        check.key(record_table(name))
    for table in tables:
        check.references(table, sources)
    if "group_counts" in sources and "persons" in sources:
        check_groups(connection, prefix, check.find)
    for table in tables:
        check.complete(table)
    check.forget()


# A tie runs from a person to a person or a business.
_TARGETS = {("ties", "from_id"): ("persons",), ("ties", "to_id"): ("persons", "businesses")}
_NO_NODE = (
    "{value} cannot name a node; expected lower-case letters, digits, - and _",
    "{value} no puede nombrar a una organización; se esperaban minúsculas, dígitos, - y _",
)


@dataclass(frozen=True)
class _Check:
    connection: Connection
    prefix: str
    manifest: Manifest
    find: Finder

    def values(self, table: Table) -> None:
        """Codes are in their lists; rows keep their rules."""
        self._single_codes(table)
        for column in table.columns:
            if column.kind is Kind.CODES:
                self._several_codes(table, column)
        rules = row_rules(table, self.manifest.as_of)
        if not rules:
            return
        counts = ", ".join(f"count(*) FILTER ({rule.broken})" for rule in rules)
        broken = self._one(f"SELECT {counts} FROM {self._name(table)}")
        for rule, rows in zip(rules, broken, strict=True):
            if rows:
                self.find.refuse(table, rule.column, rule.broken, rule.en, rule.es, more=rows - 1)

    def _single_codes(self, table: Table) -> None:
        """Distinct values of all code columns in one pass: they are few, and only they are compared with the lists."""
        columns = [column for column in table.columns if column.kind is Kind.CODE or column.name == "counted_by"]
        if not columns:
            return
        distinct = ", ".join(f"list(DISTINCT {quoted(column.name)})" for column in columns)
        for column, values in zip(columns, self._one(f"SELECT {distinct} FROM {self._name(table)}"), strict=True):
            name, given = quoted(column.name), sorted(value for value in values or [] if value is not None)
            if column.codes is None:
                for value in given:
                    if not is_node_name(value):
                        self.find.refuse(table, column.name, f"{name} = {literal(value)}", *_NO_NODE)
            else:
                known = code_list(column.codes)
                for value in given:
                    if value not in known:
                        self._bad_code(table, column, f"{name} = {literal(value)}", value)
            if column.required and values and None in values:
                self.find.refuse(table, column.name, f"{name} IS NULL", *REQUIRED)

    def _several_codes(self, table: Table, column: Column) -> None:
        name, known = quoted(column.name), code_list(column.codes or "")
        (values,) = self._one(
            f"SELECT list(DISTINCT value) FROM (SELECT unnest({name}) AS value FROM {self._name(table)})"
        )
        for value in sorted(values or [], key=lambda value: value or ""):
            if value is None or value not in known:
                self._bad_code(table, column, f"list_contains({name}, {literal(value or '')})", value or "")

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

    def key(self, table: Table) -> None:
        """Every row has its own id. Keeps the hashed ids, against which references are then checked.

        64-bit hashes: two of 2 million ids share one by chance once in ten million files, and then exact counts decide.
        """
        if table.key is None:
            return
        name, keys = quoted(table.key), self._keys(table.name)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {keys} AS SELECT DISTINCT hash({name}) AS id FROM {self._name(table)}"
        )
        (rows,) = self._one(f"SELECT count(*) FROM {self._name(table)}")
        ids, missing = self._one(f"SELECT count(*), count(*) FILTER (id = hash(NULL::VARCHAR)) FROM {keys}")
        if missing:
            self.find.refuse(table, table.key, f"{name} IS NULL", *REQUIRED)
        if ids < rows:
            self.find.refuse_duplicate(table, table.key)

    def references(self, table: Table, present: Collection[str]) -> None:
        """Every id that points to another table finds its row there, or in one of several."""
        for column in table.columns:
            targets = _TARGETS.get((table.name, column.name), (column.references,) if column.references else ())
            if targets and set(targets) <= set(present):
                self._references(table, column, targets)

    def _references(self, table: Table, column: Column, targets: tuple[str | None, ...]) -> None:
        name = quoted(column.name)
        known = " UNION ALL ".join(f"SELECT id FROM {self._keys(str(target))}" for target in targets)
        # A missing value hashes to something no id hashes to: one pass finds both what is missing and what dangles.
        unmatched, dangling = self._one(
            f"SELECT count(*), count({name}) FROM {self._name(table)} ANTI JOIN ({known}) k ON hash({name}) = k.id"
        )
        if column.required and unmatched > dangling:
            self.find.refuse(table, column.name, f"{name} IS NULL", *REQUIRED, more=unmatched - dangling - 1)
        if dangling:
            called = " or ".join(map(str, targets))
            self.find.refuse(
                table,
                column.name,
                f"{name} IS NOT NULL AND hash({name}) NOT IN ({known})",
                f"{{value}} is not in the table {called}",
                f"{{value}} no está en la tabla {called.replace(' or ', ' ni en la tabla ')}",
                more=dangling - 1,
            )

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

    def _one(self, sql: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self.connection.execute(sql).fetchone()
        return row
