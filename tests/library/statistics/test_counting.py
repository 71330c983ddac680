# SPDX-License-Identifier: Apache-2.0
"""Counting together: hand-overs are counted once, disagreements are refused, totals travel alone."""

from __future__ import annotations

import json

import pytest
from tests.specs.invented import records_of

from tejido.statistics import Tabulation, Window, tabulate, totals
from tejido.statistics.counting import counter
from tejido.statistics.definitions import indicators
from tejido.tables import checks, rows
from tejido.tables.reading import Records
from tejido.vocabulary import BadInput

WINDOW = Window.parse("2016-01-01..2016-12-31")
HEADER = "case_id, opened_on, handover_id, counted_by\n"


def node(name: str, *cases: str, persons: str = "") -> Records:
    rows = "\n".join(cases)
    ids = [case.split(",")[0] for case in cases]
    places = "case_id, country\n" + "\n".join(f"{one}, MX" for one in ids)
    return records_of(name, {"cases": HEADER + rows, "places": places} | ({"persons": persons} if persons else {}))


def counted(tabulations: list[Tabulation], indicator: str) -> list[tuple[int, int]]:
    return [
        (cell.counted, cell.held)
        for t in tabulations
        for cell in t.cells
        if (cell.indicator, cell.by) == (indicator, None)
    ]


def refused(*records: Records) -> str:
    with pytest.raises(BadInput) as problem:
        tabulate(records, window=WINDOW)
    return problem.value.line("en")


def test_a_handed_over_case_is_held_by_both_and_counted_by_one() -> None:
    mx = node("mx", "a, 2016-02-01, h1, us", "b, 2016-02-01, ,")
    us = node("us", "c, 2016-02-03, h1, us")
    assert counted(tabulate([mx, us], window=WINDOW), "cases") == [(1, 2), (1, 1)]
    assert counted(tabulate([us, mx], window=WINDOW), "cases") == [(1, 1), (1, 2)]


def test_a_node_alone_counts_what_it_left_to_an_absent_one() -> None:
    mx = node("mx", "a, 2016-02-01, h1, us", "b, 2016-02-01, ,")
    assert counted(tabulate([mx], window=WINDOW), "cases") == [(2, 2)]
    assert counted(tabulate([mx], window=WINDOW, partners=["us"]), "cases") == [(1, 2)]


def test_a_window_of_none_counts_everything() -> None:
    mx = node("mx", "a, 1999-02-01, ,", "b, 2016-02-01, ,")
    assert counted(tabulate([mx], window=None), "cases") == [(2, 2)]
    assert counted(tabulate([mx], window=WINDOW), "cases") == [(1, 1)]


def test_a_row_left_to_a_node_that_does_not_hold_it() -> None:
    line = refused(node("mx", "a, 2016-02-01, h1, us"), node("us", "c, 2016-02-03, ,"))
    assert line.startswith("mx/cases, handover_id h1: left to us")


def test_a_hand_over_twice_at_one_node() -> None:
    line = refused(node("mx", "a, 2016-02-01, h1, us"), node("us", "c, 2016-02-03, h1, us", "d, 2016-02-03, h1, us"))
    assert line.startswith("us/cases, handover_id h1: the same handover_id stands in 2 rows")


def test_nodes_that_name_different_counters() -> None:
    line = refused(node("mx", "a, 2016-02-01, h1, mx"), node("us", "c, 2016-02-03, h1, us"))
    assert "mx says it is counted by mx, us says by us" in line
    line = refused(node("mx", "a, 2016-02-01, h1,"), node("us", "c, 2016-02-03, h1, us"))
    assert "mx says it is counted by no one, us says by us" in line


def test_a_hand_over_nobody_says_who_counts() -> None:
    assert "neither says who counts it" in refused(node("mx", "a, 2016-02-01, h1,"), node("us", "c, 2016-02-03, h1,"))


def test_a_hand_over_two_nodes_leave_to_a_third_that_is_absent() -> None:
    line = refused(node("mx", "a, 2016-02-01, h1, gt"), node("us", "c, 2016-02-03, h1, gt"))
    assert "leave it to gt, whose records are not given" in line


