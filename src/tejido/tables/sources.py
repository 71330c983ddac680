# SPDX-License-Identifier: Apache-2.0
"""Where the rows of one table stand (CSV, Parquet or memory) and how DuckDB reads them as the declared types."""

# ruff: noqa: S608  names in the SQL come from declared tables, paths and prefixes are quoted here
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa
import pyarrow.parquet

from tejido.tables.arrow_types import arrow_type
from tejido.tables.csv_files import csv_header, diagnose_csv
from tejido.tables.rows import Codes, codes_in_parquet, codes_in_rows
from tejido.tables.shape import Column, Kind, Table
from tejido.vocabulary import BadInput

Connection = Any  # duckdb.DuckDBPyConnection; duckdb ships no types we can rely on

_SQL_TYPES: dict[Kind, str] = {
    Kind.ID: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.CODE: "VARCHAR",
    Kind.CODES: "VARCHAR[]",
    Kind.DATE: "DATE",
    Kind.INTEGER: "INTEGER",
    Kind.FLAG: "BOOLEAN",
}
ROW = "__row"  # the row as a person sees it in a spreadsheet: the header is row 1


class Source(Protocol):
    """The rows of one declared table. `name` is what a person calls it: `mx/cases.csv`."""

    @property
    def name(self) -> str: ...

    def attach(self, connection: Connection, target: str) -> None:
        """Make `target`, typed; raises `BadInput` where the rows cannot be read as declared."""

    def rows(self, target: str) -> str:
        """A relation of the same typed rows with their row number `__row`, for saying where something is wrong."""

    def codes(self, connection: Connection, target: str, columns: Sequence[Column]) -> dict[str, Codes]:
        """What stands in columns of few different values, row by row."""


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


def exact_path(path: Path) -> str:
    """An SQL string that DuckDB reads as this very path, even where its name looks like a pattern."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(path)))


def read_csv(path: Path, names: list[str]) -> str:
    """An SQL relation: the file's rows as text, columns called `names`; anything ragged is an error."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({exact_path(path)}, auto_detect=false, header=true, delim=',', quote='\"', escape='\"', "
        f"nullstr='', max_line_size=4000000, columns={{{columns}}})"
    )


