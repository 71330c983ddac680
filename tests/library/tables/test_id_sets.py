# SPDX-License-Identifier: Apache-2.0
"""Sets of hashed ids: exact, however the hashes fall on the slots; and which values a Parquet file's codes hold."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tejido.tables.id_sets import Hashes, IdSet
from tejido.tables.records import CONTACTS
from tejido.tables.sources import ParquetSource
from tejido.tables.values import values_in_parquet, values_in_rows

COLUMNS = [CONTACTS.column("speaker"), CONTACTS.column("countries")]


def hashes(kind: str, number: int) -> Hashes:
    if kind == "spread":
        return np.random.default_rng(1).integers(0, 1 << 63, number, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    if kind == "alike at the top":  # every one claims the same slots, round after round
        return np.arange(number, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return (np.arange(number, dtype=np.uint64) << np.uint64(40)) | np.uint64(1)


@pytest.mark.parametrize("kind", ["spread", "alike at the top", "alike at the bottom"])
@pytest.mark.parametrize("number", [0, 1, 1_999, 50_000])
def test_what_is_in_a_set_and_what_is_not(kind: str, number: int) -> None:
    known = np.unique(hashes(kind, number))
    others = np.setdiff1d(hashes("spread", 5_000) ^ np.uint64(2), known)
    ids = IdSet(known)
    assert ids.repeated == 0
    assert ids.missing(known).size == 0
    assert np.sort(ids.missing(np.concatenate([others, known, others[:3]]))).tolist() == sorted(
        [*others.tolist(), *others[:3].tolist()]
    )


@pytest.mark.parametrize("kind", ["spread", "alike at the top", "alike at the bottom"])
@pytest.mark.parametrize("number", [2, 1_999, 50_000])
def test_every_repetition_is_counted(kind: str, number: int) -> None:
    known = np.unique(hashes(kind, number))
    again = np.concatenate([known, known[:1], known[-1:], known[:1]])
    assert IdSet(again).repeated == 3


def written(path: Path, speaker: list[str | None], countries: list[list[str | None] | None], rows: int) -> Path:
    table = pa.table({"speaker": speaker, "countries": pa.array(countries, pa.list_(pa.string()))})
    pyarrow.parquet.write_table(table, path, row_group_size=rows)
    return path


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_values_of_parquet_are_those_of_its_rows(tmp_path: Path, rows: int) -> None:
    path = written(tmp_path / "a.parquet", ["friend", "", None, "relative"], [["MX", "US"], [], None, ["MX", ""]], rows)
    found = values_in_parquet(path, COLUMNS)
    assert found == {"speaker": {"friend", "relative", None}, "countries": {"MX", "US", ""}}
    typed = f"(SELECT nullif(speaker, '') AS speaker, countries FROM '{path}')"
    exact = values_in_rows(duckdb.connect(), typed, COLUMNS)
    assert {name: values - {None} for name, values in found.items()} == {
        name: values - {None} for name, values in exact.items()
    }


def test_a_missing_value_among_several_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", [None], [["MX", None]], 10)
    assert values_in_parquet(path, COLUMNS)["countries"] == {"MX", None}


def test_many_different_lists_are_read_row_by_row(tmp_path: Path) -> None:
    # More text than a Parquet dictionary holds: pyarrow cannot give lists of it as dictionaries.
    many: list[list[str | None] | None] = [[f"{number:060}"] for number in range(60_000)]
    path = written(tmp_path / "contacts.parquet", ["friend"] * len(many), many, len(many))
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW c AS FROM '{path}'")
    found = ParquetSource(CONTACTS, path, "contacts").values(connection, "c", COLUMNS)
    assert len(found["countries"]) == len(many)
