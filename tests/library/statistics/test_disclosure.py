# SPDX-License-Identifier: Apache-2.0
"""What is hidden stays hidden, nothing more is hidden than must be, and the attacker is exact."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tejido.statistics.disclosure import CellTable, hidden_cells, is_small, recoverable, uncovered

K = 11

SHEET_2017 = [
    CellTable("headline", None, False, False, {"contacts": 1189, "cases": 727, "victims": 1257, "traffickers": 982}),
    CellTable(
        "type", 1257, False, True, {"labor": 793, "sex": 389, "sex_and_labor": 50, "other": 25}, ("headline", "victims")
    ),
    CellTable("industries", 1257, True, False, {"agriculture": 329, "domestic": 91, "illicit": 72}),
    CellTable("victims gender", 1257, False, True, {"male": 572, "female": 609, "gender_minority": 12, "unknown": 64}),
    CellTable("victims age", 1257, False, True, {"adult": 881, "minor": 203, "unknown": 173}),
    CellTable("victims nationality", 1257, True, False, {"MX": 758, "US": 117, "HN": 57, "GT": 30}),
    CellTable(
        "traffickers gender",
        982,
        False,
        True,
        {"male": 741, "female": 213, "gender_minority": 1, "unknown": 27},
        ("headline", "traffickers"),
    ),
    CellTable("traffickers age", 982, False, True, {"adult": 875, "minor": 10, "unknown": 97}),
    CellTable("traffickers nationality", 982, True, False, {"MX": 289, "US": 101, "HN": 25, "GT": 18}),
]


def single(cells: dict[str, int], name: str = "one") -> CellTable:
    return CellTable(name, sum(cells.values()), False, True, cells)


def test_the_2017_sheet_hides_exactly_four_cells() -> None:
    hidden = hidden_cells(SHEET_2017, k=K)
    assert {name: set(codes) for name, codes in hidden.items() if codes} == {
        "traffickers gender": {"gender_minority", "unknown"},
        "traffickers age": {"minor", "unknown"},
    }
    assert recoverable(SHEET_2017, hidden)["traffickers gender"] == {"gender_minority": (1, 27), "unknown": (1, 27)}


def test_hiding_only_the_small_cell_hides_nothing() -> None:
    alone = {"traffickers gender": frozenset({"gender_minority"})}
    assert recoverable(SHEET_2017, alone)["traffickers gender"] == {"gender_minority": (1, 1)}
    assert [key for key, _ in uncovered(SHEET_2017, alone, k=K)] == [("traffickers gender", "gender_minority")]


def test_a_count_of_k_is_printed_and_a_zero_too() -> None:
    assert hidden_cells([single({"a": 11, "b": 0, "c": 40})], k=K) == {"one": frozenset()}


def test_two_small_cells_that_sum_to_two_need_a_third() -> None:
    assert hidden_cells([single({"a": 1, "b": 1, "c": 300, "d": 20})], k=K)["one"] == {"a", "b", "d"}


def test_small_cells_that_cover_each_other_need_no_third() -> None:
    assert hidden_cells([single({"a": 9, "b": 8, "c": 300})], k=K)["one"] == {"a", "b"}


def test_a_table_that_nothing_else_protects_is_hidden_whole_zeros_included() -> None:
    ones = {f"c{i}": 1 for i in range(11)} | {"none": 0}
    assert hidden_cells([single(ones)], k=K)["one"] == set(ones)


def test_a_table_about_fewer_than_k_people_is_hidden_whole() -> None:
    assert hidden_cells([single({"a": 5, "b": 0})], k=K)["one"] == {"a", "b"}


def test_a_top_list_hides_its_small_cells_and_nothing_else() -> None:
    top = CellTable("top", 1257, True, False, {"MX": 758, "HN": 57, "GT": 4})
    assert hidden_cells([top], k=K)["top"] == {"GT"}


def test_a_complete_multiple_table_may_not_leave_only_one_answer_for_the_rest() -> None:
    # Whoever is not among the 97 has the other answer: at least three people do.
    table = CellTable("nationality", 100, True, True, {"MX": 97, "HN": 3})
    assert recoverable([table], {"nationality": frozenset({"HN"})})["nationality"]["HN"] == (3, 100)
    assert hidden_cells([table], k=K)["nationality"] == {"MX", "HN"}


def test_a_hidden_headline_is_attacked_through_every_table_that_adds_up_to_it() -> None:
    headline = CellTable("headline", None, False, False, {"victims": 40})
    parts = CellTable("age", 40, False, True, {"adult": 25, "unknown": 15}, ("headline", "victims"))
    assert recoverable([headline, parts], {"headline": frozenset({"victims"})})["headline"]["victims"] == (40, 40)


def test_a_small_headline_hides_with_all_its_parts() -> None:
    headline = CellTable("headline", None, False, False, {"victims": 7, "cases": 30})
    parts = CellTable("age", 7, False, True, {"adult": 5, "minor": 2, "unknown": 0}, ("headline", "victims"))
    hidden = hidden_cells([headline, parts], k=K)
    assert hidden == {"headline": frozenset({"victims"}), "age": frozenset({"adult", "minor", "unknown"})}
    assert uncovered([headline, replace(parts, base=None)], hidden, k=K) == []


@pytest.mark.parametrize("k", [1, 0, -3])
def test_a_k_that_protects_nobody_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="at least 2"):
        hidden_cells([single({"a": 5})], k=k)


def test_negative_counts_and_repeated_names_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        hidden_cells([CellTable("one", 4, False, True, {"a": -1})], k=K)
    with pytest.raises(ValueError, match="unique"):
        hidden_cells([single({"a": 5}), single({"a": 5})], k=K)


counts = st.lists(st.integers(0, 40), min_size=1, max_size=7)


@st.composite
def tables(draw: st.DrawFn) -> CellTable:
    cells = {f"c{i}": count for i, count in enumerate(draw(counts))}
    multiple, complete = draw(st.booleans()), draw(st.booleans())
    total = sum(cells.values())
    if multiple:
        base = draw(st.integers(max(cells.values()), total if complete else total + 30))
    else:
        base = total if complete else total + draw(st.integers(0, 30))
    return CellTable("t", base, multiple, complete, cells)


@settings(max_examples=150, deadline=None)
@given(tables(), st.integers(2, 12))
def test_after_hiding_the_attacker_places_no_cell_too_narrowly(table: CellTable, k: int) -> None:
    hidden = hidden_cells([table], k=k)
    assert {code for code, count in table.cells.items() if is_small(count, k)} <= hidden["t"]
    if is_small(table.base or 0, k):
        return  # not printed: nothing to subtract from
    for code, (low, high) in recoverable([table], hidden)["t"].items():
        if table.cells[code] < k:
            assert low <= 1
            assert high is None or high >= min(k - 1, table.base or 0)
        else:
            assert high is None or high - low + 1 >= k


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 7), min_size=2, max_size=4), st.booleans(), st.sets(st.integers(0, 3), min_size=1))
def test_the_attacker_finds_what_trying_every_table_finds(values: list[int], multiple: bool, which: set[int]) -> None:
    cells = {f"c{i}": count for i, count in enumerate(values)}
    # The attacker relies on the published rule: a hidden cell is no zero unless its table is hidden whole.
    gone = frozenset(f"c{i}" for i in which if i < len(values))
    if len(gone) < len(cells):
        gone = frozenset(code for code in gone if cells[code] > 0)
    base = max(values) if multiple else sum(values)
    table = CellTable("t", base, multiple, True, cells)
    floor = 0 if len(gone) == len(cells) else 1
    unknown = sorted(gone)
    shown = sum(count for code, count in cells.items() if code not in gone)
    fits = [
        dict(zip(unknown, guess, strict=True))
        for guess in product(range(floor, base + 1), repeat=len(unknown))
        if (shown + sum(guess) >= base if multiple else shown + sum(guess) == base)
    ]
    expected = {code: (min(f[code] for f in fits), max(f[code] for f in fits)) for code in unknown}
    assert recoverable([table], {"t": gone})["t"] == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=6), st.booleans())
def test_no_smaller_set_of_hidden_cells_would_do(values: list[int], multiple: bool) -> None:
    k = 6
    cells = {f"c{i}": count for i, count in enumerate(values)}
    table = CellTable("t", max(values) if multiple else sum(values), multiple, True, cells)
    hidden = hidden_cells([table], k=k)["t"]
    primary = {code for code, count in cells.items() if is_small(count, k)}
    others = [code for code in cells if code not in primary]
    if (table.base or 0) < k or uncovered([table], {"t": hidden}, k=k):
        return
    answers = [
        (extra + len(primary), sum(cells[code] for code in set(chosen) | primary))
        for extra in range(len(others) + 1)
        for chosen in combinations(others, extra)
        if not uncovered([table], {"t": frozenset(primary | set(chosen))}, k=k)
    ]
    assert (len(hidden), sum(cells[code] for code in hidden)) == min(answers)