def test_a_person_left_to_a_node_that_does_not_hold_her() -> None:
    mine = "person_id, case_id, handover_id, counted_by\nana, a, p1, us"
    theirs = "person_id, case_id, handover_id, counted_by\nana-too, c, p2, us"
    line = refused(
        node("mx", "a, 2016-02-01, h1, us", persons=mine), node("us", "c, 2016-02-03, h1, us", persons=theirs)
    )
    assert line.startswith("mx/persons, handover_id p1")


def test_the_same_node_twice_and_none_at_all() -> None:
    mx = node("mx", "a, 2016-02-01, ,")
    assert refused(mx, mx) == "mx: the records of mx were given twice"
    assert refused() == "no records were given"


def test_a_group_with_codes_of_its_own_is_refused_rather_than_left_out() -> None:
    group = "person_id, case_id, unnamed_group, count_low, count_best, count_high, gender\ng, a, true, 3, 4, 5, male"
    line = refused(node("mx", "a, 2016-02-01, ,", persons=group))
    assert line.startswith("mx/persons, row 2, column gender: an unnamed group has 'male' in its own row")


def test_what_nodes_exchange_holds_totals_and_comes_back_whole() -> None:
    persons = "person_id, case_id, gender\nsecret-person-id, a, female"
    (tabulation,) = tabulate(
        [node("mx", "secret-case-id, 2016-02-01, ,", "a, 2016-02-01, ,", persons=persons)], window=WINDOW
    )
    text = json.dumps(tabulation.as_json())
    assert "secret" not in text
    assert Tabulation.from_json(json.loads(text)) == tabulation
    assert counted([tabulation], "victims") == [(1, 1)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": "tejido.tabulation/2"}, "expected tejido.tabulation/1"),
        ({"rows": []}, "expected exactly the fields"),
        (
            {"cells": [{"indicator": "cases", "by": None, "cell": None, "counted": 3, "held": 2}]},
            "more counted than held",
        ),
        ({"cells": [{"indicator": "cases", "by": None, "cell": None, "counted": -1, "held": 2}]}, "zero or more"),
        (
            {"cells": [{"indicator": "cases", "by": None, "cell": "x", "counted": 1, "held": 2}]},
            "by and cell come together",
        ),
        ({"as_of": "31/08/2017"}, "expected a date"),
        ({"invented": "yes"}, "true or false"),
        ({"window": {"start": "2016-12-31", "end": "2016-01-01"}}, "before it starts"),
    ],
)
def test_a_message_that_is_no_tabulation_is_refused(change: dict, says: str) -> None:
    (tabulation,) = tabulate([node("mx", "a, 2016-02-01, ,")], window=WINDOW)
    with pytest.raises(BadInput) as problem:
        Tabulation.from_json(tabulation.as_json() | change)
    assert says in problem.value.line("en")


def test_whatever_is_read_and_added_up_at_once_the_totals_are_the_same(
    records: list[Records], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [one.id for one in indicators().values() if one.source == "records"]
    whole = tabulate(records, window=None, names=names)
    monkeypatch.setattr(checks, "_PORTION", 100)
    monkeypatch.setattr(totals, "_PORTION", 100)
    monkeypatch.setattr(rows, "_FEW", {rows.np.int8: 3, rows.np.int16: 6})  # columns whose portions differ in width
    monkeypatch.setattr(rows, "_NARROW", 40)
    assert tabulate(records, window=None, names=names) == whole
    assert sum(cell.held > 0 for one in whole for cell in one.cells) > 200


def test_counting_never_writes_to_disk() -> None:
    with counter() as connection:
        assert connection.execute("SELECT current_setting('temp_directory')").fetchone() == ("",)
        assert connection.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall() == [(None,)]


@pytest.mark.parametrize("text", ["2016-01-01", "2016-01-01..", "20160101..20161231", "2016-02-30..2016-03-01", "a..b"])
def test_a_window_that_is_none(text: str) -> None:
    with pytest.raises(BadInput):
        Window.parse(text)
