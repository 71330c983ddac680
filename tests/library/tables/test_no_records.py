# SPDX-License-Identifier: Apache-2.0
"""A folder of records that holds what is no records at all: one short line, never a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.library.tables.folder import AS_OF, make, refusal

from tejido.tables.reading import open_records
from tejido.tables.writing import RecordWriter
from tejido.vocabulary import BadInput


def test_an_organisation_signs_in_both_languages_and_older_files_are_still_read(tmp_path: Path) -> None:
    name = {"en": "Woven Line", "es": "Línea Tejida"}
    with RecordWriter(tmp_path / "mx", node="mx", as_of=AS_OF, invented=True, organisation=name):
        pass
    assert open_records(tmp_path / "mx").organisation == name
    path = tmp_path / "mx" / "records.json"
    before = {"schema": "tejido.records/1", "node": "mx", "as_of": "2017-08-31", "invented": True}
    path.write_text(json.dumps(before), "utf-8")
    assert open_records(tmp_path / "mx").organisation is None


@pytest.mark.parametrize(
    "organisation",
    [None, "Red", {"en": "Red"}, {"en": "Red", "es": ""}, {"en": "R", "es": 3}, {"en": "R\n", "es": "R"},
     {"en": "R" * 121, "es": "R"}],
)  # fmt: skip
def test_an_organisation_has_a_name_in_both_languages(tmp_path: Path, organisation: object) -> None:
    folder = make(tmp_path)
    path = folder / "records.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"organisation": organisation}), "utf-8")
    with pytest.raises(BadInput, match="both languages"):
        open_records(folder)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"rows": ' + "1" * 5000 + "}", "x" * 2_000_000])
def test_a_manifest_that_cannot_be_read_is_one_line(tmp_path: Path, text: str) -> None:
    folder = make(tmp_path)
    (folder / "records.json").write_text(text, "utf-8")
    with pytest.raises(BadInput, match="expected one JSON object"):
        open_records(folder)


def _a_folder(path: Path) -> None:
    path.mkdir()


def _a_link_to_nothing(path: Path) -> None:
    path.symlink_to("/nowhere")


def _a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("put", [_a_folder, _a_link_to_nothing, _a_pipe])
def test_what_is_no_file_is_refused(tmp_path: Path, put: Callable[[Path], None]) -> None:
    folder = make(tmp_path)
    (folder / "cases.csv").unlink()
    put(folder / "cases.csv")
    with pytest.raises(BadInput, match=r"mx/cases.csv: expected a file"):
        open_records(folder)


def test_a_million_letters_are_said_in_a_short_line(tmp_path: Path) -> None:
    folder = make(tmp_path)
    path = folder / "cases.csv"
    whole = path.read_text("utf-8")
    path.write_text("x" * 1_000_000 + "\n" + whole, "utf-8")
    assert len(refusal(folder)) < 1000
    path.write_text(whole + "x" * 1_000_000, "utf-8")
    assert "a line end or a quotation mark is missing" in refusal(folder)


def test_references_into_a_table_that_was_cut_say_so(tmp_path: Path) -> None:
    folder = make(tmp_path)
    path = folder / "cases.csv"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    assert "is not in the table cases (which has 1 of its 2 rows)" in refusal(folder)
