# SPDX-License-Identifier: Apache-2.0
"""Totals of several nodes as one sheet, with the checks that totals alone allow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.specs.invented import records_of

from tejido.statistics import Cell, Tabulation, Window, definitions, join, tabulate
from tejido.statistics.layout import layout
from tejido.statistics.tabulation import HandedOver
from tejido.vocabulary import BadInput, code_list

WINDOW = Window.parse("2016-01-01..2016-12-31")
MX = {
    "cases": "case_id, opened_on, handover_id, counted_by\na, 2016-02-01, h1, us\nb, 2016-02-01, ,",
    "places": "case_id, country, state\na, MX, MX-PUE\nb, MX, MX-TLA",
    "persons": "case_id, gender, nationalities, handover_id, counted_by\na, unknown, MX, p1, us\nb, female, MX;GT, ,",
}
US = {
    "cases": "case_id, opened_on, handover_id, counted_by\nc, 2016-02-03, h1, us",
    "places": "case_id, country, state\nc, US, US-NC\nc, MX, MX-PUE",
    "persons": "case_id, gender, nationalities, handover_id, counted_by\nc, female, MX, p1, us\nc, female, HN, p2, us",
}


def exchanged() -> list[Tabulation]:
    """As nodes count when only totals travel."""
    mx, us = records_of("mx", MX), records_of("us", US)
    return tabulate([mx], window=WINDOW, partners=["us"]) + tabulate([us], window=WINDOW, partners=["mx"])


def refused(tabulations: list[Tabulation]) -> str:
    with pytest.raises(BadInput) as problem:
        join(tabulations)
    return problem.value.line("en")


def with_cell(tabulation: Tabulation, indicator: str, by: str | None, cell: str | None, **change: int) -> Tabulation:
    found = [c for c in tabulation.cells if (c.indicator, c.by, c.cell) == (indicator, by, cell)]
    assert len(found) == 1
    return replace(tabulation, cells=tuple(replace(c, **change) if c is found[0] else c for c in tabulation.cells))


def test_sum_both_and_joint() -> None:
    sheet = join(exchanged())
    assert {unit: (e.sum, e.both, e.joint) for unit, e in sheet.headline.items()} == {
        "contacts": (0, 0, 0),
        "cases": (3, 1, 2),
        "victims": (4, 1, 3),
        "traffickers": (0, 0, 0),
    }
    gender = {figure.cell: (figure.sum, figure.both, figure.value) for figure in sheet.table("victims", "gender")}
    # The organisation that counts knows her gender; the other's "unknown" is in the sum only.
    assert gender == {"female": (3, 0, 3), "male": (0, 0, 0), "gender_minority": (0, 0, 0), "unknown": (1, 1, 0)}


def test_totals_alone_give_the_same_sheet_as_rows_in_any_order() -> None:
    from_rows = join(tabulate([records_of("us", US), records_of("mx", MX)], window=WINDOW))
    assert join(exchanged()) == from_rows == join(exchanged()[::-1])


def test_top_lists_are_ranked_and_never_print_a_zero() -> None:
    table = join(exchanged()).table("victims", "nationality")
    assert [(figure.cell, figure.value, figure.base, figure.multiple) for figure in table] == [
        ("MX", 2, 3, True),
        ("GT", 1, 3, True),
        ("HN", 1, 3, True),
    ]


def test_every_state_of_both_countries_is_on_the_map() -> None:
    states = {
        figure.cell: figure.value for figure in join(exchanged()).table("cases", "state_of_potential_trafficking")
    }
    assert len(states) == 84
    assert {state: value for state, value in states.items() if value} == {"MX-TLA": 1, "US-NC": 1, "MX-PUE": 1}


def test_a_case_removed_or_doubled_on_one_side_shows_in_the_totals() -> None:
    mx, us = exchanged()
    removed = replace(us, handed_over=(HandedOver("cases", 0, {"mx": 0}), us.handed_over[1]))
    assert "us counts 0 handed-over cases, but mx leaves 1 to it" in refused([mx, removed])
    stale = replace(mx, handed_over=(HandedOver("cases", 0, {"us": 0}), mx.handed_over[1]))
    assert "us counts 1 handed-over cases, but mx leaves 0 to it" in refused([stale, us])


@pytest.mark.parametrize(("at_mx", "at_us"), [("mx", "us"), ("us", "mx")], ids=["both count it", "neither does"])
def test_a_case_both_count_or_neither_shows_in_the_totals_alone(at_mx: str, at_us: str) -> None:
    rows = "case_id, opened_on, handover_id, counted_by\na, 2016-02-01, h1, {}"
    mx, us = (records_of(node, {"cases": rows.format(who)}) for node, who in (("mx", at_mx), ("us", at_us)))
    apart = tabulate([mx], window=WINDOW, partners=["us"]) + tabulate([us], window=WINDOW, partners=["mx"])
    assert "one side is out of date, or a row was removed or doubled" in refused(apart)


def test_a_person_is_counted_by_whoever_counts_her_case() -> None:
    wrong = MX | {"persons": "case_id, handover_id, counted_by\na, p1, mx"}
    with pytest.raises(BadInput) as problem:
        tabulate([records_of("mx", wrong)], window=WINDOW, partners=["us"])
    assert problem.value.line("en") == (
        "mx/persons, handover_id p1: counted by mx, but the case by us; expected the same"
    )


def test_the_counting_node_may_know_people_its_partner_never_heard_of() -> None:
    mx, us = exchanged()
    assert [entry.counted_here for entry in us.handed_over] == [1, 2]
    assert [entry.left_to for entry in mx.handed_over] == [{"us": 1}, {"us": 1}]
    fewer = replace(us, handed_over=(us.handed_over[0], HandedOver("persons", 0, {"mx": 0})))
    assert "handed-over persons" in refused([mx, fewer])


def test_tabulations_not_made_for_each_other() -> None:
    mx, us = exchanged()
    assert refused([]) == "no tabulations were given"
    assert "given twice" in refused([mx, mx])
    assert "counted 2016-01-01..2016-12-30" in refused([mx, replace(us, window=Window.parse("2016-01-01..2016-12-30"))])
    assert "other definitions" in refused([mx, replace(us, definitions="0" * 64)])
    assert "invented records cannot be counted" in refused([mx, replace(us, invented=False)])


def test_a_partner_whose_code_list_is_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    mx, us = exchanged()
    older = replace(code_list("gender"), version="the year before")
    monkeypatch.setattr(definitions, "code_list", lambda name: older if name == "gender" else code_list(name))
    theirs = replace(us, definitions=definitions.definitions_hash(layout().indicators))
    monkeypatch.undo()
    assert "both need the same version" in refused([mx, theirs])


def test_cells_that_cannot_be_right() -> None:
    mx, us = exchanged()
    assert "the parts add up to 2 of 3" in refused([mx, with_cell(us, "victims", None, None, counted=3, held=3)])
    assert "exceeds the base" in refused([mx, with_cell(us, "victims", "nationality", "HN", counted=9, held=9)])
    extra = replace(us, cells=(*us.cells, Cell("victims", "gender", "Ana Pérez", 0, 1)))
    assert "is not expected" in refused([mx, extra])
    twice = replace(us, cells=(*us.cells, us.cells[0]))
    assert "is not expected" in refused([mx, twice])
    missing = replace(us, cells=tuple(cell for cell in us.cells if cell.indicator != "contacts"))
    assert "contacts was not counted" in refused([mx, missing])
