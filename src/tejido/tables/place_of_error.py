# SPDX-License-Identifier: Apache-2.0
"""Once a check over a whole table has found something: where it stands, in one line."""

# ruff: noqa: S608  names in the SQL come from declared tables
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from tejido.tables.rows import Mask
from tejido.tables.shape import Sensitivity, Table
from tejido.tables.sources import ROW, Connection, Source, quoted
from tejido.vocabulary import BadInput


@dataclass(frozen=True)
class Finder:
    """Finds the first row of a table that breaks a rule, and raises the `BadInput` that says so."""

    connection: Connection
    prefix: str
    sources: Mapping[str, Source]

    def refuse(self, table: Table, column: str, broken: str, en: str, es: str, *, more: int = 0) -> NoReturn:
        """Refuse the first row where the SQL condition `broken` holds; `more` is how many others there are."""
        relation = f"(SELECT * FROM {self._rows(table)} WHERE {broken})"
        self.refuse_first(table, column, relation, en, es, more=more)

    def refuse_rows(self, table: Table, column: str, broken: Mask, en: str, es: str, *, others: bool = False) -> None:
        """Refuse the first row that `broken` marks, if it marks one; `others`: say how many more there are."""
        if broken.any():
            here = f"(SELECT * FROM {self._rows(table)} LIMIT 1 OFFSET {int(broken.argmax())})"
            self.refuse_first(table, column, here, en, es, more=int(broken.sum()) - 1 if others else 0)

    def refuse_first(self, table: Table, column: str, relation: str, en: str, es: str, *, more: int = 0) -> NoReturn:
        """Refuse the first row of a relation that keeps the columns and row numbers of `table`."""
        found = self.connection.execute(
            f"SELECT {ROW}, {quoted(column)} FROM {relation} ORDER BY {ROW} LIMIT 1"
        ).fetchone()
        row, value = found or ("?", None)
        shown = _shown(table, column, value)
        others_en = f" ({more} more row{'s' if more > 1 else ''} like it)" if more else ""
        others_es = f" (y {more} fila{'s' if more > 1 else ''} más así)" if more else ""
        raise BadInput(
            f"records.{table.name}.{column}",
            en=en.replace("{value}", shown) + others_en,
            es=es.replace("{value}", shown) + others_es,
            where=f"{self.sources[table.name].name}, row {row}, column {column}",
        )

    def refuse_duplicate(self, table: Table, key: str) -> None:
        """Refuse the first row whose id stands in an earlier one; return if none does (two ids shared a hash)."""
        name = quoted(key)
        rows = self._rows(table)
        twice = (
            f"(SELECT *, first_value({ROW}) OVER (PARTITION BY {name} ORDER BY {ROW}) AS earlier FROM {rows} "
            f"WHERE {name} IN (SELECT {name} FROM {rows} GROUP BY {name} HAVING count(*) > 1))"
        )
        found = self.connection.execute(
            f"SELECT {ROW}, earlier, {name} FROM {twice} WHERE {ROW} > earlier ORDER BY {ROW} LIMIT 1"
        ).fetchone()
        if found is None:
            return
        row, earlier, value = found
        raise BadInput(
            f"records.{table.name}.{key}",
            en=f"{value!r} is already the id of row {earlier}",
            es=f"{value!r} ya es el identificador de la fila {earlier}",
            where=f"{self.sources[table.name].name}, row {row}, column {key}",
        )

    def refuse_cut(self, table: Table, rows: int, expected: int) -> NoReturn:
        """Refuse a table with fewer rows than were written."""
        raise BadInput(
            "records.cut",
            en=f"has {rows} rows; records.json says {expected}: the file was cut off, or rows were taken out",
            es=f"tiene {rows} filas; records.json dice {expected}: el archivo se cortó o se quitaron filas",
            where=self.sources[table.name].name,
        )

    def _rows(self, table: Table) -> str:
        return self.sources[table.name].rows(f"{self.prefix}_{table.name}")


def _shown(table: Table, column: str, value: object) -> str:
    """What stands in the cell, unless it names or reaches a person: an error line ends up in logs."""
    if table.column(column).sensitivity is Sensitivity.IDENTIFYING:
        return "the value"
    text = "" if value is None else str(value)
    return repr(text if len(text) <= 60 else text[:57] + "…")
