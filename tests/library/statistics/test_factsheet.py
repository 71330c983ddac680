# SPDX-License-Identifier: Apache-2.0
"""The fact sheet of the invented world of 2017: the printed figures, the files, and nothing else."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from tejido.reports.document import INTERNAL_STAMP, INVENTED_STAMP
from tejido.statistics import Sheet, Window, join, protect, tabulate
from tejido.statistics.document import document_of
from tejido.statistics.factsheet import build, fact_sheet
from tejido.tables.reading import open_records
from tejido.vocabulary import BadInput

WINDOW = Window.parse("2015-09-30..2017-07-31")
PRINTED = Path(__file__).parents[3].parent / "shared" / "data" / "fact_sheet_2015_2017.yaml"
PARTS = ("mx", "us")


@pytest.fixture(scope="module")
def world(world_2017: Path) -> Path:
    return world_2017


@pytest.fixture(scope="module")
def sheet(world: Path) -> Sheet:
    return join(tabulate([open_records(world / part) for part in PARTS], window=WINDOW))


def rows(world: Path, node: str, table: str) -> list[dict[str, str]]:
    with (world / node / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_joint_figures_are_those_of_the_printed_sheet(sheet: Sheet) -> None:
    if not PRINTED.is_file():
        pytest.skip("the figures of the printed sheet are not beside this checkout")
    printed = yaml.safe_load(PRINTED.read_text("utf-8"))
    assert {unit: sheet.headline[unit].joint for unit in sheet.headline} == {
        unit: entry["value"] for unit, entry in printed["headline"].items()
    }
    for table in printed["tables"]:
        figures = sheet.table(table["unit"] or "victims", table["by"])
        assert {figure.cell: figure.value for figure in figures} == {
            cell: number for cell, (number, _) in table["cells"].items()
        }, table["by"]


def test_cases_known_to_both_agree_with_both_nodes_files(world: Path, sheet: Sheet) -> None:
    """Counted here by hand, with the csv module only."""
    shared = [{row["handover_id"] for row in rows(world, node, "cases") if row["handover_id"]} for node in PARTS]
    both = shared[0] & shared[1]
    assert len(both) >= 11
    for unit in ("cases", "victims", "traffickers"):
        entry = sheet.headline[unit]
        assert entry.both is not None
        assert entry.both >= 11, unit
        assert entry.sum == (entry.joint or 0) + entry.both
    assert sheet.headline["cases"].both <= len(both)
    assert sheet.headline["contacts"].both == 0


def test_totals_exchanged_without_rows_give_the_same_sheet(world: Path, sheet: Sheet) -> None:
    mx, us = (open_records(world / part) for part in PARTS)
    apart = tabulate([mx], window=WINDOW, partners=["us"]) + tabulate([us], window=WINDOW, partners=["mx"])
    assert join(apart) == sheet


def test_exactly_three_files_the_same_bytes_each_time(world: Path, tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        records = [open_records(world / part) for part in PARTS]
        build(records, window=WINDOW, language="es", folder=tmp_path / name)
        files = sorted((tmp_path / name).iterdir())
        assert [file.name for file in files] == ["sheet.html", "sheet.json", "sheet.pdf"]
        made.append([file.read_bytes() for file in files])
    assert made[0] == made[1]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["one", "two"], "a temporary folder was left behind"
    written = json.loads((tmp_path / "one" / "sheet.json").read_text("utf-8"))
    assert (written["language"], written["as_of"], written["invented"]) == ("es", "2017-08-31", True)
    assert written["protection"] == {"k": 11}


def test_both_languages_say_the_same_numbers(sheet: Sheet) -> None:
    shown = protect(sheet, k=11)
    english, spanish = document_of(shown, "en"), document_of(shown, "es")
    assert [number.value for number in english.headline] == [number.value for number in spanish.headline]
    for one, other in zip(english.tables, spanish.tables, strict=True):
        assert one.title != other.title
        assert [(row.value, row.percent, row.hidden) for row in one.rows] == [
            (row.value, row.percent, row.hidden) for row in other.rows
        ]
    assert english.map is not None
    assert spanish.map is not None
    assert english.map.states == spanish.map.states
    assert english.period == "September 30, 2015 to July 31, 2017"
    assert spanish.period == "Del 30 de septiembre de 2015 al 31 de julio de 2017"


def test_the_map_shows_no_state_whose_number_is_hidden(sheet: Sheet) -> None:
    shown = protect(sheet, k=11)
    printed = document_of(shown, "en").map
    assert printed is not None
    assert printed.band_labels[0] == "11 to 24"
    assert printed.none_label == "Fewer than 11, or none"
    for figure in shown.table("cases", "state_of_potential_trafficking"):
        assert (printed.states[str(figure.cell)] is None) == figure.hidden
        assert figure.hidden or (figure.value or 0) >= 11


def test_every_mark_leads_to_a_note_and_every_numbered_note_is_marked(sheet: Sheet) -> None:
    document = document_of(protect(sheet, k=11), "es")
    used = {mark for part in (*document.headline, *document.tables) for mark in part.marks}
    used |= set(document.map.marks if document.map else ())
    assert used == {mark for mark, _ in document.footnotes if mark}
    assert len(used) >= 5


def test_stamps(sheet: Sheet) -> None:
    assert document_of(protect(sheet, k=11), "en").stamps == (INVENTED_STAMP,)
    assert document_of(sheet, "en").stamps == (INVENTED_STAMP, INTERNAL_STAMP)


def test_an_unprotected_sheet_must_be_internal(world: Path, tmp_path: Path) -> None:
    records = [open_records(world / "mx")]
    with pytest.raises(BadInput):
        build(records, window=WINDOW, language="en", folder=tmp_path / "out", protection=None)
    assert not (tmp_path / "out").exists()
    counts = tabulate(records, window=WINDOW)
    internal = fact_sheet(counts, protection=None, internal=True)
    assert internal.as_json()["figures"][0]["sum"] == internal.headline["contacts"].sum
    assert fact_sheet(counts, protection=11, internal=True).internal


def test_what_stands_in_the_way_is_left_alone(world: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("mine", "utf-8")
    with pytest.raises(BadInput):
        build([open_records(world / "mx")], window=WINDOW, language="en", folder=out)
    assert [entry.name for entry in out.iterdir()] == ["thesis.docx"]


def test_nothing_is_left_where_printing_fails(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the printer is on fire")

    monkeypatch.setattr("tejido.statistics.factsheet.write", fail)
    with pytest.raises(RuntimeError):
        build([open_records(world / "mx")], window=WINDOW, language="en", folder=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_as_of_is_the_earlier_of_the_nodes(world: Path) -> None:
    counts = tabulate([open_records(world / part) for part in PARTS], window=WINDOW)
    assert join(counts).as_of == min(one.as_of for one in counts) == date(2017, 8, 31)
