# SPDX-License-Identifier: Apache-2.0
"""The rows of a table as arrays, each column read once: what checks and counts need, and no id, name or other text."""

# ruff: noqa: S608  names in the SQL come from declared tables
from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from tejido.tables.id_sets import RowNumbers
from tejido.tables.shape import Column, Kind, Sensitivity

Mask = npt.NDArray[np.bool_]
MISSING = -1
# Codes that 8 and 16 bits can tell apart, with room for what is added to their numbers.
_FEW = {np.int8: 120, np.int16: 32_000}
_NARROW = 32_767  # the largest number of 16 bits
NO_NUMBER = int(np.iinfo(np.int32).min)  # where a measured column is empty


@dataclass(frozen=True)
class Codes:
    """A column of few different values: each row's number among `values`, or `MISSING`.

    Of a column of several codes, `rows` names the row that each number belongs to.
    """

    values: tuple[str, ...]
    numbers: npt.NDArray[Any]  # whole numbers, of as few bits as they need
    rows: RowNumbers | None = None

    def among(self, wanted: Container[str]) -> Mask:
        """Which of `numbers` stand for one of `wanted`."""
        found: Mask = np.array([value in wanted for value in self.values] + [False])[self.numbers]
        return found

    def number_of(self, value: str | None) -> int:
        """The number of a value; one that no row has where none has it."""
        return self.values.index(value) if value in self.values else MISSING - 1

    @property
    def used(self) -> list[str | None]:
        """The values that stand in some row (a Parquet dictionary may hold others), None where one is missing."""
        times = np.bincount(self.numbers + 1, minlength=len(self.values) + 1)
        return [value for value, number in zip((None, *self.values), times, strict=True) if number]


@dataclass
class TableRows:
    """The rows of one table, in their order: codes; days since 1970, whole numbers and flags; rows pointed to.

    `numbers` has the columns that require a value, and those that are measured: `NO_NUMBER` where empty. `points_to`
    has, for each reference, the row it names in the other table, or `NOWHERE` where it is empty.
    """

    size: int
    codes: dict[str, Codes]
    numbers: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    points_to: dict[str, RowNumbers] = field(default_factory=dict)

    def having(self, column: str, wanted: Container[str]) -> Mask:
        """Which rows hold one of `wanted` in a column of codes."""
        codes = self.codes[column]
        return self._of_rows(codes, codes.among(wanted))

    def filled(self, column: str) -> Mask:
        """Which rows hold any code in `column`."""
        codes = self.codes[column]
        return self._of_rows(codes, codes.numbers != MISSING)

    def _of_rows(self, codes: Codes, chosen: Mask) -> Mask:
        if codes.rows is None:
            return chosen
        found = np.zeros(self.size, np.bool_)
        found[codes.rows[chosen]] = True
        return found


def is_coded(column: Column) -> bool:
    """Whether a column has few different values: codes, a node's name, text that names no one."""
    text = column.kind is Kind.TEXT and column.sensitivity is not Sensitivity.IDENTIFYING
    return text or column.kind in (Kind.CODE, Kind.CODES) or column.name == "counted_by"


def narrowed(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A copy, of 16 bits each where they suffice: for days since 1970, and nearly every count of people."""
    few = numbers.dtype == np.int32 and numbers.size and numbers.min() >= -_NARROW and numbers.max() <= _NARROW
    return numbers.astype(np.int16 if few else numbers.dtype)


def codes_in_rows(connection: Any, target: str, columns: Sequence[Column]) -> dict[str, Codes]:
    """The codes in the rows of `target`, which is written as SQL."""
    readings = {column.name: _Reading(several=column.kind is Kind.CODES) for column in columns}
    if readings:
        names = ", ".join(f'"{name}"' for name in readings)
        with connection.cursor() as cursor:
            for batch in cursor.sql(f"SELECT {names} FROM {target}").to_arrow_reader():
                for name, reading in readings.items():
                    reading.add(batch.column(name))
    return {name: reading.codes() for name, reading in readings.items()}


def codes_in_parquet(path: Path, columns: Sequence[Column]) -> dict[str, Codes]:
    """The codes in the rows of a Parquet file, whose dictionaries are read without their rows' texts.

    Raises pyarrow's or the system's error where the file is damaged.
    """
    readings = {column.name: _Reading(several=column.kind is Kind.CODES) for column in columns}
    schema = pyarrow.parquet.read_metadata(path).schema
    paths = [schema.column(number).path for number in range(len(schema))]
    coded = [leaf for leaf in paths if leaf.split(".")[0] in readings]
    with pyarrow.parquet.ParquetFile(path, read_dictionary=coded) as file:
        for group in range(file.num_row_groups if readings else 0):
            rows = file.read_row_group(group, columns=list(readings))
            for name, reading in readings.items():
                for chunk in rows.column(name).chunks:
                    reading.add(chunk)
    return {name: reading.codes() for name, reading in readings.items()}


class _Reading:
    """One column while its portions are read, each with a dictionary of its own."""

    def __init__(self, *, several: bool) -> None:
        self._several = several
        self._size = 0
        self._known: dict[str, int] = {}
        self._numbers: list[npt.NDArray[Any]] = [np.empty(0, np.int8)]
        self._rows: list[RowNumbers] = [np.empty(0, np.int32)]

    def add(self, portion: Any) -> None:
        values = portion
        if pa.types.is_null(portion.type):
            values = portion.cast(pa.list_(pa.string()) if self._several else pa.string())
        if self._several:
            values, rows = values.flatten(), np.from_dlpack(pc.list_parent_indices(values))
            self._rows.append((rows + self._size).astype(np.int32))
        self._size += len(portion)
        if not pa.types.is_dictionary(values.type):
            values = values.dictionary_encode()
        own = [self._number(value) for value in values.dictionary.to_pylist()] + [MISSING]
        # A quarter of the memory: a table of many millions of rows has few codes.
        small = next((kind for kind, few in _FEW.items() if len(self._known) <= few), np.int32)
        self._numbers.append(np.array(own, small)[_places(values.indices)])

    def _number(self, value: object) -> int:
        # A column of one code holds nothing where it holds an empty text; among several codes that is a wrong one.
        if value is None or (value == "" and not self._several):
            return MISSING
        return self._known.setdefault(str(value), len(self._known))

    def codes(self) -> Codes:
        """All that was added."""
        rows = np.concatenate(self._rows) if self._several else None
        return Codes(tuple(self._known), np.concatenate(self._numbers), rows)


def _places(indices: Any) -> npt.NDArray[Any]:
    """An Arrow array of whole numbers, -1 where it holds none. (Its own fill_null would import pandas.)"""
    valid, data = indices.buffers()
    start, end = indices.offset, indices.offset + len(indices)
    places = np.frombuffer(data, indices.type.to_pandas_dtype())[start:end].astype(np.int32, copy=False)
    if not indices.null_count:
        return places
    bits = np.unpackbits(np.frombuffer(valid, np.uint8), count=end, bitorder="little")[start:]
    return np.where(bits, places, -1)