def check_columns(table: Table, names: list[str], where: str) -> None:
    """Raises `BadInput` unless `names` are exactly the declared columns, in any order."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise _columns(where, name, "the column appears twice", "la columna aparece dos veces")
        seen.add(name)
        if name not in table.names:
            raise _columns(
                where,
                name or "(no name)",
                f"unknown column; expected {', '.join(table.names)}",
                f"columna desconocida; se esperaban {', '.join(table.names)}",
            )
    for name in table.names:
        if name not in seen:
            raise _columns(where, name, "the column is missing", "falta la columna")


def _columns(where: str, column: str, en: str, es: str) -> BadInput:
    shown = column if len(column) <= 60 else column[:59] + "…"
    return BadInput("records.columns", en=en, es=es, where=f"{where}, row 1, column {shown}")


@dataclass(frozen=True)
class CsvSource:
    """A CSV file: UTF-8 (with or without a mark), commas, LF or CRLF."""

    table: Table
    path: Path
    name: str

    def attach(self, connection: Connection, target: str) -> None:
        names = csv_header(self.path, self.name)
        check_columns(self.table, names, self.name)
        columns = ", ".join(f"{_strict(column)} AS {quoted(column.name)}" for column in self.table.columns)
        try:
            connection.execute(
                f"CREATE OR REPLACE TABLE {quoted(target)} AS SELECT {columns} FROM {read_csv(self.path, names)}"
            )
        except duckdb.Error as error:
            diagnose_csv(self.path, self.name, len(names), [self.table.column(name) for name in names])
            raise BadInput(
                "records.csv",
                en=f"the file cannot be read as CSV ({str(error).splitlines()[0]})",
                es=f"el archivo no se puede leer como CSV ({str(error).splitlines()[0]})",
                where=self.name,
            ) from None

    def rows(self, target: str) -> str:
        return f"(SELECT *, rowid + 2 AS {ROW} FROM {quoted(target)})"

    def codes(self, connection: Connection, target: str, columns: Sequence[Column]) -> dict[str, Codes]:
        return codes_in_rows(connection, quoted(target), columns)


def _strict(column: Column) -> str:
    """Typed, or an error: what DuckDB would bend into shape (2016-2-3, 1.5, yes) is refused."""
    raw = quoted(column.name)
    match column.kind:
        case Kind.DATE:
            return f"CASE WHEN {raw} IS NULL OR {raw} LIKE '____-__-__' THEN CAST({raw} AS DATE) ELSE error('date') END"
        case Kind.INTEGER:
            return (
                f"CASE WHEN {raw} IS NULL OR regexp_full_match({raw}, '-?[0-9]{{1,9}}') THEN CAST({raw} AS INTEGER) "
                "ELSE error('integer') END"
            )
        case Kind.FLAG:
            return (
                f"CASE lower({raw}) WHEN 'true' THEN true WHEN 'false' THEN false "
                f"ELSE CASE WHEN {raw} IS NULL THEN NULL ELSE error('flag') END END"
            )
        case Kind.CODES:
            return f"CASE WHEN {raw} IS NULL THEN [] ELSE string_split({raw}, ';') END"
        case _:
            return raw


@dataclass(frozen=True)
class ParquetSource:
    """A Parquet file with the declared types. It stays where it is."""

    table: Table
    path: Path
    name: str

    def attach(self, connection: Connection, target: str) -> None:
        schema = self._schema()
        check_columns(self.table, schema.names, self.name)
        for column in self.table.columns:
            check_type(column, schema.field(column.name).type, self.name)
        columns = ", ".join(f"{_typed(column)} AS {quoted(column.name)}" for column in self.table.columns)
        connection.execute(
            f"CREATE OR REPLACE VIEW {quoted(target)} AS SELECT {columns} FROM read_parquet({exact_path(self.path)})"
        )

    def rows(self, target: str) -> str:
        columns = ", ".join(f"{_typed(column)} AS {quoted(column.name)}" for column in self.table.columns)
        source = f"read_parquet({exact_path(self.path)}, file_row_number=true)"
        return f"(SELECT {columns}, file_row_number + 2 AS {ROW} FROM {source})"

    def codes(self, connection: Connection, target: str, columns: Sequence[Column]) -> dict[str, Codes]:
        try:
            return codes_in_parquet(self.path, columns)
        except pa.ArrowNotImplementedError:  # lists whose dictionary overflowed: many values, so not only codes
            return codes_in_rows(connection, quoted(target), columns)
        except (pa.ArrowException, OSError, UnicodeDecodeError):
            raise damaged(self.name) from None

    def _schema(self) -> pa.Schema:
        if self.path.stat().st_size == 0:
            raise BadInput("records.empty", en="the file is empty", es="el archivo está vacío", where=self.name)
        try:
            return pyarrow.parquet.read_schema(self.path)
        except (pa.ArrowException, OSError):
            raise damaged(self.name) from None


def damaged(where: str) -> BadInput:
    """The one error of a Parquet file that is not whole."""
    return BadInput(
        "records.parquet",
        en="not a whole Parquet file: it was cut off or damaged, or is something else",
        es="no es un archivo Parquet completo: se cortó, se dañó o es otra cosa",
        where=where,
    )


def check_type(column: Column, found: pa.DataType, where: str) -> None:
    """Raises `BadInput` unless `found` can hold what the column declares."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    wanted = arrow_type(column)
    same = {
        Kind.DATE: pa.types.is_date,
        Kind.INTEGER: pa.types.is_integer,
        Kind.FLAG: pa.types.is_boolean,
        Kind.CODES: _is_list_of_text,
    }.get(column.kind, _is_text)
    if not (same(found) or pa.types.is_null(found)):
        raise BadInput(
            "records.type",
            en=f"holds {found}; expected {wanted}",
            es=f"contiene {found}; se esperaba {wanted}",
            where=f"{where}, column {column.name}",
        )


def _is_text(found: pa.DataType) -> bool:
    return bool(pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found))


def _is_list_of_text(found: pa.DataType) -> bool:
    return bool(pa.types.is_list(found) or pa.types.is_large_list(found)) and _is_text(found.value_type)


def _typed(column: Column) -> str:
    cast = f"CAST({quoted(column.name)} AS {_SQL_TYPES[column.kind]})"
    if column.kind is Kind.CODES:
        return f"coalesce({cast}, [])"
    return f"nullif({cast}, '')" if _SQL_TYPES[column.kind] == "VARCHAR" else cast


@dataclass(frozen=True)
class MemorySource:
    """Rows in memory, already in the declared columns and types."""

    table: Table
    data: pa.Table
    name: str

    def attach(self, connection: Connection, target: str) -> None:
        connection.register(f"{target}__rows", self.data)
        columns = ", ".join(f"{_typed(column)} AS {quoted(column.name)}" for column in self.table.columns)
        connection.execute(
            f"CREATE OR REPLACE TABLE {quoted(target)} AS SELECT {columns} FROM {quoted(target + '__rows')}"
        )
        connection.unregister(f"{target}__rows")

    def rows(self, target: str) -> str:
        return f"(SELECT *, rowid + 2 AS {ROW} FROM {quoted(target)})"

    def codes(self, connection: Connection, target: str, columns: Sequence[Column]) -> dict[str, Codes]:
        return codes_in_rows(connection, quoted(target), columns)


@dataclass(frozen=True)
class NoSource:
    """A table that is not there, which means empty."""

    table: Table
    name: str

    def attach(self, connection: Connection, target: str) -> None:
        columns = ", ".join(f"{quoted(column.name)} {_SQL_TYPES[column.kind]}" for column in self.table.columns)
        connection.execute(f"CREATE OR REPLACE TABLE {quoted(target)} ({columns})")

    def rows(self, target: str) -> str:
        return f"(SELECT *, rowid + 2 AS {ROW} FROM {quoted(target)})"

    def codes(self, connection: Connection, target: str, columns: Sequence[Column]) -> dict[str, Codes]:
        return codes_in_rows(connection, quoted(target), columns)
