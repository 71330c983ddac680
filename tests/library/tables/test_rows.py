# SPDX-License-Identifier: Apache-2.0
"""Columns of codes read as numbers: the same whatever the rows stand in, missing and empty values included."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest

from tejido.tables.records import CONTACTS
from tejido.tables.rows import Codes, TableRows, codes_in_parquet, codes_in_rows
from tejido.tables.sources import ParquetSource

COLUMNS = [CONTACTS.column("speaker"), CONTACTS.column("countries")]
SPEAKERS: list[str | None] = ["friend", "", None, "relative"]
COUNTRIES: list[list[str | None] | None] = [["MX", "US"], [], None, ["MX", None, ""]]


def written(path: Path, speaker: list[str | None], countries: list[list[str | None] | None], rows: int) -> Path:
    table = pa.table({"speaker": speaker, "countries": pa.array(countries, pa.list_(pa.string()))})
    pyarrow.parquet.write_table(table, path, row_group_size=rows)
    return path


def one_each(codes: Codes) -> list[str | None]:
    return [None if number < 0 else codes.values[number] for number in codes.numbers]


def several_each(codes: Codes, size: int) -> list[list[str | None]]:
    assert codes.rows is not None
    found: list[list[str | None]] = [[] for _ in range(size)]
    for row, value in zip(codes.rows, one_each(codes), strict=True):
        found[row].append(value)
    return found


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
@pytest.mark.parametrize("form", ["parquet", "rows"])
def test_codes_are_those_of_the_rows(tmp_path: Path, rows: int, form: str) -> None:
    path = written(tmp_path / "a.parquet", SPEAKERS, COUNTRIES, rows)
    if form == "parquet":
        found = codes_in_parquet(path, COLUMNS)
    else:
        found = codes_in_rows(duckdb.connect(), f"'{path}'", COLUMNS)
    assert one_each(found["speaker"]) == ["friend", None, None, "relative"]
    assert several_each(found["countries"], 4) == [["MX", "US"], [], [], ["MX", None, ""]]
    assert set(found["countries"].used) == {"MX", "US", "", None}
    table = TableRows(4, found)
    assert table.having("speaker", {"relative", "other"}).tolist() == [False, False, False, True]
    assert table.having("countries", {"US"}).tolist() == [True, False, False, False]
    assert table.filled("speaker").tolist() == [True, False, False, True]
    assert table.filled("countries").tolist() == [True, False, False, True]


@pytest.mark.parametrize("form", ["parquet", "rows"])
def test_columns_without_any_value(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pa.table({"speaker": pa.nulls(3), "countries": pa.nulls(3)}), path)
    if form == "parquet":
        found = codes_in_parquet(path, COLUMNS)
    else:
        found = codes_in_rows(
            duckdb.connect(), f"(SELECT speaker::VARCHAR AS speaker, [] AS countries FROM '{path}')", COLUMNS
        )
    assert one_each(found["speaker"]) == [None, None, None]
    assert several_each(found["countries"], 3) == [[], [], []]


def test_a_value_that_stands_in_a_dictionary_alone_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    speaker = pa.DictionaryArray.from_arrays(pa.array([0, 0], pa.int8()), ["friend", "never said"])
    pyarrow.parquet.write_table(pa.table({"speaker": speaker}), path)
    assert codes_in_parquet(path, COLUMNS[:1])["speaker"].used == ["friend"]


def test_many_different_lists_are_read_row_by_row(tmp_path: Path) -> None:
    # More text than a Parquet dictionary holds: pyarrow cannot give lists of it as dictionaries.
    many: list[list[str | None] | None] = [[f"{number:060}"] for number in range(60_000)]
    path = written(tmp_path / "contacts.parquet", ["friend"] * len(many), many, len(many))
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW c AS FROM '{path}'")
    found = ParquetSource(CONTACTS, path, "contacts").codes(connection, "c", COLUMNS)
    assert several_each(found["countries"], len(many)) == many
