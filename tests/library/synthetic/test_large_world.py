# SPDX-License-Identifier: Apache-2.0
"""Worlds of any size: their truth agrees with a count by hand, whatever the size of a chunk leaves over."""

from __future__ import annotations

import filecmp
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from tests.library.synthetic.by_hand import Count, rows, truth

from tejido.synthetic import chunks, large_world, make_large_world
from tejido.synthetic.tally import split_group


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "world"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK", 700)  # several chunks, the last one not full
        patch.setattr(large_world, "CHUNK", 700)
        make_large_world(cases=2500, seed=8, folder=folder, form="csv")
    return folder


def test_the_truth_is_what_a_count_by_hand_finds(world: Path) -> None:
    count, figures = Count(world), truth(world)
    assert count.joint["cases"] > 1500
    assert figures["headline"] == {
        unit: {"sum": count.held[unit], "both": count.held[unit] - count.joint[unit], "joint": count.joint[unit]}
        for unit in ("contacts", "cases", "victims", "traffickers")
    }
    assert figures["tables"] == count.as_truth()


def test_tejido_reads_it_and_counts_the_same(world: Path) -> None:
    statistics = pytest.importorskip("tejido.statistics")
    reading = pytest.importorskip("tejido.tables.reading")
    records = [reading.open_records(world / node) for node in ("mx", "us")]
    sheet = statistics.join(statistics.tabulate(records, window=statistics.Window.parse("2015-09-30..2017-07-31")))
    count, compared = Count(world), 0
    for figure in sheet.figures:
        if figure.by is not None and (figure.unit, figure.by) in count.cells:
            assert figure.value == count.cells[figure.unit, figure.by][figure.cell], figure
            compared += 1
    assert compared > 60


def test_ids_are_unique_and_point_to_rows(world: Path) -> None:
    for node in ("mx", "us"):
        cases = [row["case_id"] for row in rows(world, node, "cases")]
        persons = [row["person_id"] for row in rows(world, node, "persons")]
        for listed in (cases, persons, [row["contact_id"] for row in rows(world, node, "contacts")]):
            assert len(listed) == len(set(listed)) > 500
        assert {row["case_id"] for row in rows(world, node, "persons")} <= set(cases)
        assert {row["case_id"] for row in rows(world, node, "contacts")} - {""} <= set(cases)
        for table in ("names", "identifiers", "group_counts"):
            assert {row["person_id"] for row in rows(world, node, table)} <= set(persons)


def test_sizes_are_skewed_as_in_life(world: Path) -> None:
    persons = [row for node in ("mx", "us") for row in rows(world, node, "persons")]
    per_case = Counter(row["case_id"] for row in persons)
    assert 1.5 < len(persons) / len(per_case) < 2.6
    assert max(per_case.values()) >= 6
    groups = sorted(int(row["count_best"]) for row in persons if row["unnamed_group"] == "true")
    assert groups[len(groups) // 2] < 12 < 40 < groups[-1]
    assert all(int(row["count_low"]) <= int(row["count_best"]) <= int(row["count_high"]) for row in persons)


def test_what_must_not_be_counted_is_there(world: Path) -> None:
    count = Count(world)
    held = sum(len(rows(world, node, "cases")) for node in ("mx", "us"))
    assert count.held["cases"] < 0.93 * held
    assert count.both["cases"] >= 11


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        make_large_world(cases=300, seed=seed, folder=tmp_path / name)
    files = [str(path.relative_to(tmp_path / "one")) for path in (tmp_path / "one").rglob("*") if path.is_file()]
    same, differ, missing = filecmp.cmpfiles(tmp_path / "one", tmp_path / "again", files, shallow=False)
    assert (sorted(same), differ, missing) == (sorted(files), [], [])
    assert not filecmp.cmp(tmp_path / "one/mx/persons.parquet", tmp_path / "other/mx/persons.parquet", shallow=False)


def test_it_is_written_chunk_by_chunk_and_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 100)
    monkeypatch.setattr(large_world, "CHUNK", 100)
    told: list[tuple[int, int]] = []
    make_large_world(cases=250, seed=1, folder=tmp_path / "w", report=lambda done, total: told.append((done, total)))
    assert told == [(100, 250), (200, 250), (250, 250)]
    assert pyarrow.parquet.ParquetFile(tmp_path / "w/us/persons.parquet").num_row_groups == 3


def test_one_case_is_a_world_too(tmp_path: Path) -> None:
    make_large_world(cases=1, seed=1, folder=tmp_path / "w", form="csv")
    assert truth(tmp_path / "w")["headline"]["cases"]["joint"] == Count(tmp_path / "w").joint["cases"]


def test_a_group_is_split_among_its_answers() -> None:
    sizes = np.array([5, 40, 300])
    reach = np.cumsum([[0.5, 0.0, 0.4]] * 3, axis=1)
    parts = split_group(sizes, reach, np.random.default_rng(1))
    assert (parts.sum(axis=1) <= sizes).all()
    assert (parts[:, 1] == 0).all()
    assert 140 <= parts[2, 0] <= 160
    assert 110 <= parts[2, 2] <= 130
