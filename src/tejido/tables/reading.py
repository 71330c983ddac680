# SPDX-License-Identifier: Apache-2.0
"""One node's records, opened from a folder or held in memory, checked whole when they are attached to DuckDB."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Self

import pyarrow as pa

from tejido.tables.checks import check_records
from tejido.tables.csv_files import check_readable
from tejido.tables.manifest import Manifest, folder_name, is_node_name
from tejido.tables.records import RECORD_TABLES, REQUIRED_TABLES, record_table
from tejido.tables.rows import TableRows
from tejido.tables.sources import Connection, CsvSource, MemorySource, NoSource, ParquetSource, Source
from tejido.tables.writing import conform
from tejido.vocabulary import BadInput, Words


class Records:
    """One node's records: whose (`node`), until when (`as_of`), and whether they are `invented`."""

    def __init__(self, manifest: Manifest, sources: Mapping[str, Source]) -> None:
        self._manifest = manifest
        self._sources = sources

    @property
    def node(self) -> str:
        """The node's name."""
        return self._manifest.node

    @property
    def organisation(self) -> Words | None:
        """How the node signs, in both languages, where its records say so."""
        return self._manifest.organisation

    @property
    def as_of(self) -> date:
        """The last day these records know of."""
        return self._manifest.as_of

    @property
    def invented(self) -> bool:
        """Whether no one in them exists: every page made from them must say so."""
        return self._manifest.invented

    @property
    def said_rows(self) -> int:
        """How many rows the records say they have in all; 0 where they do not say."""
        return sum(self._manifest.rows.values())

    @property
    def code_lists(self) -> Mapping[str, str]:
        """The version of each list that the rows were coded with; of a list that is not named, today's."""
        return self._manifest.code_lists

    @classmethod
    def in_memory(cls, *, node: str, as_of: date, invented: bool, tables: Mapping[str, pa.Table]) -> Self:
        """Records held as Arrow tables; optional tables and columns that are not given are empty.

        Raises `BadInput` for an undeclared table or column, or a wrong type.
        """
        if not is_node_name(node):
            raise ValueError(f"{node!r} cannot name a node")
        known = {table.name for table in RECORD_TABLES}
        for name in tables:
            if name not in known:
                raise _unknown_table(node, name)
        sources: dict[str, Source] = {}
        for table in RECORD_TABLES:
            where = f"{node}/{table.name}"
            if table.name in tables:
                sources[table.name] = MemorySource(table, conform(table, tables[table.name], where=where), where)
            else:
                sources[table.name] = NoSource(table, where)
        return cls(Manifest(node, as_of, invented), sources)

    def attach(
        self, connection: Connection, prefix: str, *, tables: Collection[str] | None = None
    ) -> dict[str, TableRows]:
        """Create `{prefix}_contacts`, `{prefix}_cases`, … in `connection`, typed, and check every row of them.

        Returns the rows by table as the check has read them, for counting. The connection must keep rows in their
        order, as DuckDB does unless told otherwise.

        `tables` limits the work to those named (a count needs no names); references are checked between them. CSV files
        are checked whole whatever is asked for: people make them by hand, and one that is broken says so early.
        Types: ids, codes and text VARCHAR (never empty: NULL), several codes VARCHAR[] (never NULL: []), DATE,
        INTEGER, BOOLEAN. Raises `BadInput` naming file, row and column of the first thing that is wrong.
        """
        chosen = [
            table
            for table in RECORD_TABLES
            if tables is None or table.name in tables or isinstance(self._sources[table.name], CsvSource)
        ]
        for table in chosen:
            self._sources[table.name].attach(connection, f"{prefix}_{table.name}")
        sources = {table.name: self._sources[table.name] for table in chosen}
        return check_records(connection, prefix, sources, self._manifest, whole=tables is None)


def open_records(folder: Path) -> Records:
    """The records in `folder` (`records.json` and one CSV or Parquet file per table); rows are read at `attach`.

    Raises `BadInput` for a missing or wrong `records.json`, a missing required table, or a file that is no table.
    """
    folder = Path(folder)
    manifest, called = Manifest.read(folder), folder_name(folder)
    sources: dict[str, Source] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".csv", ".parquet") or path.name.startswith("."):
            continue
        name = f"{called}/{path.name}"
        if path.stem not in {table.name for table in RECORD_TABLES}:
            raise _unknown_table(called, path.name)
        check_readable(path, name)
        if path.stem in sources:
            raise BadInput(
                "records.two_files",
                en=f"two files hold the table {path.stem}; expected one",
                es=f"dos archivos contienen la tabla {path.stem}; se esperaba uno",
                where=name,
            )
        table = record_table(path.stem)
        sources[path.stem] = CsvSource(table, path, name) if path.suffix == ".csv" else ParquetSource(table, path, name)
    for required in REQUIRED_TABLES:
        if required not in sources:
            raise BadInput(
                "records.table_missing",
                en=f"the file is missing; expected {required}.csv or {required}.parquet",
                es=f"falta el archivo; se esperaba {required}.csv o {required}.parquet",
                where=f"{called}/{required}",
            )
    for table in RECORD_TABLES:
        sources.setdefault(table.name, NoSource(table, f"{called}/{table.name}"))
    return Records(manifest, sources)


def _unknown_table(folder: str, name: str) -> BadInput:
    names = ", ".join(table.name for table in RECORD_TABLES)
    return BadInput(
        "records.unknown_table",
        en=f"not a table of records; expected {names}",
        es=f"no es una tabla de registros; se esperaban {names}",
        where=f"{folder}/{name}",
    )
