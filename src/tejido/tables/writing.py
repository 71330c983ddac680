# SPDX-License-Identifier: Apache-2.0
"""Writing a folder of records, streaming, so that a reader never meets half of it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from tejido.tables.arrow_types import arrow_schema
from tejido.tables.manifest import FILE, Manifest, is_node_name
from tejido.tables.records import RECORD_TABLES, REQUIRED_TABLES, record_table
from tejido.tables.shape import Kind, Table
from tejido.vocabulary import BadInput, Words, code_list

Form = Literal["csv", "parquet"]
_BATCH = 50_000


class RecordWriter:
    """Context manager that writes one node's records to `folder`.

    Rows go to a temporary sibling folder; leaving the block without an error renames it to `folder`, leaving with one
    removes it. A folder of records already at `folder` is replaced; anything else there is refused with `BadInput`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        node: str,
        as_of: date,
        invented: bool,
        form: Form = "csv",
        organisation: Words | None = None,
    ) -> None:
        if form not in ("csv", "parquet"):
            raise ValueError(f"form must be csv or parquet, not {form!r}")
        if not is_node_name(node):
            raise ValueError(f"{node!r} cannot name a node")
        self._folder, self._form = Path(folder), form
        self._node, self._as_of, self._invented, self._organisation = node, as_of, invented, organisation
        self._files: dict[str, _TableFile] = {}
        self._building: Path | None = None

    def __enter__(self) -> Self:
        if self._folder.exists() and not _replaceable(self._folder):
            raise BadInput(
                "records.in_the_way",
                en="something other than records is already there; nothing was written",
                es="ya hay ahí algo que no son registros; no se escribió nada",
                where=str(self._folder),
            )
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self._building = Path(tempfile.mkdtemp(prefix=f".{self._folder.name}.", dir=self._folder.parent))
        self._building.chmod(0o755)
        return self

    def write(self, table: str, rows: Iterable[Mapping[str, object]] | pa.Table) -> None:
        """Append rows to `table` (may be called many times). Empty text is written as missing.

        Raises KeyError for a table that is not declared, `BadInput` for a column that is not, or a value of the wrong
        kind, or nothing where the column requires a value.
        """
        file = self._open(table)
        if isinstance(rows, pa.Table):
            file.append(rows)
            return
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            file.append(_from_rows(file.table, batch))

    def _open(self, name: str) -> _TableFile:
        if self._building is None:
            raise RuntimeError("RecordWriter is a context manager: use it in a with block")
        if name not in self._files:
            self._files[name] = _TableFile(record_table(name), self._building, self._form)
        return self._files[name]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        building = self._building
        if building is None:
            return
        try:
            if kind is None:
                for name in REQUIRED_TABLES:
                    self._open(name)
            for file in self._files.values():
                file.close()
            if kind is None:
                rows = {t.name: self._files[t.name].rows for t in RECORD_TABLES if t.name in self._files}
                written = [record_table(name) for name in rows]
                lists = sorted({column.codes for table in written for column in table.columns if column.codes})
                versions = {name: code_list(name).version for name in lists}
                manifest = Manifest(self._node, self._as_of, self._invented, rows, self._organisation, versions)
                text = json.dumps(manifest.as_json(), ensure_ascii=False, indent=2) + "\n"
                (building / FILE).write_text(text, encoding="utf-8")
                _put_in_place(building, self._folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
            self._building = None


class _TableFile:
    """One table's file while it is being written."""

    def __init__(self, table: Table, folder: Path, form: Form) -> None:
        self.table, self.rows = table, 0
        self._schema = arrow_schema(table)
        path = str(folder / f"{table.name}.{form}")
        self._as_text = form == "csv"
        if self._as_text:
            self._writer: Any = Path(path).open("wb")  # noqa: SIM115  closed by close(), in __exit__
            self._writer.write((",".join(table.names) + "\n").encode())
        else:
            self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")

    def append(self, rows: pa.Table) -> None:
        typed = conform(self.table, rows)
        self.rows += typed.num_rows
        if not self._as_text:
            self._writer.write_table(typed)
            return
        for batch in typed.to_batches(max_chunksize=_BATCH):
            self._writer.write(_lines(self.table, batch))

    def close(self) -> None:
        self._writer.close()


def conform(table: Table, rows: pa.Table, *, where: str | None = None) -> pa.Table:
    """`rows` in the declared columns, order and types; optional columns that are not given are empty.

    Raises `BadInput` for an undeclared column, a required column with a missing value, or a wrong type.
    """
    where = where or table.name
    if unknown := [name for name in rows.column_names if name not in table.names]:
        raise _problem(where, unknown[0], "is not a column of this table", "no es una columna de esta tabla")
    arrays = []
    for column, declared in zip(table.columns, arrow_schema(table), strict=True):
        if column.name in rows.column_names:
            array = rows.column(column.name)
            try:
                array = array.cast(declared.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                raise _problem(
                    where, column.name, f"expected {column.kind} values", f"se esperaban valores de tipo {column.kind}"
                ) from None
            if declared.type == pa.string():
                array = pc.if_else(pc.equal(array, ""), None, array)
        else:
            array = pa.nulls(rows.num_rows, declared.type)
        if column.required and array.null_count:
            raise _problem(where, column.name, "a value is required in every row", "falta un valor obligatorio")
        arrays.append(array)
    return pa.table(arrays, schema=arrow_schema(table))


def _problem(where: str, column: str, en: str, es: str) -> BadInput:
    return BadInput("records.rows", en=en, es=es, where=f"{where}, column {column}")


def _from_rows(table: Table, rows: list[Mapping[str, object]]) -> pa.Table:
    names = set(table.names)
    for row in rows:
        if not names.issuperset(row):
            name = min(set(row) - names)
            raise _problem(table.name, name, "is not a column of this table", "no es una columna de esta tabla")
    arrays = []
    for column, declared in zip(table.columns, arrow_schema(table), strict=True):
        try:
            arrays.append(pa.array([row.get(column.name) for row in rows], type=declared.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            raise _problem(
                table.name, column.name, f"expected {column.kind} values", f"se esperaban valores de tipo {column.kind}"
            ) from None
    return pa.table(arrays, schema=arrow_schema(table))


def _lines(table: Table, rows: pa.RecordBatch) -> memoryview:
    """The rows as CSV holds them: ISO days, true/false, several codes joined by `;`; quoted only where it must be."""
    cells = []
    for column in table.columns:
        array = rows.column(column.name)
        text = pc.binary_join(array, ";") if column.kind is Kind.CODES else array.cast(pa.string())
        if column.kind is Kind.TEXT or column.kind is Kind.ID:
            doubled = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
            text = pc.if_else(pc.match_substring_regex(text, '[",\r\n]'), doubled, text)
        cells.append(pc.fill_null(text, ""))
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*cells, ","), "\n", "")
    # The lines stand one after the other in the array's own memory: that memory is the file.
    end = int(np.frombuffer(lines.buffers()[1], dtype=np.int32)[lines.offset + len(lines)])
    return memoryview(lines.buffers()[2])[:end]


def _replaceable(folder: Path) -> bool:
    return folder.is_dir() and ((folder / FILE).is_file() or not any(folder.iterdir()))


def _put_in_place(building: Path, folder: Path) -> None:
    """Rename, so that `folder` is at every moment the old records or the new ones."""
    if not folder.exists():
        building.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    folder.rename(old / "records")
    building.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
