# SPDX-License-Identifier: Apache-2.0
"""What must hold inside and between the record tables, checked in sets by DuckDB.

The good case is what must be fast: one pass over each column group, never a row in Python. Only when a pass finds
something does a second, slower query ask where.
"""

# ruff: noqa: S608  names in the SQL come from declared tables; values are quoted in `sources`
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tejido.tables.groups import check_group_rows, check_groups
from tejido.tables.id_sets import Hashes, IdSet
from tejido.tables.manifest import Manifest, is_node_name
from tejido.tables.place_of_error import Finder
from tejido.tables.records import record_table
from tejido.tables.rules import REQUIRED, row_rules
from tejido.tables.shape import Column, Kind, Table
from tejido.tables.sources import Connection, NoSource, Source, literal, quoted
from tejido.tables.values import values_in_rows
from tejido.vocabulary import code_list


def check_records(
    connection: Connection, prefix: str, sources: Mapping[str, Source], manifest: Manifest, *, whole: bool = True
) -> None:
    """Raises `BadInput` naming file, row and column of the first thing that is wrong.

    References and the counts of groups are checked where both tables are among `sources`. `whole` adds what counting
    would refuse by itself: groups with codes of their own, a hand-over that stands twice.
    """
    nothing = connection.execute("SELECT hash(NULL::VARCHAR) | 1 AS nothing").fetchnumpy()["nothing"]
    check = _Check(connection, prefix, manifest, Finder(connection, prefix, sources), nothing)
    tables = [record_table(name) for name, source in sources.items() if not isinstance(source, NoSource)]
    for table in tables:
        check.values(table)
    for name in sources:
        check.key(record_table(name), sources)
    for table in tables:
        check.references(table, sources)
    if "group_counts" in sources and "persons" in sources:
        check_groups(connection, prefix, check.find)
    for table in tables:
        check.complete(table)
    if whole:
        check_group_rows(connection, prefix, check.find)
        for table in tables:
            if "handover_id" in table.names:
                check.handed_over_once(table)


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


def _targets(table: Table, column: Column) -> tuple[str, ...]:
    """The tables in one of which a reference finds its row; none where the column is no reference."""
    return _TARGETS.get((table.name, column.name), (column.references,) if column.references else ())


def _wrong(column: Column, values: Collection[str | None]) -> list[str | None]:
    """Which values may not stand in a column of codes or of nodes, what is missing last."""
    known = code_list(column.codes) if column.codes is not None else None
    given = sorted(value for value in values if value is not None)
    wrong: list[str | None] = [
        value for value in given if not (is_node_name(value) if known is None else value in known)
    ]
    missing_is_wrong = column.required or column.kind is Kind.CODES
    return [*wrong, None] if None in values and missing_is_wrong else wrong


@dataclass(frozen=True)
class _Check:
    connection: Connection
    prefix: str
    manifest: Manifest
    find: Finder
    nothing: Hashes  # the hash of a missing value, alone
    ids: dict[str, IdSet] = field(default_factory=dict)  # by table
    hashes: dict[tuple[str, str], Hashes] = field(default_factory=dict)  # by table and column

    def values(self, table: Table) -> None:
        """Codes are in their lists; rows keep their rules."""
        self._codes(table)
        rules = row_rules(table, self.manifest.as_of)
        if not rules:
            return
        any_broken = " OR ".join(f"({rule.broken})" for rule in rules)
        if not self._one(f"SELECT count(*) FROM {self._name(table)} WHERE {any_broken}")[0]:
            return
        counts = ", ".join(f"count(*) FILTER ({rule.broken})" for rule in rules)
        broken = self._one(f"SELECT {counts} FROM {self._name(table)}")
        for rule, rows in zip(rules, broken, strict=True):
            if rows:
                self.find.refuse(table, rule.column, rule.broken, rule.en, rule.es, more=rows - 1)

    def _codes(self, table: Table) -> None:
        """The different values of all columns of codes: they are few, and only they are compared with the lists."""
        columns = [c for c in table.columns if c.kind in (Kind.CODE, Kind.CODES) or c.name == "counted_by"]
        target = f"{self.prefix}_{table.name}"
        values = self.find.sources[table.name].values(self.connection, target, columns)
        if not any(_wrong(column, values[column.name]) for column in columns):
            return
        exact = values_in_rows(self.connection, quoted(target), columns)
        for column in columns:
            for value in _wrong(column, exact[column.name]):
                self._bad_value(table, column, value)

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

    def key(self, table: Table, present: Collection[str]) -> None:
        """Every row has its own id. Keeps the hashed ids, and those of references, which are then looked up in them.

        64-bit hashes: two of 2 million ids share one by chance once in millions of files, and then the ids decide.
        """
        self._hash(table, present)
        if table.key is None:
            return
        ids = self.ids[table.name] = IdSet(self.hashes.pop((table.name, table.key)))
        if not ids.missing(self.nothing).size:
            self.find.refuse(table, table.key, f"{quoted(table.key)} IS NULL", *REQUIRED)
        if ids.repeated:
            self.find.refuse_duplicate(table, table.key)

    def _hash(self, table: Table, present: Collection[str]) -> None:
        """One scan for the key of `table` and all references that can be followed."""
        names = [
            column.name
            for column in table.columns
            if column.name == table.key or ((targets := _targets(table, column)) and set(targets) <= set(present))
        ]
        if not names:
            return
        # An IdSet cannot hold 0, so every hash is odd.
        hashed = ", ".join(f"hash({quoted(name)}) | 1 AS {quoted(name)}" for name in names)
        found = self.connection.execute(f"SELECT {hashed} FROM {self._name(table)}").fetchnumpy()
        self.hashes.update({(table.name, name): found[name] for name in names})

    def references(self, table: Table, present: Collection[str]) -> None:
        """Every id that points to another table finds its row there, or in one of several."""
        for column in table.columns:
            targets = _targets(table, column)
            if targets and set(targets) <= set(present):
                self._references(table, column, targets)

    def _references(self, table: Table, column: Column, targets: tuple[str, ...]) -> None:
        missing = self.hashes.pop((table.name, column.name))
        for target in targets:
            missing = self.ids[target].missing(missing)
        # A missing value hashes to something no id hashes to: what is empty and what dangles come out together.
        dangling = int((missing != self.nothing[0]).sum())
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
            if (rows := self._rows(record_table(target))) < expected:
                return f" (which has {rows} of its {expected} rows)", f" (que tiene {rows} de sus {expected} filas)"
        return "", ""

    def _rows(self, table: Table) -> int:
        return int(self._one(f"SELECT count(*) FROM {self._name(table)}")[0])

    def complete(self, table: Table) -> None:
        """No fewer rows than `records.json` says were written: a file cut between two rows is whole to the eye."""
        expected = self.manifest.rows.get(table.name, 0)
        if expected and (rows := self._rows(table)) < expected:
            self.find.refuse_cut(table, rows, expected)

    def handed_over_once(self, table: Table) -> None:
        """One row for each hand-over: a second one would be counted twice."""
        twice = f"SELECT handover_id FROM {self._name(table)} GROUP BY handover_id HAVING count(*) > 1"
        broken = f"handover_id IN ({twice})"
        if (rows := self._one(f"SELECT count(*) FROM {self._name(table)} WHERE {broken}")[0]) > 0:
            self.find.refuse(table, "handover_id", broken, *_TWICE, more=rows - 1)

    def _name(self, table: Table) -> str:
        return quoted(f"{self.prefix}_{table.name}")

    def _one(self, sql: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self.connection.execute(sql).fetchone()
        return row
