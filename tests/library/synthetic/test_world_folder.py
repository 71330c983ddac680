# SPDX-License-Identifier: Apache-2.0
"""Nothing half-written, nothing of anyone else's overwritten."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tejido.synthetic import make_large_world, make_world
from tejido.tables.writing import RecordWriter
from tejido.vocabulary import BadInput


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def small(folder: Path, *, seed: int = 1, force: bool = False) -> None:
    make_large_world(cases=20, seed=seed, folder=folder, force=force)


def test_a_world_we_made_is_replaced(tmp_path: Path) -> None:
    small(tmp_path / "w")
    before = (tmp_path / "w/us/persons.parquet").read_bytes()
    small(tmp_path / "w", seed=2)
    assert (tmp_path / "w/us/persons.parquet").read_bytes() != before
    assert left(tmp_path) == ["w"]
    assert left(tmp_path / "w") == ["mx", "truth", "us"]


def test_an_empty_folder_and_missing_parents_are_fine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    small(tmp_path / "empty")
    small(tmp_path / "a" / "b" / "w")
    assert left(tmp_path / "a" / "b") == ["w"]


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "mx").mkdir(parents=True)
    (folder / "mx" / "letter.txt").write_text("dear")
    with pytest.raises(BadInput, match="not empty"):
        small(folder)
    assert (folder / "mx" / "letter.txt").read_text() == "dear"
    assert left(tmp_path) == ["mine"]


def test_a_world_to_which_someone_added_a_file_is_no_longer_ours_alone(tmp_path: Path) -> None:
    small(tmp_path / "w")
    (tmp_path / "w" / "notes.txt").write_text("keep me")
    with pytest.raises(BadInput, match="--force"):
        small(tmp_path / "w", seed=2)
    small(tmp_path / "w", seed=2, force=True)
    assert (tmp_path / "w" / "notes.txt").read_text() == "keep me"
    assert left(tmp_path / "w") == ["mx", "notes.txt", "truth", "us"]


def test_a_file_in_the_way_is_refused_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("a file")
    with pytest.raises(BadInput, match="expected a folder"):
        small(tmp_path / "w", force=True)
    with pytest.raises(BadInput, match="cannot be written"):
        small(tmp_path / "w" / "below")
    assert (tmp_path / "w").read_text() == "a file"


@pytest.mark.parametrize("make", [small, lambda folder: make_world(like="2017", seed=1, folder=folder)])
def test_a_full_disk_leaves_nothing_behind(make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def write(self: RecordWriter, table: str, rows: object) -> None:
        written.append(table)
        if len(written) > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(RecordWriter, "write", write)
    with pytest.raises(BadInput, match="no space left on the disk") as refused:
        make(tmp_path / "deep" / "w")
    assert "\n" not in refused.value.line("en") + refused.value.line("es")
    assert left(tmp_path) == []


def test_a_failure_keeps_the_world_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path / "w")
    before = (tmp_path / "w/us/persons.parquet").read_bytes()

    def write(self: RecordWriter, table: str, rows: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(RecordWriter, "write", write)
    with pytest.raises(BadInput):
        small(tmp_path / "w", seed=2)
    assert (tmp_path / "w/us/persons.parquet").read_bytes() == before
    assert left(tmp_path) == ["w"]


def test_a_rename_that_fails_half_way_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path / "w")
    before = (tmp_path / "w/mx/persons.parquet").read_bytes()
    rename = os.rename

    def fails_on_us(source: Path, target: Path) -> None:
        if target == tmp_path / "w" / "us" and ".old." not in str(source):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", fails_on_us)
        with pytest.raises(BadInput, match=os.strerror(errno.EIO)):
            small(tmp_path / "w", seed=2)
    assert (tmp_path / "w/mx/persons.parquet").read_bytes() == before
    assert left(tmp_path / "w") == ["mx", "truth", "us"]
    assert left(tmp_path) == ["w"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="cannot be written"):
        small(tmp_path / "w")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_range_is_refused(seed: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no seed"):
        small(tmp_path / "w", seed=seed)
    with pytest.raises(BadInput, match="is no seed"):
        make_world(like="2017", seed=seed, folder=tmp_path / "w")
    assert left(tmp_path) == []


@pytest.mark.parametrize("cases", [0, -5, 10**9])
def test_a_number_of_cases_out_of_range_is_refused(cases: int, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be made"):
        make_large_world(cases=cases, seed=1, folder=tmp_path / "w")
    assert left(tmp_path) == []


def test_an_unknown_flavour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="known: 2017"):
        make_world(like="../names", seed=1, folder=tmp_path / "w")
    assert left(tmp_path) == []
