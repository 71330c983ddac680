# SPDX-License-Identifier: Apache-2.0
"""The sheet as a value: protected, and written and read without loss."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from tejido.statistics import Sheet, Tabulation, Window, join, protect
from tejido.statistics.definitions import definitions_hash
from tejido.statistics.layout import layout
from tejido.statistics.tabulation import Cell
from tejido.vocabulary import BadInput

GENDERS = {"male": 572, "female": 609, "gender_minority": 12, "unknown": 64}
TRAFFICKERS = {"male": 741, "female": 213, "gender_minority": 1, "unknown": 27}


def sheet(victims: dict[str, int] = GENDERS, traffickers: dict[str, int] = TRAFFICKERS, **states: int) -> Sheet:
    """A sheet with these genders; all ages unknown, all types unspecified; `US_NC=5` for states."""
    people = {"victims": victims, "traffickers": traffickers}
    cells = [Cell("contacts", None, None, 100, 100), Cell("cases", None, None, 90, 90)]
    cells += [Cell("cases", "state_of_potential_trafficking", s.replace("_", "-"), n, n) for s, n in states.items()]
    for unit, genders in people.items():
        total = sum(genders.values())
        cells.append(Cell(unit, None, None, total, total))
        cells += [Cell(unit, "gender", code, n, n) for code, n in genders.items()]
        cells.append(Cell(unit, "age_at_contact", "unknown", total, total))
    total = sum(victims.values())
    cells.append(Cell("victims", "type_of_trafficking", "other_not_specified", total, total))
    window = Window(date(2015, 9, 30), date(2017, 7, 31))
    definitions = definitions_hash(layout().indicators)
    return join([Tabulation("mx", window, date(2017, 8, 31), True, definitions, tuple(cells), ())])


def values(one: Sheet, indicator: str, by: str | None) -> dict[str | None, int | None]:
    return {figure.cell: figure.value for figure in one.table(indicator, by)}


def test_a_single_trafficker_cannot_be_worked_out_from_the_total() -> None:
    shown = values(protect(sheet(), k=11), "traffickers", "gender")
    assert shown == {"male": 741, "female": 213, "gender_minority": None, "unknown": None}


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert values(protect(sheet(), k=11), "victims", "gender") == GENDERS
    enough = {"male": 741, "female": 213, "gender_minority": 11, "unknown": 27}
    assert values(protect(sheet(traffickers=enough), k=11), "traffickers", "gender") == enough


def test_percentages_go_with_their_counts() -> None:
    figures = protect(sheet(), k=11).table("traffickers", "gender")
    assert {figure.cell: figure.percent for figure in figures} == {
        "male": "75%",
        "female": "22%",
        "gender_minority": None,
        "unknown": None,
    }
    assert all(figure.hidden == (figure.value is None) for figure in figures)


def test_an_empty_state_looks_like_one_with_few_cases() -> None:
    shown = values(protect(sheet(US_NC=5, US_TX=11), k=11), "cases", "state_of_potential_trafficking")
    assert {state for state, value in shown.items() if value is not None} == {"US-TX"}
    unprotected = values(sheet(US_NC=5, US_TX=11), "cases", "state_of_potential_trafficking")
    assert (unprotected["US-NC"], unprotected["US-CA"]) == (5, 0)


def test_a_hidden_headline_number_takes_its_tables_with_it() -> None:
    few = protect(sheet(traffickers={"male": 7, "female": 0, "gender_minority": 0, "unknown": 2}), k=11)
    assert few.headline["traffickers"].joint is None
    for figure in few.figures:
        if figure.indicator == "traffickers":
            assert (figure.value, figure.base, figure.hidden) == (None, None, True)
    assert few.headline["victims"].joint == 1257


def test_a_small_overlap_is_hidden_with_the_sum_that_reveals_it() -> None:
    one = sheet()
    overlapping = replace(one, headline=one.headline | {"cases": replace(one.headline["cases"], sum=95, both=5)})
    shown = protect(overlapping, k=11).headline["cases"]
    assert (shown.sum, shown.both, shown.joint) == (None, None, 90)
    assert protect(one, k=11).headline["cases"].both == 0


def test_figures_carry_what_the_issue_names() -> None:
    written = protect(sheet(), k=11).as_json()
    headline = [figure for figure in written["figures"] if figure["by"] is None]
    assert [(f["indicator"], f["unit"], f["cell"]) for f in headline] == [
        (name, name, None) for name in ("contacts", "cases", "victims", "traffickers")
    ]
    wanted = {"indicator", "unit", "by", "cell", "value", "hidden", "base", "multiple", "footnotes"}
    texts = {note["id"] for note in written["footnotes"]}
    for figure in written["figures"]:
        assert wanted <= set(figure)
        assert set(figure["footnotes"]) <= texts
        assert "sum" not in figure, "a public sheet keeps sums for its headline numbers only"
    assert written["headline"]["victims"] == {"sum": 1257, "both": 0, "joint": 1257}


def test_an_internal_sheet_is_read_back_as_it_was() -> None:
    one = sheet(US_NC=5)
    assert Sheet.from_json(json.loads(json.dumps(one.as_json()))) == one
    with pytest.raises(BadInput):
        Sheet.from_json({"schema": "tejido.sheet/1"})
    with pytest.raises(BadInput):
        Sheet.from_json([])


def test_notes_come_from_the_definitions() -> None:
    notes = {note.id: note.text for note in protect(sheet(), k=11).footnotes}
    assert "Numbers below 11" in notes["hidden_small"]["en"]
    assert "31 de agosto de 2017" in notes["as_of"]["es"]
    assert notes["date_that_counts"]["en"].startswith(
        "Contacts are counted by the day the contact was received; cases, potential victims and potential traffickers"
    )
    assert "hidden_small" not in {note.id for note in sheet().footnotes}
    for text in notes.values():
        assert "{" not in text["en"] + text["es"]


def of_two(
    mx: dict[str, int], us: dict[str, int], both: dict[str, int], *, us_as_of: date = date(2017, 8, 31)
) -> Sheet:
    """Victims by type of trafficking at two nodes; `both` are held by us and counted by mx."""
    window = Window(date(2015, 9, 30), date(2017, 7, 31))
    definitions = definitions_hash(layout().indicators)
    given = []
    for node, counted, held in (("mx", mx, mx), ("us", us, {code: us[code] + both.get(code, 0) for code in us})):
        cells = [Cell(unit, None, None, 100, 100) for unit in ("contacts", "cases", "traffickers")]
        for by in ("gender", "age_at_contact"):
            cells.append(Cell("traffickers", by, "unknown", 100, 100))
        here, all_held = sum(counted.values()), sum(held.values())
        cells.append(Cell("victims", None, None, here, all_held))
        cells += [Cell("victims", "type_of_trafficking", code, counted[code], held[code]) for code in counted]
        for by in ("gender", "age_at_contact"):
            cells.append(Cell("victims", by, "unknown", here, all_held))
        for code, number in (("agriculture_farms", 8), ("construction", 2), ("hospitality", 5)):
            cells.append(Cell("victims", "labor_industry", code, number if node == "mx" else 0, number))
        as_of = date(2017, 8, 31) if node == "mx" else us_as_of
        given.append(Tabulation(node, window, as_of, True, definitions, tuple(cells), ()))
    return join(given)


def test_a_small_number_known_to_both_cannot_be_worked_out_from_the_other_cells() -> None:
    one = protect(of_two({"labor": 300, "sex": 100}, {"labor": 200, "sex": 90}, {"labor": 30, "sex": 4}), k=11)
    assert one.headline["victims"].both == 34, "shown, so that the cells must not add up to it"
    table = one.table("victims", "type_of_trafficking")
    assert [figure.value for figure in table][:2] == [500, 190]
    assert {(figure.sum, figure.both) for figure in table} == {(None, None)}


def test_cells_known_to_many_keep_their_parts() -> None:
    one = protect(of_two({"labor": 300, "sex": 100}, {"labor": 200, "sex": 90}, {"labor": 30, "sex": 14}), k=11)
    assert [(f.sum, f.both) for f in one.table("victims", "type_of_trafficking")][:2] == [(530, 30), (204, 14)]


def test_the_order_of_hidden_cells_in_a_top_list_says_nothing() -> None:
    one = protect(of_two({"labor": 300}, {"labor": 200}, {}), k=11)
    top = one.table("victims", "labor_industry")
    assert [figure.value for figure in top] == [None, None, None]
    assert [figure.cell for figure in top] == ["agriculture_farms", "construction", "hospitality"]


def test_records_that_end_on_different_days_say_so() -> None:
    later = of_two({"labor": 300}, {"labor": 200}, {}, us_as_of=date(2017, 10, 15))
    for one in (later, protect(later, k=11)):
        notes = {note.id: note.text for note in one.footnotes}
        assert "August 31, 2017 (mx) and October 15, 2017 (us)" in notes["as_of"]["en"]
        assert "31 de agosto de 2017 (mx) y 15 de octubre de 2017 (us)" in notes["as_of"]["es"]
