# SPDX-License-Identifier: Apache-2.0
"""Which different values stand in the code columns of a table: few, however many rows there are."""

# ruff: noqa: S608  names in the SQL come from declared tables
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from tejido.tables.shape import Column, Kind

Values = dict[str, set[str | None]]  # by column; None where a value, or one of several, is missing


def values_in_rows(connection: Any, target: str, columns: Sequence[Column]) -> Values:
    """The values in the rows of `target`, exactly; `target` is written as SQL."""
    found: Values = {}
    single = [column for column in columns if column.kind is not Kind.CODES]
    if single:
        lists = ", ".join(f'list(DISTINCT "{column.name}")' for column in single)
        row = connection.execute(f"SELECT {lists} FROM {target}").fetchone()
        found = {column.name: set(values or []) for column, values in zip(single, row, strict=True)}
    for column in columns:
        if column.kind is Kind.CODES:
            apart = f'SELECT unnest("{column.name}") AS value FROM {target}'
            (values,) = connection.execute(f"SELECT list(DISTINCT value) FROM ({apart})").fetchone()
            found[column.name] = set(values or [])
    return found


def values_in_parquet(path: Path, columns: Sequence[Column]) -> Values:
    """At least the values in the rows of a Parquet file: its dictionaries, which are read without their rows' texts.

    A dictionary may hold a value that no row uses. Raises pyarrow's or the system's error where the file is damaged.
    """
    kinds = {column.name: column.kind for column in columns}
    found: Values = {name: set() for name in kinds}
    if not kinds:
        return found
    schema = pyarrow.parquet.read_metadata(path).schema
    paths = [schema.column(number).path for number in range(len(schema))]
    coded = [leaf for leaf in paths if leaf.split(".")[0] in kinds]
    with pyarrow.parquet.ParquetFile(path, read_dictionary=coded) as file:
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=list(kinds))
            for name, kind in kinds.items():
                for chunk in rows.column(name).chunks:
                    found[name].update(_values(chunk, several=kind is Kind.CODES))
    return found


def _values(chunk: Any, *, several: bool) -> Iterator[str | None]:
    values = chunk.flatten() if several and not pa.types.is_null(chunk.type) else chunk
    if values.null_count and not (several and pa.types.is_null(chunk.type)):
        yield None
    known = values.dictionary if pa.types.is_dictionary(values.type) else pc.unique(values)
    for value in known.to_pylist():
        # A column of one code holds nothing where it holds an empty text; among several codes that is a wrong one.
        if value is not None:
            yield value if value or several else None
